### Türkçe.
### Hitap: "siz", samimi ve profesyonel. Türkçede cinsiyet belirten biçim yoktur.
### Değişkenlere ek getirilmez; ek gerektiğinde değişkenden sonra bir sözcük gelir.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } puan
   *[other] { $points } puan
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } puan
   *[other] { $balance } puan
}
n-days = { PLURAL($days) ->
    [one] { $days } gün
   *[other] { $days } gün
}
greeting = { $named ->
    [yes] Merhaba { $name },
   *[no] Merhaba,
}
signature = { $shop } ekibi
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } indirim
    [percent] { $percent } indirim
    [shipping] ücretsiz kargo
   *[product] { $product } hediye
}
# "Neden:" sözcüğünden sonra gelir.
source = { $source ->
    [order] { $order } numaralı siparişiniz
    [signup] hesap açılışı
    [newsletter] bülten aboneliği
    [review] değerlendirmeniz
    [birthday] doğum gününüz
    [referral] öneriniz
    [campaign] kampanyaya katılımınız
   *[other] programa katılımınız
}
reason = { $reason ->
    [refund] { $order } numaralı siparişin iadesi
    [cancellation] { $order } numaralı siparişin iptali
   *[correction] { $shop } tarafından düzeltme
}

action-points = Puanlarınızı görün
action-rewards = Ödüllerinizi görün
action-redeem = Şimdi kullanın
action-use = Puanlarınızı kullanın
action-shop = Mağazaya gidin
action-benefits = Ayrıcalıklarınızı görün
action-share = Bağlantınızı paylaşın
action-download = Verilerinizi indirin

## Messages

welcome-subject = { $shop } sadakat programına hoş geldiniz
welcome-body = { $shop } sadakat programına katıldığınız için teşekkür ederiz. { $has-points ->
    [yes] Hoş geldiniz hediyeniz: { n-points }.
   *[no] Artık her alışverişte puan kazanıyorsunuz.
}
welcome-sms = { $shop }: Sadakat programımıza hoş geldiniz! { $has-points ->
    [yes] Hediyeniz: { n-points }.
   *[no] Artık her alışverişte puan kazanıyorsunuz.
}

points-earned-subject = { n-points } kazandınız
points-earned-body =
    Hesabınıza { n-points } ekledik. Neden: { source }
    Yeni bakiyeniz: { n-balance }.
points-earned-sms = { $shop }: { n-points } kazandınız. Yeni bakiyeniz: { n-balance }.

points-adjusted-subject = Puan bakiyeniz değişti
points-adjusted-body =
    { $change ->
        [added] Hesabınıza { n-points } ekledik.
       *[removed] Hesabınızdan { n-points } düştük.
    }
    Neden: { reason }
    Yeni bakiyeniz: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Hesabınıza { n-points } ekledik.
   *[removed] Hesabınızdan { n-points } düştük.
} Yeni bakiyeniz: { n-balance }.

points-redeemed-subject = { n-points } kullandınız
points-redeemed-body =
    Şu ödül için { n-points } kullandınız: { $reward }
    Yeni bakiyeniz: { n-balance }.
points-redeemed-sms = { $shop }: “{ $reward }” ödülü için { n-points } kullandınız. Yeni bakiyeniz: { n-balance }.

points-returned-subject = Puanlarınız geri geldi
points-returned-body =
    “{ $reward }” ödülü verilemedi veya iptal edildi. Bu nedenle hesabınıza { n-points } iade ettik.
    Yeni bakiyeniz: { n-balance }.
points-returned-sms = { $shop }: “{ $reward }” ödülü iptal edildi. Hesabınıza { n-points } iade ettik. Yeni bakiyeniz: { n-balance }.

points-expiring-subject = { $date } tarihine kadar { n-points } kullanın
points-expiring-body =
    { n-days } sonra { n-points } geçerliliğini yitirecek.
    Puanlarınızı { $date } tarihine kadar kullanın. Bakiyeniz: { n-balance }.
points-expiring-sms = { $shop }: { n-days } sonra { n-points } geçerliliğini yitirecek. Puanlarınızı { $date } tarihine kadar kullanın. Bakiyeniz: { n-balance }.

points-expired-subject = Bazı puanlarınızın süresi doldu
points-expired-body =
    Süresi dolduğu için hesabınızdan { n-points } düştük.
    Yeni bakiyeniz: { n-balance }.
points-expired-sms = { $shop }: Süresi dolduğu için hesabınızdan { n-points } düştük. Yeni bakiyeniz: { n-balance }.

reward-available-subject = Sizi bir ödül bekliyor
reward-available-body =
    Bakiyeniz: { n-balance }. Bu, şu ödül için yeterli: { $reward }
    Ödülü { n-points } karşılığında alabilirsiniz.
reward-available-sms = { $shop }: Bakiyeniz: { n-balance }. “{ $reward }” ödülünü { n-points } karşılığında alabilirsiniz.

reward-issued-subject = Ödülünüz: { $reward }
reward-issued-body =
    Ödülünüz hazır: { $reward }
    Kod: { $code }
    { $has-date ->
        [yes] Son kullanma tarihi: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] En düşük sipariş tutarı: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: “{ $reward }” ödülünün kodu: { $code }. { $has-date ->
    [yes] Son kullanma tarihi: { $date }.
   *[no] {""}
}

