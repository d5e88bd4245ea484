### Українська.
### Звертання: «ви» з малої літери, привітно й по-діловому. Без форм, що вказують на стать.
### Дата закінчується на «р.», тому не стоїть у кінці речення.

## Building blocks

# Називний і знахідний відмінки збігаються: «1 бал, 2 бали, 5 балів».
n-points = { PLURAL($points) ->
    [one] { $points } бал
    [few] { $points } бали
   *[many] { $points } балів
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } бал
    [few] { $balance } бали
   *[many] { $balance } балів
}
n-days = { PLURAL($days) ->
    [one] { $days } день
    [few] { $days } дні
   *[many] { $days } днів
}
greeting = { $named ->
    [yes] Вітаємо, { $name }!
   *[no] Вітаємо!
}
signature = Команда { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] знижка { $amount }
    [percent] знижка { $percent }
    [shipping] безкоштовна доставка
   *[product] { $product } у подарунок
}
source = { $source ->
    [order] за замовлення { $order }
    [signup] за реєстрацію
    [newsletter] за підписку на розсилку
    [review] за ваш відгук
    [birthday] з нагоди дня народження
    [referral] за рекомендацію
    [campaign] за участь в акції
   *[other] за участь у програмі
}
reason = { $reason ->
    [refund] повернення коштів за замовлення { $order }
    [cancellation] скасування замовлення { $order }
   *[correction] коригування від { $shop }
}

action-points = Переглянути бали
action-rewards = Переглянути винагороди
action-redeem = Обміняти бали
action-use = Використати бали
action-shop = Перейти до магазину
action-benefits = Переглянути переваги
action-share = Поділитися посиланням
action-download = Завантажити дані

## Messages

welcome-subject = Вітаємо у програмі лояльності { $shop }
welcome-body = Дякуємо, що приєдналися до програми лояльності { $shop }. { $has-points ->
    [yes] Ваш вітальний подарунок: { n-points }.
   *[no] Відтепер кожна покупка приносить вам бали.
}
welcome-sms = { $shop }: вітаємо у програмі лояльності! { $has-points ->
    [yes] Ваш подарунок: { n-points }.
   *[no] Відтепер кожна покупка приносить бали.
}

points-earned-subject = Ви отримали { n-points }
points-earned-body =
    Ми нарахували вам { n-points } { source }.
    Ваш баланс: { n-balance }.
points-earned-sms = { $shop }: ви отримали { n-points }. Ваш баланс: { n-balance }.

points-adjusted-subject = Баланс балів змінився
points-adjusted-body =
    { $change ->
        [added] Ми додали { n-points } на ваш рахунок.
       *[removed] Ми списали { n-points } з вашого рахунку.
    }
    Причина: { reason }
    Ваш баланс: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] ми додали { n-points } на ваш рахунок.
   *[removed] ми списали { n-points } з вашого рахунку.
} Ваш баланс: { n-balance }.

points-redeemed-subject = Ви обміняли { n-points }
points-redeemed-body =
    Ви обміняли { n-points } на винагороду: { $reward }
    Ваш баланс: { n-balance }.
points-redeemed-sms = { $shop }: ви обміняли { n-points } на винагороду «{ $reward }». Ваш баланс: { n-balance }.

points-returned-subject = Бали повернулися на ваш рахунок
points-returned-body =
    Винагороду «{ $reward }» не вдалося видати, або її скасовано. Ми повернули { n-points } на ваш рахунок.
    Ваш баланс: { n-balance }.
points-returned-sms = { $shop }: винагороду «{ $reward }» скасовано. Ми повернули { n-points } на ваш рахунок. Ваш баланс: { n-balance }.

points-expiring-subject = Використайте { n-points } до { $date }
points-expiring-body =
    Через { n-days } ви втратите { n-points }: спливає термін дії.
    Використайте бали до { $date } включно. Ваш баланс: { n-balance }.
points-expiring-sms = { $shop }: через { n-days } ви втратите { n-points }. Використайте бали до { $date } включно. Ваш баланс: { n-balance }.

points-expired-subject = Термін дії частини балів минув
points-expired-body =
    Ми списали { n-points } з вашого рахунку, бо термін дії минув.
    Ваш баланс: { n-balance }.
points-expired-sms = { $shop }: ми списали { n-points }, бо термін дії минув. Ваш баланс: { n-balance }.

reward-available-subject = На вас чекає винагорода
reward-available-body =
    Ваш баланс: { n-balance }. Цього достатньо для винагороди: { $reward }
    Її можна отримати за { n-points }.
reward-available-sms = { $shop }: ваш баланс: { n-balance }. Обміняйте { n-points } на винагороду «{ $reward }».

