### Italiano.
### Forma: "tu", cordiale e professionale. Senza participi che presuppongano il genere di chi legge.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } punto
    [many] { $points } di punti
   *[other] { $points } punti
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } punto
    [many] { $balance } di punti
   *[other] { $balance } punti
}
n-days = { PLURAL($days) ->
    [one] { $days } giorno
    [many] { $days } di giorni
   *[other] { $days } giorni
}
greeting = { $named ->
    [yes] Ciao { $name },
   *[no] Ciao,
}
signature = Il team di { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } di sconto
    [percent] { $percent } di sconto
    [shipping] spedizione gratuita
   *[product] { $product } in omaggio
}
# Segue "per".
source = { $source ->
    [order] il tuo ordine { $order }
    [signup] la creazione del tuo account
    [newsletter] la tua iscrizione alla newsletter
    [review] la tua recensione
    [birthday] il tuo compleanno
    [referral] averci fatto conoscere
    [campaign] la tua partecipazione a una promozione
   *[other] la tua fedeltà
}
reason = { $reason ->
    [refund] rimborso dell’ordine { $order }
    [cancellation] annullamento dell’ordine { $order }
   *[correction] correzione da parte di { $shop }
}

action-points = Vedi i tuoi punti
action-rewards = Vedi i tuoi premi
action-redeem = Riscatta ora
action-use = Usa i tuoi punti
action-shop = Vai al negozio
action-benefits = Vedi i tuoi vantaggi
action-share = Condividi il tuo link
action-download = Scarica i tuoi dati

## Messages

welcome-subject = Ti diamo il benvenuto nel programma fedeltà di { $shop }
welcome-body = Grazie per aver aderito al programma fedeltà di { $shop }. { $has-points ->
    [yes] Il tuo regalo di benvenuto: { n-points }.
   *[no] Da oggi ogni acquisto ti fa guadagnare punti.
}
welcome-sms = { $shop }: Ti diamo il benvenuto nel nostro programma fedeltà! { $has-points ->
    [yes] Il tuo regalo: { n-points }.
   *[no] Da oggi ogni acquisto ti fa guadagnare punti.
}

points-earned-subject = Hai guadagnato { n-points }
points-earned-body =
    Hai guadagnato { n-points } per { source }.
    Il tuo nuovo saldo: { n-balance }.
points-earned-sms = { $shop }: Hai guadagnato { n-points }. Il tuo nuovo saldo: { n-balance }.

points-adjusted-subject = Il tuo saldo punti è cambiato
points-adjusted-body =
    { $change ->
        [added] Abbiamo aggiunto { n-points } al tuo account.
       *[removed] Abbiamo detratto { n-points } dal tuo account.
    }
    Motivo: { reason }
    Il tuo nuovo saldo: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Abbiamo aggiunto { n-points } al tuo account.
   *[removed] Abbiamo detratto { n-points } dal tuo account.
} Il tuo nuovo saldo: { n-balance }.

points-redeemed-subject = Hai riscattato { n-points }
points-redeemed-body =
    Hai riscattato { n-points } per questo premio: { $reward }
    Il tuo nuovo saldo: { n-balance }.
points-redeemed-sms = { $shop }: Hai riscattato { n-points } per «{ $reward }». Il tuo nuovo saldo: { n-balance }.

points-returned-subject = I tuoi punti sono tornati
points-returned-body =
    Non è stato possibile emettere il premio «{ $reward }» oppure è stato annullato, perciò abbiamo restituito { n-points } al tuo account.
    Il tuo nuovo saldo: { n-balance }.
points-returned-sms = { $shop }: Il premio «{ $reward }» è stato annullato. Abbiamo restituito { n-points } al tuo account. Il tuo nuovo saldo: { n-balance }.

points-expiring-subject = Usa { n-points } entro il { $date }
points-expiring-body =
    Tra { n-days } perderai { n-points } in scadenza.
    Usa i tuoi punti entro il { $date }. Il tuo saldo: { n-balance }.
points-expiring-sms = { $shop }: Tra { n-days } perderai { n-points } in scadenza. Usa i tuoi punti entro il { $date }. Il tuo saldo: { n-balance }.

points-expired-subject = Alcuni dei tuoi punti sono scaduti
points-expired-body =
    Abbiamo rimosso { n-points } dal tuo account perché la data di scadenza è passata.
    Il tuo nuovo saldo: { n-balance }.
points-expired-sms = { $shop }: Abbiamo rimosso { n-points } per scadenza. Il tuo nuovo saldo: { n-balance }.

reward-available-subject = Ti aspetta un premio
reward-available-body =
    Il tuo saldo di { n-balance } basta per questo premio: { $reward }
    Puoi riscattarlo con { n-points }.
reward-available-sms = { $shop }: Il tuo saldo: { n-balance }. Riscatta { n-points } per «{ $reward }».

