### Русский.
### Обращение: «вы» со строчной буквы, доброжелательно и по-деловому. Без форм, указывающих на пол.
### Дата оканчивается на «г.», поэтому не стоит в конце предложения.

## Building blocks

# Именительный и винительный падежи совпадают: «1 балл, 2 балла, 5 баллов».
n-points = { PLURAL($points) ->
    [one] { $points } балл
    [few] { $points } балла
   *[many] { $points } баллов
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } балл
    [few] { $balance } балла
   *[many] { $balance } баллов
}
n-days = { PLURAL($days) ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
}
greeting = { $named ->
    [yes] Здравствуйте, { $name }!
   *[no] Здравствуйте!
}
signature = Команда { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] скидка { $amount }
    [percent] скидка { $percent }
    [shipping] бесплатная доставка
   *[product] { $product } в подарок
}
source = { $source ->
    [order] за заказ { $order }
    [signup] за регистрацию
    [newsletter] за подписку на рассылку
    [review] за ваш отзыв
    [birthday] в честь дня рождения
    [referral] за рекомендацию
    [campaign] за участие в акции
   *[other] за участие в программе
}
reason = { $reason ->
    [refund] возврат средств по заказу { $order }
    [cancellation] отмена заказа { $order }
   *[correction] корректировка со стороны { $shop }
}

action-points = Посмотреть баллы
action-rewards = Посмотреть награды
action-redeem = Обменять баллы
action-use = Потратить баллы
action-shop = Перейти в магазин
action-benefits = Посмотреть привилегии
action-share = Поделиться ссылкой
action-download = Скачать данные

## Messages

welcome-subject = Добро пожаловать в программу лояльности { $shop }
welcome-body = Спасибо, что присоединились к программе лояльности { $shop }. { $has-points ->
    [yes] Ваш приветственный подарок: { n-points }.
   *[no] Теперь каждая покупка приносит вам баллы.
}
welcome-sms = { $shop }: добро пожаловать в программу лояльности! { $has-points ->
    [yes] Ваш подарок: { n-points }.
   *[no] Теперь каждая покупка приносит баллы.
}

points-earned-subject = Вы получили { n-points }
points-earned-body =
    Мы начислили вам { n-points } { source }.
    Ваш баланс: { n-balance }.
points-earned-sms = { $shop }: вы получили { n-points }. Ваш баланс: { n-balance }.

points-adjusted-subject = Баланс баллов изменился
points-adjusted-body =
    { $change ->
        [added] Мы добавили { n-points } на ваш счёт.
       *[removed] Мы списали { n-points } с вашего счёта.
    }
    Причина: { reason }
    Ваш баланс: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] мы добавили { n-points } на ваш счёт.
   *[removed] мы списали { n-points } с вашего счёта.
} Ваш баланс: { n-balance }.

points-redeemed-subject = Вы обменяли { n-points }
points-redeemed-body =
    Вы обменяли { n-points } на награду: { $reward }
    Ваш баланс: { n-balance }.
points-redeemed-sms = { $shop }: вы обменяли { n-points } на награду «{ $reward }». Ваш баланс: { n-balance }.

points-returned-subject = Баллы вернулись на ваш счёт
points-returned-body =
    Награду «{ $reward }» не удалось выдать, или она была отменена. Мы вернули { n-points } на ваш счёт.
    Ваш баланс: { n-balance }.
points-returned-sms = { $shop }: награда «{ $reward }» отменена. Мы вернули { n-points } на ваш счёт. Ваш баланс: { n-balance }.

points-expiring-subject = Потратьте { n-points } до { $date }
points-expiring-body =
    Через { n-days } вы потеряете { n-points }: истекает срок действия.
    Потратьте баллы до { $date } включительно. Ваш баланс: { n-balance }.
points-expiring-sms = { $shop }: через { n-days } вы потеряете { n-points }. Потратьте баллы до { $date } включительно. Ваш баланс: { n-balance }.

points-expired-subject = Срок действия части баллов истёк
points-expired-body =
    Мы списали { n-points } с вашего счёта, так как срок действия истёк.
    Ваш баланс: { n-balance }.
points-expired-sms = { $shop }: мы списали { n-points }, так как срок действия истёк. Ваш баланс: { n-balance }.

reward-available-subject = Вас ждёт награда
reward-available-body =
    Ваш баланс: { n-balance }. Этого достаточно для награды: { $reward }
    Её можно получить за { n-points }.
reward-available-sms = { $shop }: ваш баланс: { n-balance }. Обменяйте { n-points } на награду «{ $reward }».

