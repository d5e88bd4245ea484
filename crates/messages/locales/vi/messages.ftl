### Tiếng Việt.
### Xưng hô: "bạn", cửa hàng tự xưng "chúng tôi"; thân thiện và chuyên nghiệp, không phân biệt giới tính.

## Building blocks

n-points = { PLURAL($points) ->
    [one] { $points } điểm
   *[other] { $points } điểm
}
n-balance = { PLURAL($balance) ->
    [one] { $balance } điểm
   *[other] { $balance } điểm
}
n-days = { PLURAL($days) ->
    [one] { $days } ngày
   *[other] { $days } ngày
}
greeting = { $named ->
    [yes] Xin chào { $name },
   *[no] Xin chào bạn,
}
signature = Đội ngũ { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] giảm { $amount }
    [percent] giảm { $percent }
    [shipping] miễn phí vận chuyển
   *[product] { $product } miễn phí
}
# Theo sau "nhờ".
source = { $source ->
    [order] đơn hàng { $order }
    [signup] tạo tài khoản
    [newsletter] đăng ký nhận bản tin
    [review] bài đánh giá của bạn
    [birthday] sinh nhật của bạn
    [referral] giới thiệu bạn bè
    [campaign] tham gia chương trình khuyến mãi
   *[other] tham gia chương trình
}
reason = { $reason ->
    [refund] hoàn tiền đơn hàng { $order }
    [cancellation] hủy đơn hàng { $order }
   *[correction] điều chỉnh bởi { $shop }
}

action-points = Xem điểm của bạn
action-rewards = Xem phần thưởng
action-redeem = Đổi ngay
action-use = Dùng điểm của bạn
action-shop = Mua sắm ngay
action-benefits = Xem quyền lợi
action-share = Chia sẻ liên kết
action-download = Tải dữ liệu xuống

## Messages

welcome-subject = Chào mừng bạn đến với chương trình thành viên { $shop }
welcome-body = Cảm ơn bạn đã tham gia chương trình thành viên { $shop }. { $has-points ->
    [yes] Quà chào mừng dành cho bạn: { n-points }.
   *[no] Từ nay, bạn tích điểm với mỗi lần mua hàng.
}
welcome-sms = { $shop }: Chào mừng bạn đến với chương trình thành viên! { $has-points ->
    [yes] Quà của bạn: { n-points }.
   *[no] Từ nay, bạn tích điểm với mỗi lần mua hàng.
}

points-earned-subject = Bạn vừa nhận { n-points }
points-earned-body =
    Bạn vừa nhận { n-points } nhờ { source }.
    Số dư mới của bạn: { n-balance }.
points-earned-sms = { $shop }: Bạn vừa nhận { n-points }. Số dư mới: { n-balance }.

points-adjusted-subject = Số dư điểm của bạn đã thay đổi
points-adjusted-body =
    { $change ->
        [added] Chúng tôi đã cộng { n-points } vào tài khoản của bạn.
       *[removed] Chúng tôi đã trừ { n-points } khỏi tài khoản của bạn.
    }
    Lý do: { reason }
    Số dư mới của bạn: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] Chúng tôi đã cộng { n-points } vào tài khoản của bạn.
   *[removed] Chúng tôi đã trừ { n-points } khỏi tài khoản của bạn.
} Số dư mới: { n-balance }.

points-redeemed-subject = Bạn đã đổi { n-points }
points-redeemed-body =
    Bạn đã đổi { n-points } lấy phần thưởng này: { $reward }
    Số dư mới của bạn: { n-balance }.
points-redeemed-sms = { $shop }: Bạn đã đổi { n-points } lấy “{ $reward }”. Số dư mới: { n-balance }.

points-returned-subject = Điểm đã được hoàn lại cho bạn
points-returned-body =
    Phần thưởng “{ $reward }” không thể phát hành hoặc đã bị hủy, nên chúng tôi đã hoàn { n-points } vào tài khoản của bạn.
    Số dư mới của bạn: { n-balance }.