reward-expiring-subject = Ödülünüzün süresi yakında doluyor
reward-expiring-body =
    “{ $reward }” ödülünün süresi { n-days } sonra, { $date } tarihinde doluyor.
    Kod: { $code }
reward-expiring-sms = { $shop }: “{ $reward }” ödülünün süresi { n-days } sonra, { $date } tarihinde doluyor. Kod: { $code }

store-credit-issued-subject = { $amount } mağaza krediniz var
store-credit-issued-body = Hesabınıza { $amount } mağaza kredisi ekledik. Ödeme sırasında kullanabilirsiniz.
store-credit-issued-sms = { $shop }: Hesabınıza { $amount } mağaza kredisi ekledik. Ödeme sırasında kullanabilirsiniz.

tier-upgraded-subject = { $tier } seviyesine ulaştınız
tier-upgraded-body = Tebrikler! “{ $tier }” seviyesine ulaştınız. Yeni ayrıcalıklarınızın keyfini çıkarın.
tier-upgraded-sms = { $shop }: Tebrikler! “{ $tier }” seviyesine ulaştınız. Yeni ayrıcalıklarınızın keyfini çıkarın.

tier-downgraded-subject = Seviyeniz değişti
tier-downgraded-body =
    Yeni seviyeniz: “{ $tier }”.
    Her alışveriş sizi bir sonraki seviyeye yaklaştırır.
tier-downgraded-sms = { $shop }: Yeni seviyeniz: “{ $tier }”. Her alışveriş sizi bir sonraki seviyeye yaklaştırır.

birthday-subject = { $shop } doğum gününüzü kutlar
birthday-body =
    Doğum gününüz kutlu olsun! Size hediyemiz: { n-points }.
    Yeni bakiyeniz: { n-balance }.
birthday-sms = { $shop }: Doğum gününüz kutlu olsun! Size hediyemiz: { n-points }. Yeni bakiyeniz: { n-balance }.

referral-link-subject = { $shop } mağazasını arkadaşlarınıza önerin
referral-link-body =
    Kişisel bağlantınız hazır. Arkadaşlarınızla paylaşın, siz de ödül kazanın.
    Arkadaşlarınızın hediyesi: { benefit }
    Kodunuz: { $code }
referral-link-sms = { $shop }: { $code } kodunuzu arkadaşlarınızla paylaşın. Onların hediyesi: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } size { $shop } mağazasını öneriyor
   *[no] Bir arkadaşınız size { $shop } mağazasını öneriyor
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate }, { $shop } mağazasını beğeneceğinizi düşünüyor.
       *[no] Bir arkadaşınız, { $shop } mağazasını beğeneceğinizi düşünüyor.
    }
    Hoş geldiniz hediyeniz: { benefit }
    Kod: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } size { $shop } mağazasını öneriyor.
   *[no] Bir arkadaşınız size { $shop } mağazasını öneriyor.
} Hoş geldiniz hediyeniz: { benefit }. Kod: { $code }

referral-completed-subject = Öneriniz için teşekkürler
referral-completed-body =
    Öneriniz üzerine ilk sipariş verildi.
    Ödülünüz: { benefit }
referral-completed-sms = { $shop }: Öneriniz üzerine ilk sipariş verildi. Ödülünüz: { benefit }

referral-gift-subject = { $shop } hoş geldiniz hediyeniz
referral-gift-body =
    Bir öneri üzerine bize katıldığınız için teşekkür ederiz.
    Hediyeniz: { benefit }
    { $has-code ->
        [yes] Kod: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Bize katıldığınız için teşekkürler. Hediyeniz: { benefit }. { $has-code ->
    [yes] Kod: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: { $factor } kat puan
campaign-started-body =
    “{ $campaign }” başladı: alışverişleriniz artık { $factor } kat puan kazandırıyor.
    Bitiş: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” başladı: alışverişleriniz { $factor } kat puan kazandırıyor. Bitiş: { $ends }

win-back-subject = { $shop } sizi özledi
win-back-body =
    Son siparişinizin üzerinden epey zaman geçti.
    Hesabınızda hâlâ { n-balance } var.
win-back-sms = { $shop }: Sizi özledik! Hesabınızda hâlâ { n-balance } var.

data-request-received-subject = Talebinizi aldık
data-request-received-body =
    { $request ->
        [export] Verilerinizin bir kopyasına ilişkin talebinizi aldık.
       *[erasure] Verilerinizin silinmesine ilişkin talebinizi aldık.
    }
    Talebinizi { $date } tarihine kadar tamamlayacağız.
data-request-received-sms = { $shop }: { $request ->
    [export] Verilerinizin bir kopyasına ilişkin talebinizi aldık.
   *[erasure] Verilerinizin silinmesine ilişkin talebinizi aldık.
} Talebinizi { $date } tarihine kadar tamamlayacağız.

data-export-ready-subject = Verileriniz hazır
data-export-ready-body = Verilerinizin kopyası hazır. Son indirme tarihi: { $date }.
data-export-ready-sms = { $shop }: Verilerinizin kopyası hazır. Son indirme tarihi: { $date }.

data-erased-subject = Verileriniz silindi
data-erased-body = Talebiniz üzerine kişisel verilerinizi sadakat programımızdan sildik.
data-erased-sms = { $shop }: Talebiniz üzerine kişisel verilerinizi sadakat programımızdan sildik.
