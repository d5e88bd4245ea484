### Magyar.
### Megszólítás: tegezés, barátságosan és szakszerűen. A magyar nyelv nem jelöl nemet.
### A dátum ponttal végződik, ezért sor végén, külön pont nélkül áll; változóhoz nem tapad rag és névelő.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } pont
   *[other] { $points } pont
}
# Tárgyeset.
n-points-object = { PLURAL($points) ->
    [one] { $points } pontot
   *[other] { $points } pontot
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } pont
   *[other] { $balance } pont
}
n-days = { PLURAL($days) ->
    [one] { $days } nap
   *[other] { $days } nap
}
greeting = { $named ->
    [yes] Szia { $name }!
   *[no] Szia!
}
signature = Üdvözlettel: { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } kedvezmény
    [percent] { $percent } kedvezmény
    [shipping] ingyenes szállítás
   *[product] { $product } ajándékba
}
# A „Miért:” után áll.
source = { $source ->
    [order] rendelés ({ $order })
    [signup] regisztráció
    [newsletter] feliratkozás a hírlevélre
    [review] értékelés
    [birthday] születésnap
    [referral] ajánlás
    [campaign] részvétel egy akcióban
   *[other] hűség
}
reason = { $reason ->
    [refund] visszatérítés, rendelés: { $order }
    [cancellation] törölt rendelés: { $order }
   *[correction] helyesbítés, { $shop }
}

action-points = Pontjaim megtekintése
action-rewards = Jutalmaim megtekintése
action-redeem = Beváltás most
action-use = Pontok felhasználása
action-shop = Tovább az üzletbe
action-benefits = Előnyök megtekintése
action-share = Hivatkozás megosztása
action-download = Adatok letöltése

## Messages

welcome-subject = Üdvözlünk a hűségprogramban: { $shop }
welcome-body = Köszönjük, hogy csatlakoztál a hűségprogramhoz ({ $shop }). { $has-points ->
    [yes] Üdvözlő ajándékod: { n-points }.
   *[no] Mostantól minden vásárlással pontokat gyűjtesz.
}
welcome-sms = { $shop }: Üdvözlünk a hűségprogramban! { $has-points ->
    [yes] Ajándékod: { n-points }.
   *[no] Mostantól minden vásárlással pontokat gyűjtesz.
}

points-earned-subject = Kaptál { n-points-object }
points-earned-body =
    Jóváírtunk neked { n-points-object }. Miért: { source }
    Új egyenleged: { n-balance }.
points-earned-sms = { $shop }: Kaptál { n-points-object }. Új egyenleged: { n-balance }.

points-adjusted-subject = Megváltozott a pontegyenleged
points-adjusted-body =
    { $change ->
        [added] Jóváírtunk { n-points-object } a fiókodban.
       *[removed] Levontunk { n-points-object } a fiókodból.
    }
    Indok: { reason }
    Új egyenleged: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Jóváírtunk { n-points-object } a fiókodban.
   *[removed] Levontunk { n-points-object } a fiókodból.
} Új egyenleged: { n-balance }.

points-redeemed-subject = Beváltottál { n-points-object }
points-redeemed-body =
    Beváltottál { n-points-object } erre a jutalomra: { $reward }
    Új egyenleged: { n-balance }.
points-redeemed-sms = { $shop }: Beváltottál { n-points-object } erre: „{ $reward }”. Új egyenleged: { n-balance }.

points-returned-subject = Visszakaptad a pontjaidat
points-returned-body =
    Nem tudtuk kiadni ezt a jutalmat, vagy törölték: „{ $reward }”. Ezért visszaírtunk { n-points-object } a fiókodba.
    Új egyenleged: { n-balance }.
points-returned-sms = { $shop }: Törölt jutalom: „{ $reward }”. Visszaírtunk { n-points-object } a fiókodba. Új egyenleged: { n-balance }.

points-expiring-subject = { n-points } hamarosan lejár: { $date }
points-expiring-body =
    { n-days } múlva elveszítesz { n-points-object }, mert lejár. Egyenleged: { n-balance }.
    A felhasználás utolsó napja: { $date }
points-expiring-sms = { $shop }: { n-days } múlva elveszítesz { n-points-object }. Egyenleged: { n-balance }. A felhasználás utolsó napja: { $date }

points-expired-subject = Néhány pontod lejárt
points-expired-body =
    Levontunk { n-points-object } a fiókodból, mert lejárt.
    Új egyenleged: { n-balance }.
points-expired-sms = { $shop }: Levontunk { n-points-object }, mert lejárt. Új egyenleged: { n-balance }.

reward-available-subject = Jutalom vár rád
reward-available-body =
    Egyenleged: { n-balance }. Ez elég erre a jutalomra: { $reward }
    Az ára: { n-points }.
reward-available-sms = { $shop }: Egyenleged: { n-balance }. Beváltható jutalom: „{ $reward }”, ára: { n-points }.