points-returned-sms = { $shop }: Phần thưởng “{ $reward }” đã bị hủy. Chúng tôi đã hoàn { n-points } cho bạn. Số dư mới: { n-balance }.

points-expiring-subject = Hãy dùng { n-points } đến hết ngày { $date }
points-expiring-body =
    Sau { n-days } nữa, { n-points } của bạn sẽ hết hạn.
    Hãy dùng điểm đến hết ngày { $date }. Số dư của bạn: { n-balance }.
points-expiring-sms = { $shop }: Sau { n-days } nữa, { n-points } sẽ hết hạn. Hãy dùng điểm đến hết ngày { $date }. Số dư: { n-balance }.

points-expired-subject = Một số điểm của bạn đã hết hạn
points-expired-body =
    Chúng tôi đã trừ { n-points } khỏi tài khoản của bạn vì đã quá hạn sử dụng.
    Số dư mới của bạn: { n-balance }.
points-expired-sms = { $shop }: Chúng tôi đã trừ { n-points } vì đã quá hạn sử dụng. Số dư mới: { n-balance }.

reward-available-subject = Một phần thưởng đang chờ bạn
reward-available-body =
    Bạn có { n-balance }, đủ để đổi phần thưởng này: { $reward }
    Bạn có thể đổi với { n-points }.
reward-available-sms = { $shop }: Bạn có { n-balance }. Hãy đổi { n-points } lấy “{ $reward }”.

reward-issued-subject = Phần thưởng của bạn: { $reward }
reward-issued-body =
    Phần thưởng của bạn đã sẵn sàng: { $reward }
    Mã: { $code }
    { $has-date ->
        [yes] Có hiệu lực đến ngày: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] Đơn hàng tối thiểu: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: Mã cho “{ $reward }” là { $code }. { $has-date ->
    [yes] Có hiệu lực đến ngày { $date }.
   *[no] {""}
}

reward-expiring-subject = Phần thưởng của bạn sắp hết hạn
reward-expiring-body =
    Phần thưởng “{ $reward }” sẽ hết hạn sau { n-days } nữa, vào ngày { $date }.
    Mã: { $code }
reward-expiring-sms = { $shop }: Phần thưởng “{ $reward }” sẽ hết hạn sau { n-days } nữa, vào ngày { $date }. Mã: { $code }

store-credit-issued-subject = Bạn có { $amount } tín dụng mua hàng
store-credit-issued-body = Chúng tôi đã cộng { $amount } tín dụng mua hàng vào tài khoản của bạn. Bạn có thể dùng khi thanh toán.
store-credit-issued-sms = { $shop }: Chúng tôi đã cộng { $amount } tín dụng mua hàng vào tài khoản của bạn. Bạn có thể dùng khi thanh toán.

tier-upgraded-subject = Bạn đã đạt hạng { $tier }
tier-upgraded-body = Chúc mừng! Bạn đã đạt hạng “{ $tier }”. Hãy tận hưởng các quyền lợi mới.
tier-upgraded-sms = { $shop }: Chúc mừng! Bạn đã đạt hạng “{ $tier }”. Hãy tận hưởng các quyền lợi mới.

tier-downgraded-subject = Hạng thành viên của bạn đã thay đổi
tier-downgraded-body =
    Hạng mới của bạn: “{ $tier }”.
    Mỗi lần mua hàng đưa bạn đến gần hạng tiếp theo hơn.
tier-downgraded-sms = { $shop }: Hạng mới của bạn: “{ $tier }”. Mỗi lần mua hàng đưa bạn đến gần hạng tiếp theo hơn.

birthday-subject = { $shop } chúc mừng sinh nhật bạn
birthday-body =
    Chúc mừng sinh nhật! Quà của chúng tôi dành cho bạn: { n-points }.
    Số dư mới của bạn: { n-balance }.
