### Deutsch.
### Anrede: „du“, kleingeschrieben, wie bei Treueprogrammen üblich; durchgehend. Ohne Formen, die ein Geschlecht voraussetzen.
### n-days steht im Dativ („in 3 Tagen“).

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } Punkt
   *[other] { $points } Punkte
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } Punkt
   *[other] { $balance } Punkte
}
n-days = { PLURAL($days) ->
    [one] { $days } Tag
   *[other] { $days } Tagen
}
greeting = { $named ->
    [yes] Hallo { $name },
   *[no] Hallo,
}
signature = Dein Team von { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } Rabatt
    [percent] { $percent } Rabatt
    [shipping] kostenloser Versand
   *[product] { $product } gratis
}
# Folgt auf „für“ (Akkusativ).
source = { $source ->
    [order] deine Bestellung { $order }
    [signup] dein neues Konto
    [newsletter] deine Newsletter-Anmeldung
    [review] deine Bewertung
    [birthday] deinen Geburtstag
    [referral] deine Empfehlung
    [campaign] deine Teilnahme an einer Aktion
   *[other] deine Treue
}
reason = { $reason ->
    [refund] Erstattung der Bestellung { $order }
    [cancellation] Stornierung der Bestellung { $order }
   *[correction] Korrektur durch { $shop }
}

action-points = Punkte ansehen
action-rewards = Prämien ansehen
action-redeem = Jetzt einlösen
action-use = Punkte einlösen
action-shop = Zum Shop
action-benefits = Vorteile ansehen
action-share = Link teilen
action-download = Daten herunterladen

## Messages

welcome-subject = Willkommen im Treueprogramm von { $shop }
welcome-body = Schön, dass du beim Treueprogramm von { $shop } dabei bist. { $has-points ->
    [yes] Dein Willkommensgeschenk: { n-points }.
   *[no] Ab jetzt sammelst du mit jedem Einkauf Punkte.
}
welcome-sms = { $shop }: Willkommen in unserem Treueprogramm! { $has-points ->
    [yes] Dein Willkommensgeschenk: { n-points }.
   *[no] Ab jetzt sammelst du mit jedem Einkauf Punkte.
}

points-earned-subject = Du hast { n-points } gesammelt
points-earned-body =
    Du hast { n-points } für { source } erhalten.
    Dein neuer Punktestand: { n-balance }.
points-earned-sms = { $shop }: Du hast { n-points } gesammelt. Dein neuer Punktestand: { n-balance }.

points-adjusted-subject = Dein Punktestand hat sich geändert
points-adjusted-body =
    { $change ->
        [added] Wir haben dir { n-points } gutgeschrieben.
       *[removed] Wir haben { n-points } von deinem Konto abgezogen.
    }
    Grund: { reason }
    Dein neuer Punktestand: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Wir haben dir { n-points } gutgeschrieben.
   *[removed] Wir haben { n-points } von deinem Konto abgezogen.
} Dein neuer Punktestand: { n-balance }.

points-redeemed-subject = Du hast { n-points } eingelöst
points-redeemed-body =
    Du hast { n-points } für diese Prämie eingelöst: { $reward }
    Dein neuer Punktestand: { n-balance }.
points-redeemed-sms = { $shop }: Du hast { n-points } für „{ $reward }“ eingelöst. Dein neuer Punktestand: { n-balance }.

points-returned-subject = Deine Punkte sind zurück
points-returned-body =
    Deine Prämie „{ $reward }“ konnte nicht ausgestellt werden oder wurde storniert. Deshalb haben wir dir { n-points } wieder gutgeschrieben.
    Dein neuer Punktestand: { n-balance }.
points-returned-sms = { $shop }: Deine Prämie „{ $reward }“ wurde storniert. Wir haben dir { n-points } wieder gutgeschrieben. Dein neuer Punktestand: { n-balance }.

points-expiring-subject = Löse { n-points } bis zum { $date } ein
points-expiring-body =
    In { n-days } verlierst du { n-points }, weil die Gültigkeit endet.
    Löse deine Punkte bis zum { $date } ein. Dein Punktestand: { n-balance }.
points-expiring-sms = { $shop }: In { n-days } verlierst du { n-points }. Löse deine Punkte bis zum { $date } ein. Dein Punktestand: { n-balance }.

points-expired-subject = Ein Teil deiner Punkte ist verfallen
points-expired-body =
    Wir haben { n-points } von deinem Konto entfernt, weil die Gültigkeit abgelaufen ist.
    Dein neuer Punktestand: { n-balance }.
points-expired-sms = { $shop }: Wir haben { n-points } entfernt, weil die Gültigkeit abgelaufen ist. Dein neuer Punktestand: { n-balance }.

reward-available-subject = Eine Prämie wartet auf dich
reward-available-body =
    Deine Punkte reichen für diese Prämie: { $reward }
    Du kannst sie für { n-points } einlösen. Dein Punktestand: { n-balance }.
reward-available-sms = { $shop }: Dein Punktestand: { n-balance }. Löse { n-points } für „{ $reward }“ ein.

