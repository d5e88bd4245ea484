### فارسی.
### خطاب: «شما»، دوستانه و حرفه‌ای. فارسی جنسیت دستوری ندارد.
### ارقام فارسی و تقویم هجری خورشیدی، چنان‌که در CLDR برای fa آمده است.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } امتیاز
   *[other] { $points } امتیاز
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } امتیاز
   *[other] { $balance } امتیاز
}
n-days = { PLURAL($days) ->
    [one] { $days } روز
   *[other] { $days } روز
}
greeting = { $named ->
    [yes] سلام { $name }،
   *[no] سلام،
}
signature = گروه { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } تخفیف
    [percent] { $percent } تخفیف
    [shipping] ارسال رایگان
   *[product] { $product } رایگان
}
# پس از «بابت» می‌آید.
source = { $source ->
    [order] سفارش { $order }
    [signup] ساختن حساب
    [newsletter] عضویت در خبرنامه
    [review] ثبت نظر
    [birthday] زادروز شما
    [referral] معرفی ما
    [campaign] شرکت در جشنواره
   *[other] عضویت در باشگاه
}
reason = { $reason ->
    [refund] بازپرداخت سفارش { $order }
    [cancellation] لغو سفارش { $order }
   *[correction] اصلاح از سوی { $shop }
}

action-points = دیدن امتیازها
action-rewards = دیدن جایزه‌ها
action-redeem = دریافت جایزه
action-use = استفاده از امتیازها
action-shop = رفتن به فروشگاه
action-benefits = دیدن مزایا
action-share = هم‌رسانی پیوند
action-download = بارگیری داده‌ها

## Messages

welcome-subject = به باشگاه مشتریان { $shop } خوش آمدید
welcome-body = از پیوستن شما به باشگاه مشتریان { $shop } سپاسگزاریم. { $has-points ->
    [yes] هدیهٔ خوشامد شما: { n-points }.
   *[no] از این پس با هر خرید امتیاز می‌گیرید.
}
welcome-sms = { $shop }: به باشگاه مشتریان ما خوش آمدید! { $has-points ->
    [yes] هدیهٔ شما: { n-points }.
   *[no] از این پس با هر خرید امتیاز می‌گیرید.
}

points-earned-subject = { n-points } گرفتید
points-earned-body =
    { n-points } بابت { source } گرفتید.
    موجودی تازهٔ شما: { n-balance }.
points-earned-sms = { $shop }: { n-points } گرفتید. موجودی تازهٔ شما: { n-balance }.

points-adjusted-subject = موجودی امتیاز شما تغییر کرد
points-adjusted-body =
    { $change ->
        [added] { n-points } به حساب شما افزوده شد.
       *[removed] { n-points } از حساب شما کم شد.
    }
    دلیل: { reason }
    موجودی تازهٔ شما: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] { n-points } به حساب شما افزوده شد.
   *[removed] { n-points } از حساب شما کم شد.
} موجودی تازهٔ شما: { n-balance }.

points-redeemed-subject = { n-points } خرج کردید
points-redeemed-body =
    { n-points } برای این جایزه خرج کردید: { $reward }
    موجودی تازهٔ شما: { n-balance }.
points-redeemed-sms = { $shop }: { n-points } برای «{ $reward }» خرج کردید. موجودی تازهٔ شما: { n-balance }.

points-returned-subject = امتیازهای شما بازگشت
points-returned-body =
    جایزهٔ «{ $reward }» صادر نشد یا لغو شد، بنابراین { n-points } به حساب شما بازگشت.
    موجودی تازهٔ شما: { n-balance }.
points-returned-sms = { $shop }: جایزهٔ «{ $reward }» لغو شد و { n-points } به حساب شما بازگشت. موجودی تازهٔ شما: { n-balance }.

points-expiring-subject = تا { $date } از { n-points } استفاده کنید
points-expiring-body =
    تا { n-days } دیگر مهلت { n-points } شما به پایان می‌رسد.
    تا { $date } از امتیازهایتان استفاده کنید. موجودی شما: { n-balance }.
points-expiring-sms = { $shop }: تا { n-days } دیگر مهلت { n-points } شما به پایان می‌رسد. تا { $date } از امتیازهایتان استفاده کنید. موجودی شما: { n-balance }.

points-expired-subject = مهلت بخشی از امتیازهای شما به پایان رسید
points-expired-body =
    { n-points } به دلیل پایان مهلت از حساب شما کم شد.
    موجودی تازهٔ شما: { n-balance }.
points-expired-sms = { $shop }: { n-points } به دلیل پایان مهلت از حساب شما کم شد. موجودی تازهٔ شما: { n-balance }.

reward-available-subject = جایزه‌ای در انتظار شماست
reward-available-body =
    موجودی شما { n-balance } است و برای این جایزه کافی است: { $reward }
    می‌توانید آن را با { n-points } بگیرید.
reward-available-sms = { $shop }: موجودی شما { n-balance } است. «{ $reward }» را با { n-points } بگیرید.

reward-issued-subject = جایزهٔ شما: { $reward }
reward-issued-body =
    جایزهٔ شما آماده است: { $reward }
    کد: { $code }
    { $has-date ->
        [yes] معتبر تا: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] کمترین مبلغ سفارش: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: کد «{ $reward }» شما: { $code }. { $has-date ->
    [yes] معتبر تا { $date }.
   *[no] {""}
}

reward-expiring-subject = مهلت جایزهٔ شما رو به پایان است
reward-expiring-body =
    مهلت جایزهٔ «{ $reward }» تا { n-days } دیگر، در { $date } به پایان می‌رسد.
    کد: { $code }
