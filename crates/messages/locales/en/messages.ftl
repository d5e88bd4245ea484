### English, as written in the United States.
### Tone: friendly and direct, "you", contractions are used.

## Building blocks. Each is used inside other texts.

n-points = { PLURAL($points) ->
    [one] { $points } point
   *[other] { $points } points
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } point
   *[other] { $balance } points
}
n-days = { PLURAL($days) ->
    [one] { $days } day
   *[other] { $days } days
}
greeting = { $named ->
    [yes] Hi { $name },
   *[no] Hello,
}
signature = The { $shop } team
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } off
    [percent] { $percent } off
    [shipping] free shipping
   *[product] { $product } for free
}
# Follows "for".
source = { $source ->
    [order] your order { $order }
    [signup] creating your account
    [newsletter] subscribing to our newsletter
    [review] your review
    [birthday] your birthday
    [referral] recommending us
    [campaign] taking part in a promotion
   *[other] being a member
}
# Follows "Reason:".
reason = { $reason ->
    [refund] refund of order { $order }
    [cancellation] cancellation of order { $order }
   *[correction] correction by { $shop }
}

action-points = See your points
action-rewards = See your rewards
action-redeem = Redeem now
action-use = Use your points
action-shop = Shop now
action-benefits = See your benefits
action-share = Share your link
action-download = Download your data

## Messages

welcome-subject = Welcome to { $shop } rewards
welcome-body = Thanks for joining the { $shop } rewards program. { $has-points ->
    [yes] Your welcome gift: { n-points }.
   *[no] From now on, you earn points with every purchase.
}
welcome-sms = { $shop }: Welcome to our rewards program! { $has-points ->
    [yes] Your welcome gift: { n-points }.
   *[no] You now earn points with every purchase.
}

points-earned-subject = You’ve earned { n-points }
points-earned-body =
    You’ve earned { n-points } for { source }.
    Your balance is now { n-balance }.
points-earned-sms = { $shop }: You’ve earned { n-points }. Your balance is now { n-balance }.

points-adjusted-subject = Your points balance has changed
points-adjusted-body =
    { $change ->
        [added] We’ve added { n-points } to your account.
       *[removed] We’ve deducted { n-points } from your account.
    }
    Reason: { reason }
    Your balance is now { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] We’ve added { n-points } to your account.
   *[removed] We’ve deducted { n-points } from your account.
} Your balance is now { n-balance }.

points-redeemed-subject = You’ve redeemed { n-points }
points-redeemed-body =
    You’ve redeemed { n-points } for this reward: { $reward }
    Your balance is now { n-balance }.
points-redeemed-sms = { $shop }: You’ve redeemed { n-points } for “{ $reward }”. Your balance is now { n-balance }.

points-returned-subject = Your points are back
points-returned-body =
    Your reward “{ $reward }” couldn’t be issued or was canceled, so we’ve returned { n-points } to your account.
    Your balance is now { n-balance }.
points-returned-sms = { $shop }: Your reward “{ $reward }” was canceled. We’ve returned { n-points } to your account. Your balance is now { n-balance }.

points-expiring-subject = Use { n-points } by { $date }
points-expiring-body =
    In { n-days }, { n-points } in your account will expire.
    Use your points by { $date }. Your balance is { n-balance }.
points-expiring-sms = { $shop }: In { n-days }, { n-points } will expire. Use your points by { $date }. Your balance is { n-balance }.

points-expired-subject = Some of your points have expired
points-expired-body =
    We’ve removed { n-points } from your account because the expiry date has passed.
    Your balance is now { n-balance }.
points-expired-sms = { $shop }: We’ve removed { n-points } that passed the expiry date. Your balance is now { n-balance }.

reward-available-subject = A reward is waiting for you
reward-available-body =
    You have { n-balance }, which is enough for this reward: { $reward }
    You can redeem it for { n-points }.
reward-available-sms = { $shop }: You have { n-balance }. Redeem { n-points } for “{ $reward }”.

