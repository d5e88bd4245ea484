### Svenska.
### Tilltal: "du", vänligt och sakligt. Könsneutralt.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } poäng
   *[other] { $points } poäng
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } poäng
   *[other] { $balance } poäng
}
n-days = { PLURAL($days) ->
    [one] { $days } dag
   *[other] { $days } dagar
}
greeting = { $named ->
    [yes] Hej { $name }!
   *[no] Hej!
}
signature = Hälsningar från { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } rabatt
    [percent] { $percent } rabatt
    [shipping] fri frakt
   *[product] { $product } på köpet
}
# Följer på "för".
source = { $source ->
    [order] din order { $order }
    [signup] ditt nya konto
    [newsletter] din anmälan till vårt nyhetsbrev
    [review] ditt omdöme
    [birthday] din födelsedag
    [referral] din rekommendation
    [campaign] ditt deltagande i en kampanj
   *[other] ditt medlemskap
}
reason = { $reason ->
    [refund] återbetalning av order { $order }
    [cancellation] avbeställning av order { $order }
   *[correction] rättelse från { $shop }
}

action-points = Se dina poäng
action-rewards = Se dina belöningar
action-redeem = Lös in nu
action-use = Använd dina poäng
action-shop = Till butiken
action-benefits = Se dina förmåner
action-share = Dela din länk
action-download = Ladda ner dina uppgifter

## Messages

welcome-subject = Välkommen till kundklubben hos { $shop }
welcome-body = Tack för att du är med i kundklubben hos { $shop }. { $has-points ->
    [yes] Din välkomstgåva: { n-points }.
   *[no] Från och med nu samlar du poäng på varje köp.
}
welcome-sms = { $shop }: Välkommen till vår kundklubb! { $has-points ->
    [yes] Din välkomstgåva: { n-points }.
   *[no] Nu samlar du poäng på varje köp.
}

points-earned-subject = Du har fått { n-points }
points-earned-body =
    Du har fått { n-points } för { source }.
    Ditt nya saldo: { n-balance }.
points-earned-sms = { $shop }: Du har fått { n-points }. Ditt nya saldo: { n-balance }.

points-adjusted-subject = Ditt poängsaldo har ändrats
points-adjusted-body =
    { $change ->
        [added] Vi har lagt till { n-points } på ditt konto.
       *[removed] Vi har dragit av { n-points } från ditt konto.
    }
    Orsak: { reason }
    Ditt nya saldo: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Vi har lagt till { n-points } på ditt konto.
   *[removed] Vi har dragit av { n-points } från ditt konto.
} Ditt nya saldo: { n-balance }.

points-redeemed-subject = Du har löst in { n-points }
points-redeemed-body =
    Du har löst in { n-points } mot den här belöningen: { $reward }
    Ditt nya saldo: { n-balance }.
points-redeemed-sms = { $shop }: Du har löst in { n-points } mot ”{ $reward }”. Ditt nya saldo: { n-balance }.

points-returned-subject = Dina poäng är tillbaka
points-returned-body =
    Belöningen ”{ $reward }” kunde inte utfärdas eller har avbrutits. Därför har vi fört tillbaka { n-points } till ditt konto.
    Ditt nya saldo: { n-balance }.
points-returned-sms = { $shop }: Belöningen ”{ $reward }” har avbrutits. Vi har fört tillbaka { n-points } till ditt konto. Ditt nya saldo: { n-balance }.

points-expiring-subject = Använd { n-points } senast { $date }
points-expiring-body =
    Om { n-days } förlorar du { n-points } eftersom giltighetstiden går ut.
    Använd dina poäng senast { $date }. Ditt saldo: { n-balance }.
points-expiring-sms = { $shop }: Om { n-days } förlorar du { n-points }. Använd dina poäng senast { $date }. Ditt saldo: { n-balance }.

points-expired-subject = Några av dina poäng har gått ut
points-expired-body =
    Vi har tagit bort { n-points } från ditt konto eftersom giltighetstiden har gått ut.
    Ditt nya saldo: { n-balance }.
points-expired-sms = { $shop }: Vi har tagit bort { n-points } från ditt konto eftersom giltighetstiden har gått ut. Ditt nya saldo: { n-balance }.

reward-available-subject = En belöning väntar på dig
reward-available-body =
    Du har { n-balance }, och det räcker till den här belöningen: { $reward }
    Du kan lösa in den för { n-points }.
reward-available-sms = { $shop }: Du har { n-balance }. Lös in { n-points } mot ”{ $reward }”.

