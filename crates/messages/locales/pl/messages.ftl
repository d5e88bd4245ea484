### Polski.
### Zwrot: druga osoba, „Ty”/„Twój” wielką literą, przyjaźnie i rzeczowo. Bez form wskazujących płeć.

## Building blocks

# Mianownik i biernik są jednakowe: „1 punkt, 2 punkty, 5 punktów”.
n-points = { PLURAL($points) ->
    [one] { $points } punkt
    [few] { $points } punkty
   *[many] { $points } punktów
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } punkt
    [few] { $balance } punkty
   *[many] { $balance } punktów
}
n-days = { PLURAL($days) ->
    [one] { $days } dzień
    [few] { $days } dni
   *[many] { $days } dni
}
greeting = { $named ->
    [yes] Dzień dobry, { $name },
   *[no] Dzień dobry,
}
signature = Zespół { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } rabatu
    [percent] { $percent } rabatu
    [shipping] darmowa dostawa
   *[product] { $product } gratis
}
# Następuje po „za”.
source = { $source ->
    [order] zamówienie { $order }
    [signup] założenie konta
    [newsletter] zapis do newslettera
    [review] Twoją opinię
    [birthday] Twoje urodziny
    [referral] polecenie nas
    [campaign] udział w promocji
   *[other] udział w programie
}
reason = { $reason ->
    [refund] zwrot środków za zamówienie { $order }
    [cancellation] anulowanie zamówienia { $order }
   *[correction] korekta ze strony { $shop }
}

action-points = Zobacz swoje punkty
action-rewards = Zobacz swoje nagrody
action-redeem = Wymień teraz
action-use = Wykorzystaj punkty
action-shop = Przejdź do sklepu
action-benefits = Zobacz swoje korzyści
action-share = Udostępnij link
action-download = Pobierz swoje dane

## Messages

welcome-subject = Witamy w programie lojalnościowym { $shop }
welcome-body = Dziękujemy za dołączenie do programu lojalnościowego { $shop }. { $has-points ->
    [yes] Twój prezent powitalny: { n-points }.
   *[no] Od teraz zbierasz punkty za każdy zakup.
}
welcome-sms = { $shop }: Witamy w naszym programie lojalnościowym! { $has-points ->
    [yes] Twój prezent: { n-points }.
   *[no] Od teraz zbierasz punkty za każdy zakup.
}

points-earned-subject = Zdobywasz { n-points }
points-earned-body =
    Dodaliśmy { n-points } do Twojego konta za { source }.
    Twoje nowe saldo: { n-balance }.
points-earned-sms = { $shop }: Zdobywasz { n-points }. Twoje nowe saldo: { n-balance }.

points-adjusted-subject = Saldo punktów się zmieniło
points-adjusted-body =
    { $change ->
        [added] Dodaliśmy { n-points } do Twojego konta.
       *[removed] Odjęliśmy { n-points } z Twojego konta.
    }
    Powód: { reason }
    Twoje nowe saldo: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Dodaliśmy { n-points } do Twojego konta.
   *[removed] Odjęliśmy { n-points } z Twojego konta.
} Twoje nowe saldo: { n-balance }.

points-redeemed-subject = Wymieniasz { n-points }
points-redeemed-body =
    Wymieniliśmy { n-points } z Twojego konta na nagrodę: { $reward }
    Twoje nowe saldo: { n-balance }.
points-redeemed-sms = { $shop }: Wymieniliśmy { n-points } na nagrodę „{ $reward }”. Twoje nowe saldo: { n-balance }.

points-returned-subject = Punkty wróciły na Twoje konto
points-returned-body =
    Nie udało się wydać nagrody „{ $reward }” lub została ona anulowana, dlatego zwróciliśmy { n-points } na Twoje konto.
    Twoje nowe saldo: { n-balance }.
points-returned-sms = { $shop }: Nagroda „{ $reward }” została anulowana. Zwróciliśmy { n-points } na Twoje konto. Twoje nowe saldo: { n-balance }.

points-expiring-subject = Wykorzystaj { n-points } do { $date }
points-expiring-body =
    Za { n-days } stracisz { n-points }, bo minie termin ważności.
    Wykorzystaj punkty do { $date }. Twoje saldo: { n-balance }.
points-expiring-sms = { $shop }: Za { n-days } stracisz { n-points }. Wykorzystaj punkty do { $date }. Twoje saldo: { n-balance }.

points-expired-subject = Część Twoich punktów straciła ważność
points-expired-body =
    Usunęliśmy { n-points } z Twojego konta, ponieważ minął termin ważności.
    Twoje nowe saldo: { n-balance }.
points-expired-sms = { $shop }: Usunęliśmy { n-points }, ponieważ minął termin ważności. Twoje nowe saldo: { n-balance }.

reward-available-subject = Czeka na Ciebie nagroda
reward-available-body =
    Twoje saldo: { n-balance }. To wystarczy na nagrodę: { $reward }
    Możesz ją odebrać za { n-points }.
reward-available-sms = { $shop }: Twoje saldo: { n-balance }. Wymień { n-points } na nagrodę „{ $reward }”.

