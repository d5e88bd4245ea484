### Nederlands.
### Aanspreekvorm: "je", vriendelijk en zakelijk. Genderneutraal.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } punt
   *[other] { $points } punten
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } punt
   *[other] { $balance } punten
}
n-days = { PLURAL($days) ->
    [one] { $days } dag
   *[other] { $days } dagen
}
greeting = { $named ->
    [yes] Hallo { $name },
   *[no] Hallo,
}
signature = Team { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } korting
    [percent] { $percent } korting
    [shipping] gratis verzending
   *[product] { $product } cadeau
}
# Volgt op "voor".
source = { $source ->
    [order] je bestelling { $order }
    [signup] het aanmaken van je account
    [newsletter] je aanmelding voor onze nieuwsbrief
    [review] je beoordeling
    [birthday] je verjaardag
    [referral] je aanbeveling
    [campaign] je deelname aan een actie
   *[other] je trouw
}
reason = { $reason ->
    [refund] terugbetaling van bestelling { $order }
    [cancellation] annulering van bestelling { $order }
   *[correction] correctie door { $shop }
}

action-points = Bekijk je punten
action-rewards = Bekijk je beloningen
action-redeem = Nu inwisselen
action-use = Gebruik je punten
action-shop = Naar de winkel
action-benefits = Bekijk je voordelen
action-share = Deel je link
action-download = Download je gegevens

## Messages

welcome-subject = Welkom bij het spaarprogramma van { $shop }
welcome-body = Leuk dat je meedoet aan het spaarprogramma van { $shop }. { $has-points ->
    [yes] Je welkomstcadeau: { n-points }.
   *[no] Vanaf nu spaar je punten met elke aankoop.
}
welcome-sms = { $shop }: Welkom bij ons spaarprogramma! { $has-points ->
    [yes] Je welkomstcadeau: { n-points }.
   *[no] Vanaf nu spaar je punten met elke aankoop.
}

points-earned-subject = Je hebt { n-points } verdiend
points-earned-body =
    Je hebt { n-points } verdiend voor { source }.
    Je nieuwe saldo: { n-balance }.
points-earned-sms = { $shop }: Je hebt { n-points } verdiend. Je nieuwe saldo: { n-balance }.

points-adjusted-subject = Je puntensaldo is gewijzigd
points-adjusted-body =
    { $change ->
        [added] We hebben { n-points } aan je account toegevoegd.
       *[removed] We hebben { n-points } van je account afgetrokken.
    }
    Reden: { reason }
    Je nieuwe saldo: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] We hebben { n-points } aan je account toegevoegd.
   *[removed] We hebben { n-points } van je account afgetrokken.
} Je nieuwe saldo: { n-balance }.

points-redeemed-subject = Je hebt { n-points } ingewisseld
points-redeemed-body =
    Je hebt { n-points } ingewisseld voor deze beloning: { $reward }
    Je nieuwe saldo: { n-balance }.
points-redeemed-sms = { $shop }: Je hebt { n-points } ingewisseld voor “{ $reward }”. Je nieuwe saldo: { n-balance }.

points-returned-subject = Je punten zijn terug
points-returned-body =
    Je beloning “{ $reward }” kon niet worden uitgegeven of is geannuleerd. Daarom hebben we { n-points } teruggezet op je account.
    Je nieuwe saldo: { n-balance }.
points-returned-sms = { $shop }: Je beloning “{ $reward }” is geannuleerd. We hebben { n-points } teruggezet op je account. Je nieuwe saldo: { n-balance }.

points-expiring-subject = Gebruik { n-points } uiterlijk { $date }
points-expiring-body =
    Over { n-days } raak je { n-points } kwijt omdat de geldigheid eindigt.
    Gebruik je punten uiterlijk { $date }. Je saldo: { n-balance }.
points-expiring-sms = { $shop }: Over { n-days } raak je { n-points } kwijt. Gebruik je punten uiterlijk { $date }. Je saldo: { n-balance }.

points-expired-subject = Een deel van je punten is verlopen
points-expired-body =
    We hebben { n-points } van je account gehaald omdat de vervaldatum voorbij is.
    Je nieuwe saldo: { n-balance }.
points-expired-sms = { $shop }: We hebben { n-points } van je account gehaald omdat de vervaldatum voorbij is. Je nieuwe saldo: { n-balance }.

reward-available-subject = Er wacht een beloning op je
reward-available-body =
    Je hebt { n-balance }, genoeg voor deze beloning: { $reward }
    Je kunt die inwisselen voor { n-points }.
reward-available-sms = { $shop }: Je hebt { n-balance }. Wissel { n-points } in voor “{ $reward }”.