reward-issued-subject = Deine Prämie: { $reward }
reward-issued-body =
    Deine Prämie ist da: { $reward }
    Code: { $code }
    { $has-date ->
        [yes] Gültig bis: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Mindestbestellwert: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Dein Code für „{ $reward }“ lautet { $code }. { $has-date ->
    [yes] Gültig bis { $date }.
   *[no] {""}
}

reward-expiring-subject = Deine Prämie läuft bald ab
reward-expiring-body =
    Deine Prämie „{ $reward }“ läuft in { n-days } ab, am { $date }.
    Code: { $code }
reward-expiring-sms = { $shop }: Deine Prämie „{ $reward }“ läuft in { n-days } ab, am { $date }. Code: { $code }

store-credit-issued-subject = { $amount } Guthaben für dich
store-credit-issued-body = Wir haben deinem Konto { $amount } Guthaben hinzugefügt. Du kannst es an der Kasse einsetzen.
store-credit-issued-sms = { $shop }: Wir haben deinem Konto { $amount } Guthaben hinzugefügt. Du kannst es an der Kasse einsetzen.

tier-upgraded-subject = Du hast die Stufe { $tier } erreicht
tier-upgraded-body = Glückwunsch! Du hast die Stufe „{ $tier }“ erreicht. Viel Freude mit deinen neuen Vorteilen.
tier-upgraded-sms = { $shop }: Glückwunsch! Du hast die Stufe „{ $tier }“ erreicht. Viel Freude mit deinen neuen Vorteilen.

tier-downgraded-subject = Deine Stufe hat sich geändert
tier-downgraded-body =
    Deine neue Stufe: „{ $tier }“.
    Jeder Einkauf bringt dich der nächsten Stufe näher.
tier-downgraded-sms = { $shop }: Deine neue Stufe: „{ $tier }“. Jeder Einkauf bringt dich der nächsten Stufe näher.

birthday-subject = { $shop } wünscht dir alles Gute zum Geburtstag
birthday-body =
    Alles Gute zum Geburtstag! Unser Geschenk für dich: { n-points }.
    Dein neuer Punktestand: { n-balance }.
birthday-sms = { $shop }: Alles Gute zum Geburtstag! Unser Geschenk für dich: { n-points }. Dein neuer Punktestand: { n-balance }.

referral-link-subject = Empfiehl { $shop } weiter
referral-link-body =
    Dein persönlicher Link ist fertig. Teile ihn mit Menschen, die du magst, und du wirst ebenfalls belohnt.
    Sie erhalten: { benefit }
    Dein Code: { $code }
referral-link-sms = { $shop }: Teile deinen Code { $code } mit Menschen, die du magst. Sie erhalten: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } empfiehlt dir { $shop }
   *[no] Jemand empfiehlt dir { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } glaubt, dass dir { $shop } gefällt.
       *[no] Jemand, der dich kennt, glaubt, dass dir { $shop } gefällt.
    }
    Dein Willkommensgeschenk: { benefit }
    Code: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } empfiehlt dir { $shop }.
   *[no] Jemand empfiehlt dir { $shop }.
} Dein Willkommensgeschenk: { benefit }. Code: { $code }

referral-completed-subject = Danke für deine Empfehlung
referral-completed-body =
    Deine Empfehlung hat zu einer ersten Bestellung geführt.
    Deine Belohnung: { benefit }
referral-completed-sms = { $shop }: Deine Empfehlung hat zu einer ersten Bestellung geführt. Deine Belohnung: { benefit }

referral-gift-subject = Dein Willkommensgeschenk von { $shop }
referral-gift-body =
    Schön, dass du auf eine Empfehlung hin zu uns gefunden hast.
    Dein Geschenk: { benefit }
    { $has-code ->
        [yes] Code: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Schön, dass du da bist. Dein Geschenk: { benefit }. { $has-code ->
    [yes] Code: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor }-fache Punkte
campaign-started-body =
    „{ $campaign }“ läuft: Deine Einkäufe bringen jetzt { $factor }-fache Punkte.
    Ende: { $ends }
campaign-started-sms = { $shop }: „{ $campaign }“ läuft: Deine Einkäufe bringen jetzt { $factor }-fache Punkte. Ende: { $ends }

win-back-subject = Wir vermissen dich bei { $shop }
win-back-body =
    Deine letzte Bestellung ist schon eine Weile her.
    Du hast noch { n-balance } auf deinem Konto.
win-back-sms = { $shop }: Wir vermissen dich! Dein Punktestand: { n-balance }.

data-request-received-subject = Wir haben deine Anfrage erhalten
data-request-received-body =
    { $request ->
        [export] Wir haben deine Anfrage nach einer Kopie deiner Daten erhalten.
       *[erasure] Wir haben deine Anfrage auf Löschung deiner Daten erhalten.
    }
    Wir erledigen sie bis zum { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Wir haben deine Anfrage nach einer Kopie deiner Daten erhalten.
   *[erasure] Wir haben deine Anfrage auf Löschung deiner Daten erhalten.
} Wir erledigen sie bis zum { $date }.

data-export-ready-subject = Deine Daten sind bereit
data-export-ready-body = Die Kopie deiner Daten ist bereit. Du kannst sie bis zum { $date } herunterladen.
data-export-ready-sms = { $shop }: Die Kopie deiner Daten ist bereit. Du kannst sie bis zum { $date } herunterladen.

data-erased-subject = Deine Daten wurden gelöscht
data-erased-body = Wie gewünscht haben wir deine persönlichen Daten aus unserem Treueprogramm gelöscht.
data-erased-sms = { $shop }: Wie gewünscht haben wir deine persönlichen Daten aus unserem Treueprogramm gelöscht.