reward-issued-subject = Twoja nagroda: { $reward }
reward-issued-body =
    Twoja nagroda jest gotowa: { $reward }
    Kod: { $code }
    { $has-date ->
        [yes] Ważny do: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minimalna wartość zamówienia: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Twój kod na nagrodę „{ $reward }”: { $code }. { $has-date ->
    [yes] Ważny do { $date }.
   *[no] {""}
}

reward-expiring-subject = Twoja nagroda wkrótce straci ważność
reward-expiring-body =
    Nagroda „{ $reward }” straci ważność za { n-days }, { $date }.
    Kod: { $code }
reward-expiring-sms = { $shop }: Nagroda „{ $reward }” straci ważność za { n-days }, { $date }. Kod: { $code }

store-credit-issued-subject = Masz { $amount } do wykorzystania w sklepie
store-credit-issued-body = Dodaliśmy { $amount } środków sklepowych do Twojego konta. Możesz ich użyć przy płatności.
store-credit-issued-sms = { $shop }: Dodaliśmy { $amount } środków sklepowych do Twojego konta. Możesz ich użyć przy płatności.

tier-upgraded-subject = Masz teraz poziom { $tier }
tier-upgraded-body = Gratulacje! Masz teraz poziom „{ $tier }”. Korzystaj z nowych przywilejów.
tier-upgraded-sms = { $shop }: Gratulacje! Masz teraz poziom „{ $tier }”. Korzystaj z nowych przywilejów.

tier-downgraded-subject = Twój poziom się zmienił
tier-downgraded-body =
    Twój nowy poziom: „{ $tier }”.
    Każdy zakup przybliża Cię do następnego poziomu.
tier-downgraded-sms = { $shop }: Twój nowy poziom: „{ $tier }”. Każdy zakup przybliża Cię do następnego poziomu.

birthday-subject = { $shop } składa Ci życzenia urodzinowe
birthday-body =
    Wszystkiego najlepszego z okazji urodzin! Nasz prezent dla Ciebie: { n-points }.
    Twoje nowe saldo: { n-balance }.
birthday-sms = { $shop }: Wszystkiego najlepszego z okazji urodzin! Nasz prezent: { n-points }. Twoje nowe saldo: { n-balance }.

referral-link-subject = Poleć { $shop } znajomym
referral-link-body =
    Twój osobisty link jest gotowy. Udostępnij go znajomym, a też otrzymasz nagrodę.
    Twoi znajomi otrzymają: { benefit }
    Twój kod: { $code }
referral-link-sms = { $shop }: Udostępnij znajomym swój kod { $code }. Prezent dla nich: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } poleca Ci { $shop }
   *[no] Ktoś poleca Ci { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } uważa, że { $shop } Ci się spodoba.
       *[no] Ktoś, kogo znasz, uważa, że { $shop } Ci się spodoba.
    }
    Twój prezent powitalny: { benefit }
    Kod: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } poleca Ci { $shop }.
   *[no] Ktoś poleca Ci { $shop }.
} Twój prezent powitalny: { benefit }. Kod: { $code }

referral-completed-subject = Dziękujemy za polecenie
referral-completed-body =
    Z Twojego polecenia złożono pierwsze zamówienie.
    Twoja nagroda: { benefit }
referral-completed-sms = { $shop }: Z Twojego polecenia złożono pierwsze zamówienie. Twoja nagroda: { benefit }

referral-gift-subject = Prezent powitalny od { $shop }
referral-gift-body =
    Dziękujemy za dołączenie z polecenia.
    Twój prezent: { benefit }
    { $has-code ->
        [yes] Kod: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Dziękujemy za dołączenie. Twój prezent: { benefit }. { $has-code ->
    [yes] Kod: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: punkty × { $factor }
campaign-started-body =
    Promocja „{ $campaign }” trwa: za zakupy otrzymujesz teraz punkty × { $factor }.
    Koniec: { $ends }
campaign-started-sms = { $shop }: Promocja „{ $campaign }” trwa: za zakupy otrzymujesz punkty × { $factor }. Koniec: { $ends }

win-back-subject = { $shop } tęskni za Tobą
win-back-body =
    Od Twojego ostatniego zamówienia minęło trochę czasu.
    Na Twoim koncie nadal masz { n-balance }.
win-back-sms = { $shop }: Tęsknimy za Tobą! Na Twoim koncie nadal masz { n-balance }.

data-request-received-subject = Otrzymaliśmy Twoje zgłoszenie
data-request-received-body =
    { $request ->
        [export] Otrzymaliśmy Twoją prośbę o kopię danych.
       *[erasure] Otrzymaliśmy Twoją prośbę o usunięcie danych.
    }
    Zrealizujemy ją do { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Otrzymaliśmy Twoją prośbę o kopię danych.
   *[erasure] Otrzymaliśmy Twoją prośbę o usunięcie danych.
} Zrealizujemy ją do { $date }.

data-export-ready-subject = Twoje dane są gotowe
data-export-ready-body = Kopia Twoich danych jest gotowa. Możesz ją pobrać do { $date }.
data-export-ready-sms = { $shop }: Kopia Twoich danych jest gotowa. Możesz ją pobrać do { $date }.

data-erased-subject = Twoje dane zostały usunięte
data-erased-body = Zgodnie z Twoją prośbą usunęliśmy Twoje dane osobowe z naszego programu lojalnościowego.
data-erased-sms = { $shop }: Zgodnie z Twoją prośbą usunęliśmy Twoje dane osobowe z naszego programu lojalnościowego.