birthday-sms = { $shop }: Chúc mừng sinh nhật! Quà dành cho bạn: { n-points }. Số dư mới: { n-balance }.

referral-link-subject = Chia sẻ { $shop } với bạn bè
referral-link-body =
    Liên kết riêng của bạn đã sẵn sàng. Hãy chia sẻ với bạn bè, bạn cũng sẽ nhận được phần thưởng.
    Bạn bè của bạn nhận: { benefit }
    Mã của bạn: { $code }
referral-link-sms = { $shop }: Hãy chia sẻ mã { $code } với bạn bè. Họ sẽ nhận: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } giới thiệu { $shop } cho bạn
   *[no] Một người bạn giới thiệu { $shop } cho bạn
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } nghĩ rằng bạn sẽ thích { $shop }.
       *[no] Một người bạn nghĩ rằng bạn sẽ thích { $shop }.
    }
    Quà chào mừng dành cho bạn: { benefit }
    Mã: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } giới thiệu { $shop } cho bạn.
   *[no] Một người bạn giới thiệu { $shop } cho bạn.
} Quà chào mừng dành cho bạn: { benefit }. Mã: { $code }

referral-completed-subject = Cảm ơn bạn đã giới thiệu
referral-completed-body =
    Người bạn giới thiệu đã đặt đơn hàng đầu tiên.
    Phần thưởng của bạn: { benefit }
referral-completed-sms = { $shop }: Người bạn giới thiệu đã đặt đơn hàng đầu tiên. Phần thưởng của bạn: { benefit }

referral-gift-subject = Quà chào mừng từ { $shop }
referral-gift-body =
    Cảm ơn bạn đã tham gia theo lời giới thiệu.
    Quà của bạn: { benefit }
    { $has-code ->
        [yes] Mã: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: Cảm ơn bạn đã tham gia. Quà của bạn: { benefit }. { $has-code ->
    [yes] Mã: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: điểm × { $factor }
campaign-started-body =
    “{ $campaign }” đã bắt đầu: mua hàng lúc này được nhận điểm × { $factor }.
    Kết thúc: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” đã bắt đầu: mua hàng được nhận điểm × { $factor }. Kết thúc: { $ends }

win-back-subject = { $shop } nhớ bạn
win-back-body =
    Đã lâu kể từ đơn hàng gần nhất của bạn.
    Bạn vẫn còn { n-balance } để sử dụng.
win-back-sms = { $shop }: Chúng tôi nhớ bạn! Bạn vẫn còn { n-balance } để sử dụng.

data-request-received-subject = Chúng tôi đã nhận được yêu cầu của bạn
data-request-received-body =
    { $request ->
        [export] Chúng tôi đã nhận được yêu cầu cung cấp bản sao dữ liệu của bạn.
       *[erasure] Chúng tôi đã nhận được yêu cầu xóa dữ liệu của bạn.
    }
    Chúng tôi sẽ hoàn tất chậm nhất vào ngày { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] Chúng tôi đã nhận được yêu cầu cung cấp bản sao dữ liệu của bạn.
   *[erasure] Chúng tôi đã nhận được yêu cầu xóa dữ liệu của bạn.
} Chúng tôi sẽ hoàn tất chậm nhất vào ngày { $date }.

data-export-ready-subject = Dữ liệu của bạn đã sẵn sàng
data-export-ready-body = Bản sao dữ liệu của bạn đã sẵn sàng. Bạn có thể tải xuống đến ngày { $date }.
data-export-ready-sms = { $shop }: Bản sao dữ liệu của bạn đã sẵn sàng. Bạn có thể tải xuống đến ngày { $date }.

data-erased-subject = Dữ liệu của bạn đã được xóa
data-erased-body = Theo yêu cầu, chúng tôi đã xóa dữ liệu cá nhân của bạn khỏi chương trình thành viên.
data-erased-sms = { $shop }: Theo yêu cầu, chúng tôi đã xóa dữ liệu cá nhân của bạn khỏi chương trình thành viên.
