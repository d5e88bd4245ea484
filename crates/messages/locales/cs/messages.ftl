### Čeština.
### Oslovení: vykání („vy“ s malým písmenem), přátelsky a věcně. Bez tvarů, které předpokládají pohlaví.

## Building blocks

# První a čtvrtý pád jsou stejné: „1 bod, 2 body, 5 bodů“.
n-points = { PLURAL($points) ->
    [one] { $points } bod
    [few] { $points } body
   *[other] { $points } bodů
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } bod
    [few] { $balance } body
   *[other] { $balance } bodů
}
n-days = { PLURAL($days) ->
    [one] { $days } den
    [few] { $days } dny
   *[other] { $days } dní
}
# Jméno stojí v prvním pádě: pátý pád nelze spolehlivě odvodit.
greeting = { $named ->
    [yes] Dobrý den, { $name },
   *[no] Dobrý den,
}
signature = Tým { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] sleva { $amount }
    [percent] sleva { $percent }
    [shipping] doprava zdarma
   *[product] { $product } zdarma
}
# Následuje po „za“.
source = { $source ->
    [order] objednávku { $order }
    [signup] založení účtu
    [newsletter] přihlášení k odběru novinek
    [review] vaši recenzi
    [birthday] vaše narozeniny
    [referral] vaše doporučení
    [campaign] účast v akci
   *[other] vaši věrnost
}
reason = { $reason ->
    [refund] vrácení peněz za objednávku { $order }
    [cancellation] zrušení objednávky { $order }
   *[correction] oprava ze strany { $shop }
}

action-points = Zobrazit body
action-rewards = Zobrazit odměny
action-redeem = Uplatnit nyní
action-use = Využít body
action-shop = Přejít do obchodu
action-benefits = Zobrazit výhody
action-share = Sdílet odkaz
action-download = Stáhnout údaje

## Messages

welcome-subject = Vítejte ve věrnostním programu { $shop }
welcome-body = Děkujeme za vstup do věrnostního programu { $shop }. { $has-points ->
    [yes] Váš dárek na uvítanou: { n-points }.
   *[no] Od této chvíle sbíráte body za každý nákup.
}
welcome-sms = { $shop }: Vítejte v našem věrnostním programu! { $has-points ->
    [yes] Váš dárek: { n-points }.
   *[no] Od této chvíle sbíráte body za každý nákup.
}

points-earned-subject = Získáváte { n-points }
points-earned-body =
    Připsali jsme vám { n-points } za { source }.
    Váš nový zůstatek: { n-balance }.
points-earned-sms = { $shop }: Získáváte { n-points }. Váš nový zůstatek: { n-balance }.

points-adjusted-subject = Váš zůstatek bodů se změnil
points-adjusted-body =
    { $change ->
        [added] Připsali jsme { n-points } na váš účet.
       *[removed] Odečetli jsme { n-points } z vašeho účtu.
    }
    Důvod: { reason }
    Váš nový zůstatek: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Připsali jsme { n-points } na váš účet.
   *[removed] Odečetli jsme { n-points } z vašeho účtu.
} Váš nový zůstatek: { n-balance }.

points-redeemed-subject = Uplatňujete { n-points }
points-redeemed-body =
    Vyměnili jsme { n-points } z vašeho účtu za odměnu: { $reward }
    Váš nový zůstatek: { n-balance }.
points-redeemed-sms = { $shop }: Vyměnili jsme { n-points } za odměnu „{ $reward }“. Váš nový zůstatek: { n-balance }.

points-returned-subject = Body jsou zpět na vašem účtu
points-returned-body =
    Odměnu „{ $reward }“ se nepodařilo vydat nebo byla zrušena, proto jsme vrátili { n-points } na váš účet.
    Váš nový zůstatek: { n-balance }.
points-returned-sms = { $shop }: Odměna „{ $reward }“ byla zrušena. Vrátili jsme { n-points } na váš účet. Váš nový zůstatek: { n-balance }.

points-expiring-subject = Využijte { n-points } do { $date }
points-expiring-body =
    Za { n-days } ztratíte { n-points }, protože skončí platnost.
    Využijte body do { $date }. Váš zůstatek: { n-balance }.
points-expiring-sms = { $shop }: Za { n-days } ztratíte { n-points }. Využijte body do { $date }. Váš zůstatek: { n-balance }.

points-expired-subject = Část vašich bodů pozbyla platnosti
points-expired-body =
    Odebrali jsme { n-points } z vašeho účtu, protože uplynula doba platnosti.
    Váš nový zůstatek: { n-balance }.
points-expired-sms = { $shop }: Odebrali jsme { n-points }, protože uplynula doba platnosti. Váš nový zůstatek: { n-balance }.

reward-available-subject = Čeká na vás odměna
reward-available-body =
    Máte { n-balance }, což stačí na odměnu: { $reward }
    Můžete ji získat za { n-points }.
reward-available-sms = { $shop }: Máte { n-balance }. Vyměňte { n-points } za odměnu „{ $reward }“.