reward-expiring-sms = { $shop }: مهلت جایزهٔ «{ $reward }» تا { n-days } دیگر، در { $date } به پایان می‌رسد. کد: { $code }

store-credit-issued-subject = اعتبار فروشگاهی شما: { $amount }
store-credit-issued-body = { $amount } اعتبار فروشگاهی به حساب شما افزوده شد. هنگام پرداخت می‌توانید از آن استفاده کنید.
store-credit-issued-sms = { $shop }: { $amount } اعتبار فروشگاهی به حساب شما افزوده شد. هنگام پرداخت می‌توانید از آن استفاده کنید.

tier-upgraded-subject = به سطح { $tier } رسیدید
tier-upgraded-body = تبریک! به سطح «{ $tier }» رسیدید. از مزایای تازه لذت ببرید.
tier-upgraded-sms = { $shop }: تبریک! به سطح «{ $tier }» رسیدید. از مزایای تازه لذت ببرید.

tier-downgraded-subject = سطح عضویت شما تغییر کرد
tier-downgraded-body =
    سطح تازهٔ شما: «{ $tier }».
    هر خرید شما را به سطح بعدی نزدیک‌تر می‌کند.
tier-downgraded-sms = { $shop }: سطح تازهٔ شما: «{ $tier }». هر خرید شما را به سطح بعدی نزدیک‌تر می‌کند.

birthday-subject = { $shop } زادروز شما را تبریک می‌گوید
birthday-body =
    زادروزتان خجسته باد! هدیهٔ ما به شما: { n-points }.
    موجودی تازهٔ شما: { n-balance }.
birthday-sms = { $shop }: زادروزتان خجسته باد! هدیهٔ ما به شما: { n-points }. موجودی تازهٔ شما: { n-balance }.

referral-link-subject = { $shop } را به دوستانتان معرفی کنید
referral-link-body =
    پیوند شخصی شما آماده است. آن را برای دوستانتان بفرستید تا شما هم جایزه بگیرید.
    هدیهٔ دوستانتان: { benefit }
    کد شما: { $code }
referral-link-sms = { $shop }: کد { $code } را برای دوستانتان بفرستید. هدیهٔ آنان: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } به شما { $shop } را پیشنهاد می‌کند
   *[no] یکی از دوستانتان به شما { $shop } را پیشنهاد می‌کند
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } فکر می‌کند از { $shop } خوشتان می‌آید.
       *[no] یکی از دوستانتان فکر می‌کند از { $shop } خوشتان می‌آید.
    }
    هدیهٔ خوشامد شما: { benefit }
    کد: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } فکر می‌کند از { $shop } خوشتان می‌آید.
   *[no] یکی از دوستانتان فکر می‌کند از { $shop } خوشتان می‌آید.
} هدیهٔ خوشامد شما: { benefit }. کد: { $code }

referral-completed-subject = از معرفی شما سپاسگزاریم
referral-completed-body =
    با معرفی شما نخستین سفارش ثبت شد.
    جایزهٔ شما: { benefit }
referral-completed-sms = { $shop }: با معرفی شما نخستین سفارش ثبت شد. جایزهٔ شما: { benefit }

referral-gift-subject = هدیهٔ خوشامد { $shop }
referral-gift-body =
    از اینکه با معرفی دوستان به ما پیوستید سپاسگزاریم.
    هدیهٔ شما: { benefit }
    { $has-code ->
        [yes] کد: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: از پیوستن شما سپاسگزاریم. هدیهٔ شما: { benefit }. { $has-code ->
    [yes] کد: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor } برابر امتیاز
campaign-started-body =
    «{ $campaign }» آغاز شد: اکنون با خریدهایتان { $factor } برابر امتیاز می‌گیرید.
    پایان: { $ends }
campaign-started-sms = { $shop }: «{ $campaign }» آغاز شد: با خریدهایتان { $factor } برابر امتیاز می‌گیرید. پایان: { $ends }

win-back-subject = دلمان در { $shop } برایتان تنگ شده است
win-back-body =
    از آخرین سفارش شما مدتی گذشته است.
    هنوز { n-balance } برای استفاده دارید.
win-back-sms = { $shop }: دلمان برایتان تنگ شده است! هنوز { n-balance } برای استفاده دارید.

data-request-received-subject = درخواست شما به دست ما رسید
data-request-received-body =
    { $request ->
        [export] درخواست شما برای دریافت رونوشت داده‌هایتان به دست ما رسید.
       *[erasure] درخواست شما برای پاک کردن داده‌هایتان به دست ما رسید.
    }
    حداکثر تا { $date } آن را انجام می‌دهیم.
data-request-received-sms = { $shop }: { $request ->
    [export] درخواست شما برای دریافت رونوشت داده‌هایتان به دست ما رسید.
   *[erasure] درخواست شما برای پاک کردن داده‌هایتان به دست ما رسید.
} حداکثر تا { $date } آن را انجام می‌دهیم.

data-export-ready-subject = داده‌های شما آماده است
data-export-ready-body = رونوشت داده‌های شما آماده است. می‌توانید تا { $date } آن را بارگیری کنید.
data-export-ready-sms = { $shop }: رونوشت داده‌های شما آماده است. می‌توانید تا { $date } آن را بارگیری کنید.

data-erased-subject = داده‌های شما پاک شد
data-erased-body = به درخواست شما، داده‌های شخصی‌تان را از باشگاه مشتریان پاک کردیم.
data-erased-sms = { $shop }: به درخواست شما، داده‌های شخصی‌تان را از باشگاه مشتریان پاک کردیم.