reward-issued-subject = Je beloning: { $reward }
reward-issued-body =
    Je beloning staat klaar: { $reward }
    Code: { $code }
    { $has-date ->
        [yes] Geldig tot en met: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minimale bestelling: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Je code voor “{ $reward }” is { $code }. { $has-date ->
    [yes] Geldig tot en met { $date }.
   *[no] {""}
}

reward-expiring-subject = Je beloning verloopt binnenkort
reward-expiring-body =
    Je beloning “{ $reward }” verloopt over { n-days }, op { $date }.
    Code: { $code }
reward-expiring-sms = { $shop }: Je beloning “{ $reward }” verloopt over { n-days }, op { $date }. Code: { $code }

store-credit-issued-subject = { $amount } winkeltegoed voor jou
store-credit-issued-body = We hebben { $amount } winkeltegoed aan je account toegevoegd. Je kunt het gebruiken bij het afrekenen.
store-credit-issued-sms = { $shop }: We hebben { $amount } winkeltegoed aan je account toegevoegd. Je kunt het gebruiken bij het afrekenen.

tier-upgraded-subject = Je hebt niveau { $tier } bereikt
tier-upgraded-body = Gefeliciteerd! Je hebt niveau “{ $tier }” bereikt. Geniet van je nieuwe voordelen.
tier-upgraded-sms = { $shop }: Gefeliciteerd! Je hebt niveau “{ $tier }” bereikt. Geniet van je nieuwe voordelen.

tier-downgraded-subject = Je niveau is gewijzigd
tier-downgraded-body =
    Je nieuwe niveau: “{ $tier }”.
    Met elke aankoop kom je dichter bij het volgende niveau.
tier-downgraded-sms = { $shop }: Je nieuwe niveau: “{ $tier }”. Met elke aankoop kom je dichter bij het volgende niveau.

birthday-subject = { $shop } feliciteert je met je verjaardag
birthday-body =
    Gefeliciteerd met je verjaardag! Ons cadeau voor jou: { n-points }.
    Je nieuwe saldo: { n-balance }.
birthday-sms = { $shop }: Gefeliciteerd met je verjaardag! Ons cadeau voor jou: { n-points }. Je nieuwe saldo: { n-balance }.

referral-link-subject = Deel { $shop } met anderen
referral-link-body =
    Je persoonlijke link staat klaar. Deel hem met mensen die je kent en krijg zelf ook een beloning.
    Zij ontvangen: { benefit }
    Je code: { $code }
referral-link-sms = { $shop }: Deel je code { $code } met mensen die je kent. Zij ontvangen: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } raadt je { $shop } aan
   *[no] Iemand raadt je { $shop } aan
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } denkt dat { $shop } iets voor jou is.
       *[no] Iemand die je kent denkt dat { $shop } iets voor jou is.
    }
    Je welkomstcadeau: { benefit }
    Code: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } raadt je { $shop } aan.
   *[no] Iemand raadt je { $shop } aan.
} Je welkomstcadeau: { benefit }. Code: { $code }

referral-completed-subject = Bedankt voor je aanbeveling
referral-completed-body =
    Je aanbeveling heeft tot een eerste bestelling geleid.
    Je beloning: { benefit }
referral-completed-sms = { $shop }: Je aanbeveling heeft tot een eerste bestelling geleid. Je beloning: { benefit }

referral-gift-subject = Je welkomstcadeau van { $shop }
referral-gift-body =
    Leuk dat je via een aanbeveling bij ons bent gekomen.
    Je cadeau: { benefit }
    { $has-code ->
        [yes] Code: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Leuk dat je er bent. Je cadeau: { benefit }. { $has-code ->
    [yes] Code: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor }× punten
campaign-started-body =
    “{ $campaign }” is begonnen: je aankopen leveren nu { $factor }× punten op.
    Einde: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” is begonnen: je aankopen leveren nu { $factor }× punten op. Einde: { $ends }

win-back-subject = We missen je bij { $shop }
win-back-body =
    Je laatste bestelling is alweer een tijdje geleden.
    Je hebt nog { n-balance } om te gebruiken.
win-back-sms = { $shop }: We missen je! Je hebt nog { n-balance } om te gebruiken.

data-request-received-subject = We hebben je verzoek ontvangen
data-request-received-body =
    { $request ->
        [export] We hebben je verzoek om een kopie van je gegevens ontvangen.
       *[erasure] We hebben je verzoek om je gegevens te verwijderen ontvangen.
    }
    We handelen het uiterlijk { $date } af.
data-request-received-sms = { $shop }: { $request ->
    [export] We hebben je verzoek om een kopie van je gegevens ontvangen.
   *[erasure] We hebben je verzoek om je gegevens te verwijderen ontvangen.
} We handelen het uiterlijk { $date } af.

data-export-ready-subject = Je gegevens staan klaar
data-export-ready-body = De kopie van je gegevens staat klaar. Je kunt die downloaden tot en met { $date }.
data-export-ready-sms = { $shop }: De kopie van je gegevens staat klaar. Je kunt die downloaden tot en met { $date }.

data-erased-subject = Je gegevens zijn verwijderd
data-erased-body = Zoals gevraagd hebben we je persoonsgegevens uit ons spaarprogramma verwijderd.
data-erased-sms = { $shop }: Zoals gevraagd hebben we je persoonsgegevens uit ons spaarprogramma verwijderd.