reward-issued-subject = Din belöning: { $reward }
reward-issued-body =
    Din belöning är klar: { $reward }
    Kod: { $code }
    { $has-date ->
        [yes] Giltig till och med: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minsta ordervärde: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Din kod för ”{ $reward }” är { $code }. { $has-date ->
    [yes] Giltig till och med { $date }.
   *[no] {""}
}

reward-expiring-subject = Din belöning går snart ut
reward-expiring-body =
    Din belöning ”{ $reward }” går ut om { n-days }, den { $date }.
    Kod: { $code }
reward-expiring-sms = { $shop }: Din belöning ”{ $reward }” går ut om { n-days }, den { $date }. Kod: { $code }

store-credit-issued-subject = { $amount } i tillgodohavande till dig
store-credit-issued-body = Vi har lagt till { $amount } i tillgodohavande på ditt konto. Du kan använda det i kassan.
store-credit-issued-sms = { $shop }: Vi har lagt till { $amount } i tillgodohavande på ditt konto. Du kan använda det i kassan.

tier-upgraded-subject = Du har nått nivån { $tier }
tier-upgraded-body = Grattis! Du har nått nivån ”{ $tier }”. Ha det så trevligt med dina nya förmåner.
tier-upgraded-sms = { $shop }: Grattis! Du har nått nivån ”{ $tier }”. Ha det så trevligt med dina nya förmåner.

tier-downgraded-subject = Din nivå har ändrats
tier-downgraded-body =
    Din nya nivå: ”{ $tier }”.
    Varje köp tar dig närmare nästa nivå.
tier-downgraded-sms = { $shop }: Din nya nivå: ”{ $tier }”. Varje köp tar dig närmare nästa nivå.

birthday-subject = Grattis på födelsedagen från { $shop }
birthday-body =
    Grattis på födelsedagen! Vår present till dig: { n-points }.
    Ditt nya saldo: { n-balance }.
birthday-sms = { $shop }: Grattis på födelsedagen! Vår present till dig: { n-points }. Ditt nya saldo: { n-balance }.

referral-link-subject = Tipsa andra om { $shop }
referral-link-body =
    Din personliga länk är klar. Dela den med folk du känner, så får du också en belöning.
    De får: { benefit }
    Din kod: { $code }
referral-link-sms = { $shop }: Dela din kod { $code } med folk du känner. De får: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } tipsar om { $shop }
   *[no] Någon tipsar dig om { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } tror att du kommer att gilla { $shop }.
       *[no] Någon du känner tror att du kommer att gilla { $shop }.
    }
    Din välkomstgåva: { benefit }
    Kod: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } tipsar om { $shop }.
   *[no] Någon tipsar dig om { $shop }.
} Din välkomstgåva: { benefit }. Kod: { $code }

referral-completed-subject = Tack för ditt tips
referral-completed-body =
    Ditt tips har lett till en första order.
    Din belöning: { benefit }
referral-completed-sms = { $shop }: Ditt tips har lett till en första order. Din belöning: { benefit }

referral-gift-subject = Din välkomstgåva från { $shop }
referral-gift-body =
    Kul att du hittade till oss genom ett tips.
    Din gåva: { benefit }
    { $has-code ->
        [yes] Kod: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Kul att du är här. Din gåva: { benefit }. { $has-code ->
    [yes] Kod: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor } × poäng
campaign-started-body =
    ”{ $campaign }” har börjat: dina köp ger nu { $factor } × poäng.
    Slutar: { $ends }
campaign-started-sms = { $shop }: ”{ $campaign }” har börjat: dina köp ger nu { $factor } × poäng. Slutar: { $ends }

win-back-subject = Vi saknar dig på { $shop }
win-back-body =
    Det var ett tag sedan din senaste order.
    Du har fortfarande { n-balance } att använda.
win-back-sms = { $shop }: Vi saknar dig! Du har fortfarande { n-balance } att använda.

data-request-received-subject = Vi har tagit emot din begäran
data-request-received-body =
    { $request ->
        [export] Vi har tagit emot din begäran om en kopia av dina uppgifter.
       *[erasure] Vi har tagit emot din begäran om att radera dina uppgifter.
    }
    Vi behandlar den senast { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Vi har tagit emot din begäran om en kopia av dina uppgifter.
   *[erasure] Vi har tagit emot din begäran om att radera dina uppgifter.
} Vi behandlar den senast { $date }.

data-export-ready-subject = Dina uppgifter är klara
data-export-ready-body = Kopian av dina uppgifter är klar. Du kan ladda ner den till och med { $date }.
data-export-ready-sms = { $shop }: Kopian av dina uppgifter är klar. Du kan ladda ner den till och med { $date }.

data-erased-subject = Dina uppgifter har raderats
data-erased-body = Som du begärde har vi raderat dina personuppgifter från vår kundklubb.
data-erased-sms = { $shop }: Som du begärde har vi raderat dina personuppgifter från vår kundklubb.