reward-issued-subject = Vaše odměna: { $reward }
reward-issued-body =
    Vaše odměna je připravena: { $reward }
    Kód: { $code }
    { $has-date ->
        [yes] Platí do: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minimální hodnota objednávky: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Váš kód na odměnu „{ $reward }“: { $code }. { $has-date ->
    [yes] Platí do { $date }.
   *[no] {""}
}

reward-expiring-subject = Platnost vaší odměny brzy skončí
reward-expiring-body =
    Platnost odměny „{ $reward }“ skončí za { n-days }, { $date }.
    Kód: { $code }
reward-expiring-sms = { $shop }: Platnost odměny „{ $reward }“ skončí za { n-days }, { $date }. Kód: { $code }

store-credit-issued-subject = Máte kredit { $amount }
store-credit-issued-body = Připsali jsme vám kredit { $amount }. Můžete ho použít při placení.
store-credit-issued-sms = { $shop }: Připsali jsme vám kredit { $amount }. Můžete ho použít při placení.

tier-upgraded-subject = Máte úroveň { $tier }
tier-upgraded-body = Gratulujeme! Nyní máte úroveň „{ $tier }“. Užijte si nové výhody.
tier-upgraded-sms = { $shop }: Gratulujeme! Nyní máte úroveň „{ $tier }“. Užijte si nové výhody.

tier-downgraded-subject = Vaše úroveň se změnila
tier-downgraded-body =
    Vaše nová úroveň: „{ $tier }“.
    Každý nákup vás přiblíží k další úrovni.
tier-downgraded-sms = { $shop }: Vaše nová úroveň: „{ $tier }“. Každý nákup vás přiblíží k další úrovni.

birthday-subject = { $shop } vám přeje vše nejlepší k narozeninám
birthday-body =
    Všechno nejlepší k narozeninám! Náš dárek pro vás: { n-points }.
    Váš nový zůstatek: { n-balance }.
birthday-sms = { $shop }: Všechno nejlepší k narozeninám! Náš dárek: { n-points }. Váš nový zůstatek: { n-balance }.

referral-link-subject = Doporučte { $shop } přátelům
referral-link-body =
    Váš osobní odkaz je připraven. Sdílejte ho s přáteli a odměnu získáte i vy.
    Přátelé dostanou: { benefit }
    Váš kód: { $code }
referral-link-sms = { $shop }: Sdílejte s přáteli svůj kód { $code }. Jejich dárek: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } vám doporučuje { $shop }
   *[no] Někdo vám doporučuje { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } si myslí, že se vám { $shop } bude líbit.
       *[no] Někdo, koho znáte, si myslí, že se vám { $shop } bude líbit.
    }
    Váš dárek na uvítanou: { benefit }
    Kód: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } vám doporučuje { $shop }.
   *[no] Někdo vám doporučuje { $shop }.
} Váš dárek na uvítanou: { benefit }. Kód: { $code }

referral-completed-subject = Děkujeme za doporučení
referral-completed-body =
    Na vaše doporučení přišla první objednávka.
    Vaše odměna: { benefit }
referral-completed-sms = { $shop }: Na vaše doporučení přišla první objednávka. Vaše odměna: { benefit }

referral-gift-subject = Dárek na uvítanou od { $shop }
referral-gift-body =
    Děkujeme za vstup do programu na doporučení.
    Váš dárek: { benefit }
    { $has-code ->
        [yes] Kód: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Děkujeme za vstup do programu. Váš dárek: { benefit }. { $has-code ->
    [yes] Kód: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: body × { $factor }
campaign-started-body =
    Akce „{ $campaign }“ začala: za nákupy nyní získáváte body × { $factor }.
    Konec: { $ends }
campaign-started-sms = { $shop }: Akce „{ $campaign }“ začala: za nákupy získáváte body × { $factor }. Konec: { $ends }

win-back-subject = Chybíte nám: { $shop }
win-back-body =
    Od vaší poslední objednávky uplynula delší doba.
    Na účtu máte stále { n-balance }.
win-back-sms = { $shop }: Chybíte nám! Na účtu máte stále { n-balance }.

data-request-received-subject = Přijali jsme vaši žádost
data-request-received-body =
    { $request ->
        [export] Přijali jsme vaši žádost o kopii údajů.
       *[erasure] Přijali jsme vaši žádost o výmaz údajů.
    }
    Vyřídíme ji do { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Přijali jsme vaši žádost o kopii údajů.
   *[erasure] Přijali jsme vaši žádost o výmaz údajů.
} Vyřídíme ji do { $date }.

data-export-ready-subject = Vaše údaje jsou připraveny
data-export-ready-body = Kopie vašich údajů je připravena. Můžete si ji stáhnout do { $date }.
data-export-ready-sms = { $shop }: Kopie vašich údajů je připravena. Můžete si ji stáhnout do { $date }.

data-erased-subject = Vaše údaje byly vymazány
data-erased-body = Na vaši žádost jsme vymazali vaše osobní údaje z našeho věrnostního programu.
data-erased-sms = { $shop }: Na vaši žádost jsme vymazali vaše osobní údaje z našeho věrnostního programu.