reward-issued-subject = Il tuo premio: { $reward }
reward-issued-body =
    Il tuo premio è pronto: { $reward }
    Codice: { $code }
    { $has-date ->
        [yes] Valido fino al: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Ordine minimo: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Il tuo codice per «{ $reward }» è { $code }. { $has-date ->
    [yes] Valido fino al { $date }.
   *[no] {""}
}

reward-expiring-subject = Il tuo premio sta per scadere
reward-expiring-body =
    Il tuo premio «{ $reward }» scade tra { n-days }, il { $date }.
    Codice: { $code }
reward-expiring-sms = { $shop }: Il tuo premio «{ $reward }» scade tra { n-days }, il { $date }. Codice: { $code }

store-credit-issued-subject = Hai { $amount } di credito nel negozio
store-credit-issued-body = Abbiamo aggiunto { $amount } di credito al tuo account. Puoi usarlo al momento del pagamento.
store-credit-issued-sms = { $shop }: Abbiamo aggiunto { $amount } di credito al tuo account. Puoi usarlo al momento del pagamento.

tier-upgraded-subject = Hai raggiunto il livello { $tier }
tier-upgraded-body = Congratulazioni! Hai raggiunto il livello «{ $tier }». Goditi i tuoi nuovi vantaggi.
tier-upgraded-sms = { $shop }: Congratulazioni! Hai raggiunto il livello «{ $tier }». Goditi i tuoi nuovi vantaggi.

tier-downgraded-subject = Il tuo livello è cambiato
tier-downgraded-body =
    Il tuo nuovo livello: «{ $tier }».
    Ogni acquisto ti avvicina al livello successivo.
tier-downgraded-sms = { $shop }: Il tuo nuovo livello: «{ $tier }». Ogni acquisto ti avvicina al livello successivo.

birthday-subject = { $shop } ti augura buon compleanno
birthday-body =
    Buon compleanno! Il nostro regalo per te: { n-points }.
    Il tuo nuovo saldo: { n-balance }.
birthday-sms = { $shop }: Buon compleanno! Il nostro regalo per te: { n-points }. Il tuo nuovo saldo: { n-balance }.

referral-link-subject = Fai conoscere { $shop }
referral-link-body =
    Il tuo link personale è pronto. Condividilo con chi vuoi: anche per te c’è un premio.
    Chi inviti riceve: { benefit }
    Il tuo codice: { $code }
referral-link-sms = { $shop }: Condividi il tuo codice { $code }. Chi inviti riceve: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } ti consiglia { $shop }
   *[no] Ti consigliano { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } pensa che { $shop } ti piacerà.
       *[no] Una persona che conosci pensa che { $shop } ti piacerà.
    }
    Il tuo regalo di benvenuto: { benefit }
    Codice: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } ti consiglia { $shop }.
   *[no] Ti consigliano { $shop }.
} Il tuo regalo di benvenuto: { benefit }. Codice: { $code }

referral-completed-subject = Grazie per il tuo consiglio
referral-completed-body =
    La persona che hai invitato ha fatto il suo primo ordine.
    Il tuo premio: { benefit }
referral-completed-sms = { $shop }: La persona che hai invitato ha fatto il suo primo ordine. Il tuo premio: { benefit }

referral-gift-subject = Il tuo regalo di benvenuto da { $shop }
referral-gift-body =
    Grazie per aver accettato l’invito.
    Il tuo regalo: { benefit }
    { $has-code ->
        [yes] Codice: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Grazie per aver accettato l’invito. Il tuo regalo: { benefit }. { $has-code ->
    [yes] Codice: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: punti × { $factor }
campaign-started-body =
    È iniziata «{ $campaign }»: ora i tuoi acquisti valgono punti × { $factor }.
    Fine: { $ends }
campaign-started-sms = { $shop }: È iniziata «{ $campaign }»: i tuoi acquisti valgono punti × { $factor }. Fine: { $ends }

win-back-subject = { $shop } sente la tua mancanza
win-back-body =
    È passato un po’ di tempo dal tuo ultimo ordine.
    Hai ancora { n-balance } da spendere.
win-back-sms = { $shop }: Ci manchi! Hai ancora { n-balance } da spendere.

data-request-received-subject = Abbiamo ricevuto la tua richiesta
data-request-received-body =
    { $request ->
        [export] Abbiamo ricevuto la tua richiesta di una copia dei tuoi dati.
       *[erasure] Abbiamo ricevuto la tua richiesta di cancellazione dei tuoi dati.
    }
    La completeremo entro il { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Abbiamo ricevuto la tua richiesta di una copia dei tuoi dati.
   *[erasure] Abbiamo ricevuto la tua richiesta di cancellazione dei tuoi dati.
} La completeremo entro il { $date }.

data-export-ready-subject = I tuoi dati sono pronti
data-export-ready-body = La copia dei tuoi dati è pronta. Puoi scaricarla fino al { $date }.
data-export-ready-sms = { $shop }: La copia dei tuoi dati è pronta. Puoi scaricarla fino al { $date }.

data-erased-subject = I tuoi dati sono stati cancellati
data-erased-body = Come richiesto, abbiamo cancellato i tuoi dati personali dal nostro programma fedeltà.
data-erased-sms = { $shop }: Come richiesto, abbiamo cancellato i tuoi dati personali dal nostro programma fedeltà.
