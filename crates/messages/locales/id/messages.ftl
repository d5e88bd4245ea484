### Bahasa Indonesia.
### Sapaan: "Anda", ramah dan profesional. Bahasa Indonesia tidak menandai gender.

## Building blocks

n-points = { $points } poin
n-balance = { $balance } poin
n-days = { $days } hari
greeting = { $named ->
    [yes] Halo { $name },
   *[no] Halo,
}
signature = Tim { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] diskon { $amount }
    [percent] diskon { $percent }
    [shipping] gratis ongkos kirim
   *[product] { $product } gratis
}
# Mengikuti "untuk".
source = { $source ->
    [order] pesanan { $order }
    [signup] pembuatan akun
    [newsletter] langganan buletin
    [review] ulasan Anda
    [birthday] ulang tahun Anda
    [referral] rekomendasi Anda
    [campaign] partisipasi dalam promosi
   *[other] keanggotaan Anda
}
reason = { $reason ->
    [refund] pengembalian dana pesanan { $order }
    [cancellation] pembatalan pesanan { $order }
   *[correction] koreksi oleh { $shop }
}

action-points = Lihat poin Anda
action-rewards = Lihat hadiah Anda
action-redeem = Tukarkan sekarang
action-use = Gunakan poin Anda
action-shop = Belanja sekarang
action-benefits = Lihat keuntungan Anda
action-share = Bagikan tautan Anda
action-download = Unduh data Anda

## Messages

welcome-subject = Selamat datang di program loyalitas { $shop }
welcome-body = Terima kasih telah bergabung dengan program loyalitas { $shop }. { $has-points ->
    [yes] Hadiah selamat datang Anda: { n-points }.
   *[no] Mulai sekarang, Anda mendapat poin dari setiap pembelian.
}
welcome-sms = { $shop }: Selamat datang di program loyalitas kami! { $has-points ->
    [yes] Hadiah Anda: { n-points }.
   *[no] Kini Anda mendapat poin dari setiap pembelian.
}

points-earned-subject = Anda mendapat { n-points }
points-earned-body =
    Anda mendapat { n-points } untuk { source }.
    Saldo baru Anda: { n-balance }.
points-earned-sms = { $shop }: Anda mendapat { n-points }. Saldo baru Anda: { n-balance }.

points-adjusted-subject = Saldo poin Anda berubah
points-adjusted-body =
    { $change ->
        [added] Kami telah menambahkan { n-points } ke akun Anda.
       *[removed] Kami telah mengurangi { n-points } dari akun Anda.
    }
    Alasan: { reason }
    Saldo baru Anda: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Kami telah menambahkan { n-points } ke akun Anda.
   *[removed] Kami telah mengurangi { n-points } dari akun Anda.
} Saldo baru Anda: { n-balance }.

points-redeemed-subject = Anda menukarkan { n-points }
points-redeemed-body =
    Anda menukarkan { n-points } dengan hadiah ini: { $reward }
    Saldo baru Anda: { n-balance }.
points-redeemed-sms = { $shop }: Anda menukarkan { n-points } dengan “{ $reward }”. Saldo baru Anda: { n-balance }.

points-returned-subject = Poin Anda telah kembali
points-returned-body =
    Hadiah “{ $reward }” tidak dapat diberikan atau dibatalkan, jadi kami mengembalikan { n-points } ke akun Anda.
    Saldo baru Anda: { n-balance }.
points-returned-sms = { $shop }: Hadiah “{ $reward }” dibatalkan. Kami mengembalikan { n-points } ke akun Anda. Saldo baru Anda: { n-balance }.

points-expiring-subject = Gunakan { n-points } paling lambat { $date }
points-expiring-body =
    Dalam { n-days }, { n-points } di akun Anda akan kedaluwarsa.
    Gunakan poin Anda paling lambat { $date }. Saldo Anda: { n-balance }.
points-expiring-sms = { $shop }: Dalam { n-days }, { n-points } akan kedaluwarsa. Gunakan poin Anda paling lambat { $date }. Saldo Anda: { n-balance }.

points-expired-subject = Sebagian poin Anda kedaluwarsa
points-expired-body =
    Kami telah menghapus { n-points } dari akun Anda karena masa berlakunya berakhir.
    Saldo baru Anda: { n-balance }.
points-expired-sms = { $shop }: Kami telah menghapus { n-points } karena masa berlakunya berakhir. Saldo baru Anda: { n-balance }.

reward-available-subject = Ada hadiah menanti Anda
reward-available-body =
    Anda memiliki { n-balance }, cukup untuk hadiah ini: { $reward }
    Anda dapat menukarkannya dengan { n-points }.
reward-available-sms = { $shop }: Anda memiliki { n-balance }. Tukarkan { n-points } dengan “{ $reward }”.