reward-issued-subject = Your reward: { $reward }
reward-issued-body =
    Your reward is ready: { $reward }
    Code: { $code }
    { $has-date ->
        [yes] Valid through: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minimum order: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Your code for “{ $reward }” is { $code }. { $has-date ->
    [yes] Valid through { $date }.
   *[no] {""}
}

reward-expiring-subject = Your reward expires soon
reward-expiring-body =
    Your reward “{ $reward }” expires in { n-days }, on { $date }.
    Code: { $code }
reward-expiring-sms = { $shop }: Your reward “{ $reward }” expires in { n-days }, on { $date }. Code: { $code }

store-credit-issued-subject = { $amount } in store credit for you
store-credit-issued-body = We’ve added { $amount } in store credit to your account. You can use it at checkout.
store-credit-issued-sms = { $shop }: We’ve added { $amount } in store credit to your account. You can use it at checkout.

tier-upgraded-subject = You’ve reached { $tier }
tier-upgraded-body = Congratulations! You’ve reached the “{ $tier }” level. Enjoy your new benefits.
tier-upgraded-sms = { $shop }: Congratulations! You’ve reached the “{ $tier }” level. Enjoy your new benefits.

tier-downgraded-subject = Your membership level has changed
tier-downgraded-body =
    Your new membership level is “{ $tier }”.
    Every purchase brings you closer to the next level.
tier-downgraded-sms = { $shop }: Your new membership level is “{ $tier }”. Every purchase brings you closer to the next level.

birthday-subject = Happy birthday from { $shop }
birthday-body =
    Happy birthday! Our gift to you: { n-points }.
    Your balance is now { n-balance }.
birthday-sms = { $shop }: Happy birthday! Our gift to you: { n-points }. Your balance is now { n-balance }.

referral-link-subject = Share { $shop } with your friends
referral-link-body =
    Your personal link is ready. Share it with your friends, and you’ll be rewarded, too.
    Your friends receive: { benefit }
    Your code: { $code }
referral-link-sms = { $shop }: Share your code { $code } with your friends. They receive: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } recommends { $shop }
   *[no] A friend recommends { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } thinks you’ll like { $shop }.
       *[no] A friend thinks you’ll like { $shop }.
    }
    Your welcome gift: { benefit }
    Code: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } recommends { $shop }.
   *[no] A friend recommends { $shop }.
} Your welcome gift: { benefit }. Code: { $code }

referral-completed-subject = Thank you for recommending us
referral-completed-body =
    Your friend has placed a first order.
    Your reward: { benefit }
referral-completed-sms = { $shop }: Your friend has placed a first order. Your reward: { benefit }

referral-gift-subject = Your welcome gift from { $shop }
referral-gift-body =
    Thanks for joining us on a friend’s recommendation.
    Your gift: { benefit }
    { $has-code ->
        [yes] Code: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Thanks for joining us. Your gift: { benefit }. { $has-code ->
    [yes] Code: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor }× points
campaign-started-body =
    “{ $campaign }” has started: your purchases now earn { $factor }× points.
    Ends: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” has started: your purchases now earn { $factor }× points. Ends: { $ends }

win-back-subject = We miss you at { $shop }
win-back-body =
    It’s been a while since your last order.
    You still have { n-balance } to spend.
win-back-sms = { $shop }: It’s been a while! You still have { n-balance } to spend.

data-request-received-subject = We’ve received your request
data-request-received-body =
    { $request ->
        [export] We’ve received your request for a copy of your data.
       *[erasure] We’ve received your request to delete your data.
    }
    We’ll complete it by { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] We’ve received your request for a copy of your data.
   *[erasure] We’ve received your request to delete your data.
} We’ll complete it by { $date }.

data-export-ready-subject = Your data is ready
data-export-ready-body = The copy of your data is ready. You can download it until { $date }.
data-export-ready-sms = { $shop }: The copy of your data is ready. You can download it until { $date }.

data-erased-subject = Your data has been deleted
data-erased-body = As requested, we’ve deleted your personal data from our rewards program.
data-erased-sms = { $shop }: As requested, we’ve deleted your personal data from our rewards program.