reward-issued-subject = Ваша награда: { $reward }
reward-issued-body =
    Ваша награда готова: { $reward }
    Код: { $code }
    { $has-date ->
        [yes] Действует до: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Минимальная сумма заказа: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: ваш код для награды «{ $reward }»: { $code }. { $has-date ->
    [yes] Действует до { $date }
   *[no] {""}
}

reward-expiring-subject = Срок действия награды скоро истечёт
reward-expiring-body =
    Срок действия награды «{ $reward }» истекает через { n-days }. Последний день: { $date }
    Код: { $code }
reward-expiring-sms = { $shop }: срок действия награды «{ $reward }» истекает через { n-days }. Последний день: { $date } Код: { $code }

store-credit-issued-subject = Вам зачислено { $amount }
store-credit-issued-body = Мы зачислили { $amount } на ваш счёт в магазине. Эту сумму можно использовать при оплате заказа.
store-credit-issued-sms = { $shop }: мы зачислили { $amount } на ваш счёт в магазине. Эту сумму можно использовать при оплате заказа.

tier-upgraded-subject = Ваш новый уровень: { $tier }
tier-upgraded-body = Поздравляем! Теперь у вас уровень «{ $tier }». Пользуйтесь новыми привилегиями.
tier-upgraded-sms = { $shop }: поздравляем! Теперь у вас уровень «{ $tier }». Пользуйтесь новыми привилегиями.

tier-downgraded-subject = Ваш уровень изменился
tier-downgraded-body =
    Ваш новый уровень: «{ $tier }».
    Каждая покупка приближает вас к следующему уровню.
tier-downgraded-sms = { $shop }: ваш новый уровень: «{ $tier }». Каждая покупка приближает вас к следующему уровню.

birthday-subject = { $shop } поздравляет вас с днём рождения
birthday-body =
    С днём рождения! Наш подарок вам: { n-points }.
    Ваш баланс: { n-balance }.
birthday-sms = { $shop }: с днём рождения! Наш подарок вам: { n-points }. Ваш баланс: { n-balance }.

referral-link-subject = Расскажите друзьям о магазине { $shop }
referral-link-body =
    Ваша личная ссылка готова. Поделитесь ею с друзьями, и вы тоже получите награду.
    Подарок для друзей: { benefit }
    Ваш код: { $code }
referral-link-sms = { $shop }: поделитесь с друзьями кодом { $code }. Подарок для друзей: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } рекомендует { $shop }
   *[no] Вам рекомендуют { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } думает, что вам понравится { $shop }.
       *[no] Ваши знакомые думают, что вам понравится { $shop }.
    }
    Ваш приветственный подарок: { benefit }
    Код: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } рекомендует { $shop }.
   *[no] Вам рекомендуют { $shop }.
} Ваш приветственный подарок: { benefit }. Код: { $code }

referral-completed-subject = Спасибо за рекомендацию
referral-completed-body =
    По вашей рекомендации сделан первый заказ.
    Ваша награда: { benefit }
referral-completed-sms = { $shop }: по вашей рекомендации сделан первый заказ. Ваша награда: { benefit }

referral-gift-subject = Приветственный подарок от { $shop }
referral-gift-body =
    Спасибо, что присоединились по рекомендации.
    Ваш подарок: { benefit }
    { $has-code ->
        [yes] Код: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: спасибо, что присоединились. Ваш подарок: { benefit }. { $has-code ->
    [yes] Код: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: баллы × { $factor }
campaign-started-body =
    Акция «{ $campaign }» началась: теперь за покупки начисляются баллы × { $factor }.
    Окончание: { $ends }
campaign-started-sms = { $shop }: акция «{ $campaign }» началась: за покупки начисляются баллы × { $factor }. Окончание: { $ends }

win-back-subject = Мы скучаем по вам: { $shop }
win-back-body =
    С вашего последнего заказа прошло много времени.
    На вашем счёте: { n-balance }.
win-back-sms = { $shop }: мы скучаем по вам! На вашем счёте: { n-balance }.

data-request-received-subject = Мы получили ваш запрос
data-request-received-body =
    { $request ->
        [export] Мы получили ваш запрос на копию ваших данных.
       *[erasure] Мы получили ваш запрос на удаление ваших данных.
    }
    Мы выполним его до { $date } включительно.
data-request-received-sms = { $shop }: { $request ->
    [export] мы получили ваш запрос на копию ваших данных.
   *[erasure] мы получили ваш запрос на удаление ваших данных.
} Мы выполним его до { $date } включительно.

data-export-ready-subject = Ваши данные готовы
data-export-ready-body = Копия ваших данных готова. Её можно скачать до { $date } включительно.
data-export-ready-sms = { $shop }: копия ваших данных готова. Её можно скачать до { $date } включительно.

data-erased-subject = Ваши данные удалены
data-erased-body = По вашему запросу мы удалили ваши персональные данные из программы лояльности.
data-erased-sms = { $shop }: по вашему запросу мы удалили ваши персональные данные из программы лояльности.