reward-issued-subject = Hadiah Anda: { $reward }
reward-issued-body =
    Hadiah Anda sudah siap: { $reward }
    Kode: { $code }
    { $has-date ->
        [yes] Berlaku hingga: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Minimum pembelian: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Kode Anda untuk “{ $reward }” adalah { $code }. { $has-date ->
    [yes] Berlaku hingga { $date }.
   *[no] {""}
}

reward-expiring-subject = Hadiah Anda segera kedaluwarsa
reward-expiring-body =
    Hadiah “{ $reward }” akan kedaluwarsa dalam { n-days }, pada { $date }.
    Kode: { $code }
reward-expiring-sms = { $shop }: Hadiah “{ $reward }” akan kedaluwarsa dalam { n-days }, pada { $date }. Kode: { $code }

store-credit-issued-subject = Kredit toko { $amount } untuk Anda
store-credit-issued-body = Kami telah menambahkan kredit toko { $amount } ke akun Anda. Anda dapat menggunakannya saat pembayaran.
store-credit-issued-sms = { $shop }: Kami telah menambahkan kredit toko { $amount } ke akun Anda. Anda dapat menggunakannya saat pembayaran.

tier-upgraded-subject = Anda mencapai tingkat { $tier }
tier-upgraded-body = Selamat! Anda telah mencapai tingkat “{ $tier }”. Nikmati keuntungan baru Anda.
tier-upgraded-sms = { $shop }: Selamat! Anda telah mencapai tingkat “{ $tier }”. Nikmati keuntungan baru Anda.

tier-downgraded-subject = Tingkat keanggotaan Anda berubah
tier-downgraded-body =
    Tingkat baru Anda: “{ $tier }”.
    Setiap pembelian membawa Anda lebih dekat ke tingkat berikutnya.
tier-downgraded-sms = { $shop }: Tingkat baru Anda: “{ $tier }”. Setiap pembelian membawa Anda lebih dekat ke tingkat berikutnya.

birthday-subject = Selamat ulang tahun dari { $shop }
birthday-body =
    Selamat ulang tahun! Hadiah dari kami: { n-points }.
    Saldo baru Anda: { n-balance }.
birthday-sms = { $shop }: Selamat ulang tahun! Hadiah dari kami: { n-points }. Saldo baru Anda: { n-balance }.

referral-link-subject = Bagikan { $shop } kepada teman Anda
referral-link-body =
    Tautan pribadi Anda sudah siap. Bagikan kepada teman, dan Anda juga akan mendapat hadiah.
    Teman Anda menerima: { benefit }
    Kode Anda: { $code }
referral-link-sms = { $shop }: Bagikan kode Anda { $code } kepada teman. Mereka menerima: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } merekomendasikan { $shop }
   *[no] Seorang teman merekomendasikan { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } merasa Anda akan menyukai { $shop }.
       *[no] Seorang teman merasa Anda akan menyukai { $shop }.
    }
    Hadiah selamat datang Anda: { benefit }
    Kode: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } merekomendasikan { $shop }.
   *[no] Seorang teman merekomendasikan { $shop }.
} Hadiah selamat datang Anda: { benefit }. Kode: { $code }

referral-completed-subject = Terima kasih atas rekomendasi Anda
referral-completed-body =
    Teman Anda telah membuat pesanan pertama.
    Hadiah Anda: { benefit }
referral-completed-sms = { $shop }: Teman Anda telah membuat pesanan pertama. Hadiah Anda: { benefit }

referral-gift-subject = Hadiah selamat datang dari { $shop }
referral-gift-body =
    Terima kasih telah bergabung atas rekomendasi teman.
    Hadiah Anda: { benefit }
    { $has-code ->
        [yes] Kode: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Terima kasih telah bergabung. Hadiah Anda: { benefit }. { $has-code ->
    [yes] Kode: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: poin × { $factor }
campaign-started-body =
    “{ $campaign }” telah dimulai: pembelian Anda kini menghasilkan poin × { $factor }.
    Berakhir: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” telah dimulai: pembelian Anda menghasilkan poin × { $factor }. Berakhir: { $ends }

win-back-subject = Kami merindukan Anda di { $shop }
win-back-body =
    Sudah lama sejak pesanan terakhir Anda.
    Anda masih memiliki { n-balance } untuk digunakan.
win-back-sms = { $shop }: Kami merindukan Anda! Anda masih memiliki { n-balance } untuk digunakan.

data-request-received-subject = Kami telah menerima permintaan Anda
data-request-received-body =
    { $request ->
        [export] Kami telah menerima permintaan Anda untuk salinan data Anda.
       *[erasure] Kami telah menerima permintaan Anda untuk menghapus data Anda.
    }
    Kami akan menyelesaikannya paling lambat { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Kami telah menerima permintaan Anda untuk salinan data Anda.
   *[erasure] Kami telah menerima permintaan Anda untuk menghapus data Anda.
} Kami akan menyelesaikannya paling lambat { $date }.

data-export-ready-subject = Data Anda sudah siap
data-export-ready-body = Salinan data Anda sudah siap. Anda dapat mengunduhnya hingga { $date }.
data-export-ready-sms = { $shop }: Salinan data Anda sudah siap. Anda dapat mengunduhnya hingga { $date }.

data-erased-subject = Data Anda telah dihapus
data-erased-body = Sesuai permintaan, kami telah menghapus data pribadi Anda dari program loyalitas kami.
data-erased-sms = { $shop }: Sesuai permintaan, kami telah menghapus data pribadi Anda dari program loyalitas kami.