reward-issued-subject = Ваша винагорода: { $reward }
reward-issued-body =
    Ваша винагорода готова: { $reward }
    Код: { $code }
    { $has-date ->
        [yes] Діє до: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Мінімальна сума замовлення: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: ваш код для винагороди «{ $reward }»: { $code }. { $has-date ->
    [yes] Діє до { $date }
   *[no] {""}
}

reward-expiring-subject = Термін дії винагороди скоро спливе
reward-expiring-body =
    Термін дії винагороди «{ $reward }» спливає через { n-days }. Останній день: { $date }
    Код: { $code }
reward-expiring-sms = { $shop }: термін дії винагороди «{ $reward }» спливає через { n-days }. Останній день: { $date } Код: { $code }

store-credit-issued-subject = Вам зараховано { $amount }
store-credit-issued-body = Ми зарахували { $amount } на ваш рахунок у магазині. Цю суму можна використати під час оплати замовлення.
store-credit-issued-sms = { $shop }: ми зарахували { $amount } на ваш рахунок у магазині. Цю суму можна використати під час оплати замовлення.

tier-upgraded-subject = Ваш новий рівень: { $tier }
tier-upgraded-body = Вітаємо! Тепер у вас рівень «{ $tier }». Користуйтеся новими перевагами.
tier-upgraded-sms = { $shop }: вітаємо! Тепер у вас рівень «{ $tier }». Користуйтеся новими перевагами.

tier-downgraded-subject = Ваш рівень змінився
tier-downgraded-body =
    Ваш новий рівень: «{ $tier }».
    Кожна покупка наближає вас до наступного рівня.
tier-downgraded-sms = { $shop }: ваш новий рівень: «{ $tier }». Кожна покупка наближає вас до наступного рівня.

birthday-subject = { $shop } вітає вас із днем народження
birthday-body =
    З днем народження! Наш подарунок вам: { n-points }.
    Ваш баланс: { n-balance }.
birthday-sms = { $shop }: з днем народження! Наш подарунок вам: { n-points }. Ваш баланс: { n-balance }.

referral-link-subject = Розкажіть друзям про { $shop }
referral-link-body =
    Ваше особисте посилання готове. Поділіться ним із друзями, і ви теж отримаєте винагороду.
    Подарунок для друзів: { benefit }
    Ваш код: { $code }
referral-link-sms = { $shop }: поділіться з друзями кодом { $code }. Подарунок для друзів: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } рекомендує { $shop }
   *[no] Вам рекомендують { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } вважає, що вам сподобається { $shop }.
       *[no] Ваші знайомі вважають, що вам сподобається { $shop }.
    }
    Ваш вітальний подарунок: { benefit }
    Код: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } рекомендує { $shop }.
   *[no] Вам рекомендують { $shop }.
} Ваш вітальний подарунок: { benefit }. Код: { $code }

referral-completed-subject = Дякуємо за рекомендацію
referral-completed-body =
    За вашою рекомендацією зроблено перше замовлення.
    Ваша винагорода: { benefit }
referral-completed-sms = { $shop }: за вашою рекомендацією зроблено перше замовлення. Ваша винагорода: { benefit }

referral-gift-subject = Вітальний подарунок від { $shop }
referral-gift-body =
    Дякуємо, що приєдналися за рекомендацією.
    Ваш подарунок: { benefit }
    { $has-code ->
        [yes] Код: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: дякуємо, що приєдналися. Ваш подарунок: { benefit }. { $has-code ->
    [yes] Код: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: бали × { $factor }
campaign-started-body =
    Акція «{ $campaign }» почалася: тепер за покупки нараховуються бали × { $factor }.
    Завершення: { $ends }
campaign-started-sms = { $shop }: акція «{ $campaign }» почалася: за покупки нараховуються бали × { $factor }. Завершення: { $ends }

win-back-subject = Ми сумуємо за вами: { $shop }
win-back-body =
    Від вашого останнього замовлення минуло чимало часу.
    На вашому рахунку: { n-balance }.
win-back-sms = { $shop }: ми сумуємо за вами! На вашому рахунку: { n-balance }.

data-request-received-subject = Ми отримали ваш запит
data-request-received-body =
    { $request ->
        [export] Ми отримали ваш запит на копію ваших даних.
       *[erasure] Ми отримали ваш запит на видалення ваших даних.
    }
    Ми виконаємо його до { $date } включно.
data-request-received-sms = { $shop }: { $request ->
    [export] ми отримали ваш запит на копію ваших даних.
   *[erasure] ми отримали ваш запит на видалення ваших даних.
} Ми виконаємо його до { $date } включно.

data-export-ready-subject = Ваші дані готові
data-export-ready-body = Копія ваших даних готова. Її можна завантажити до { $date } включно.
data-export-ready-sms = { $shop }: копія ваших даних готова. Її можна завантажити до { $date } включно.

data-erased-subject = Ваші дані видалено
data-erased-body = На ваш запит ми видалили ваші персональні дані з програми лояльності.
data-erased-sms = { $shop }: на ваш запит ми видалили ваші персональні дані з програми лояльності.