reward-issued-subject = Jutalmad: { $reward }
reward-issued-body =
    Elkészült a jutalmad: { $reward }
    Kód: { $code }
    { $has-date ->
        [yes] Utolsó érvényes nap: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Legkisebb rendelési érték: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Jutalmad: „{ $reward }”. Kód: { $code }. { $has-date ->
    [yes] Utolsó érvényes nap: { $date }
   *[no] {""}
}

reward-expiring-subject = Jutalmad hamarosan lejár
reward-expiring-body =
    Jutalmad { n-days } múlva lejár: „{ $reward }”. Utolsó érvényes nap: { $date }
    Kód: { $code }
reward-expiring-sms = { $shop }: Jutalmad { n-days } múlva lejár: „{ $reward }”. Kód: { $code }. Utolsó érvényes nap: { $date }

store-credit-issued-subject = Vásárlási egyenleget kaptál: { $amount }
store-credit-issued-body = Jóváírtunk a fiókodban ennyi vásárlási egyenleget: { $amount }. Fizetéskor használhatod fel.
store-credit-issued-sms = { $shop }: Jóváírtunk a fiókodban ennyi vásárlási egyenleget: { $amount }. Fizetéskor használhatod fel.

tier-upgraded-subject = Új szinted: { $tier }
tier-upgraded-body = Gratulálunk! Új szintre léptél: „{ $tier }”. Élvezd az új előnyöket.
tier-upgraded-sms = { $shop }: Gratulálunk! Új szintre léptél: „{ $tier }”. Élvezd az új előnyöket.

tier-downgraded-subject = Megváltozott a szinted
tier-downgraded-body =
    Új szinted: „{ $tier }”.
    Minden vásárlás közelebb visz a következő szinthez.
tier-downgraded-sms = { $shop }: Új szinted: „{ $tier }”. Minden vásárlás közelebb visz a következő szinthez.

birthday-subject = { $shop }: boldog születésnapot!
birthday-body =
    Boldog születésnapot! Ajándékunk neked: { n-points }.
    Új egyenleged: { n-balance }.
birthday-sms = { $shop }: Boldog születésnapot! Ajándékunk neked: { n-points }. Új egyenleged: { n-balance }.

referral-link-subject = Ajánld a barátaidnak: { $shop }
referral-link-body =
    Elkészült a személyes hivatkozásod. Oszd meg a barátaiddal, és te is jutalmat kapsz.
    Barátaid ajándéka: { benefit }
    Kódod: { $code }
referral-link-sms = { $shop }: Oszd meg a barátaiddal a kódodat: { $code }. Az ajándékuk: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } ajánlása: { $shop }
   *[no] Neked ajánlják: { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } szerint tetszeni fog neked: { $shop }.
       *[no] Egy ismerősöd szerint tetszeni fog neked: { $shop }.
    }
    Üdvözlő ajándékod: { benefit }
    Kód: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } ajánlása: { $shop }.
   *[no] Neked ajánlják: { $shop }.
} Üdvözlő ajándékod: { benefit }. Kód: { $code }

referral-completed-subject = Köszönjük az ajánlást
referral-completed-body =
    Ajánlásod nyomán megérkezett az első rendelés.
    Jutalmad: { benefit }
referral-completed-sms = { $shop }: Ajánlásod nyomán megérkezett az első rendelés. Jutalmad: { benefit }

referral-gift-subject = Üdvözlő ajándékod: { $shop }
referral-gift-body =
    Köszönjük, hogy ajánlás alapján csatlakoztál.
    Ajándékod: { benefit }
    { $has-code ->
        [yes] Kód: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Köszönjük, hogy csatlakoztál. Ajándékod: { benefit }. { $has-code ->
    [yes] Kód: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor }× annyi pont
campaign-started-body =
    Elkezdődött: „{ $campaign }”. A vásárlásaid után most { $factor }× annyi pont jár.
    Vége: { $ends }
campaign-started-sms = { $shop }: Elkezdődött: „{ $campaign }”. A vásárlásaid után { $factor }× annyi pont jár. Vége: { $ends }

win-back-subject = Hiányzol nekünk: { $shop }
win-back-body =
    Régen rendeltél tőlünk utoljára.
    Még felhasználható egyenleged: { n-balance }.
win-back-sms = { $shop }: Hiányzol nekünk! Még felhasználható egyenleged: { n-balance }.

data-request-received-subject = Megkaptuk a kérésedet
data-request-received-body =
    { $request ->
        [export] Megkaptuk a kérésedet az adataid másolatára.
       *[erasure] Megkaptuk a kérésedet az adataid törlésére.
    }
    Teljesítésének határideje: { $date }
data-request-received-sms = { $shop }: { $request ->
    [export] Megkaptuk a kérésedet az adataid másolatára.
   *[erasure] Megkaptuk a kérésedet az adataid törlésére.
} Teljesítésének határideje: { $date }

data-export-ready-subject = Elkészültek az adataid
data-export-ready-body = Elkészült az adataid másolata. A letöltés utolsó napja: { $date }
data-export-ready-sms = { $shop }: Elkészült az adataid másolata. A letöltés utolsó napja: { $date }

data-erased-subject = Töröltük az adataidat
data-erased-body = Kérésedre töröltük a személyes adataidat a hűségprogramunkból.
data-erased-sms = { $shop }: Kérésedre töröltük a személyes adataidat a hűségprogramunkból.
