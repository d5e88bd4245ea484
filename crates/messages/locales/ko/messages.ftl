### 한국어.
### 문체: 합니다체, 정중하고 친근하게. 이름 뒤에 “님”을 붙인다. 변수 뒤에는 받침에 따라 달라지는 조사를 붙이지 않는다.

## Building blocks

n-points = { $points }포인트
n-balance = { $balance }포인트
n-days = { $days }일
greeting = { $named ->
    [yes] { $name }님, 안녕하세요.
   *[no] 안녕하세요.
}
signature = { $shop } 드림
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount } 할인
    [percent] { $percent } 할인
    [shipping] 무료 배송
   *[product] { $product } 무료 증정
}
# “적립 사유:” 뒤에 온다.
source = { $source ->
    [order] 주문 { $order }
    [signup] 회원 가입
    [newsletter] 뉴스레터 구독
    [review] 리뷰 작성
    [birthday] 생일
    [referral] 친구 추천
    [campaign] 프로모션 참여
   *[other] 멤버십 참여
}
reason = { $reason ->
    [refund] 주문 { $order } 환불
    [cancellation] 주문 { $order } 취소
   *[correction] { $shop } 조정
}

action-points = 포인트 보기
action-rewards = 리워드 보기
action-redeem = 지금 교환하기
action-use = 포인트 사용하기
action-shop = 쇼핑하러 가기
action-benefits = 혜택 보기
action-share = 링크 공유하기
action-download = 데이터 다운로드

## Messages

welcome-subject = { $shop } 멤버십에 오신 것을 환영합니다
welcome-body = { $shop } 멤버십에 가입해 주셔서 감사합니다. { $has-points ->
    [yes] 가입 선물: { n-points }
   *[no] 이제 구매하실 때마다 포인트가 적립됩니다.
}
welcome-sms = { $shop }: 멤버십에 오신 것을 환영합니다! { $has-points ->
    [yes] 가입 선물: { n-points }
   *[no] 구매하실 때마다 포인트가 적립됩니다.
}

points-earned-subject = { n-points }가 적립되었습니다
points-earned-body =
    { n-points }가 적립되었습니다. 적립 사유: { source }
    현재 잔액: { n-balance }
points-earned-sms = { $shop }: { n-points }가 적립되었습니다. 현재 잔액: { n-balance }

points-adjusted-subject = 포인트 잔액이 변경되었습니다
points-adjusted-body =
    { $change ->
        [added] 고객님의 계정에 { n-points }가 추가되었습니다.
       *[removed] 고객님의 계정에서 { n-points }가 차감되었습니다.
    }
    사유: { reason }
    현재 잔액: { n-balance }
points-adjusted-sms = { $shop }: { $change ->
    [added] { n-points }가 추가되었습니다.
   *[removed] { n-points }가 차감되었습니다.
} 현재 잔액: { n-balance }

points-redeemed-subject = { n-points }를 교환하셨습니다
points-redeemed-body =
    { n-points }를 다음 리워드로 교환하셨습니다: { $reward }
    현재 잔액: { n-balance }
points-redeemed-sms = { $shop }: { n-points }를 “{ $reward }” 리워드로 교환하셨습니다. 현재 잔액: { n-balance }

points-returned-subject = 포인트가 반환되었습니다
points-returned-body =
    “{ $reward }” 리워드가 발급되지 못했거나 취소되어 { n-points }를 고객님의 계정에 돌려 드렸습니다.
    현재 잔액: { n-balance }
points-returned-sms = { $shop }: “{ $reward }” 리워드가 취소되어 { n-points }를 돌려 드렸습니다. 현재 잔액: { n-balance }

points-expiring-subject = { $date }까지 { n-points }를 사용하세요
points-expiring-body =
    { n-days } 후 { n-points }가 소멸됩니다.
    { $date }까지 포인트를 사용하세요. 현재 잔액: { n-balance }
points-expiring-sms = { $shop }: { n-days } 후 { n-points }가 소멸됩니다. { $date }까지 사용하세요. 현재 잔액: { n-balance }

points-expired-subject = 일부 포인트가 소멸되었습니다
points-expired-body =
    유효 기간이 지나 { n-points }가 소멸되었습니다.
    현재 잔액: { n-balance }
points-expired-sms = { $shop }: 유효 기간이 지나 { n-points }가 소멸되었습니다. 현재 잔액: { n-balance }

reward-available-subject = 교환할 수 있는 리워드가 있습니다
reward-available-body =
    현재 { n-balance }를 보유하고 계시며, 다음 리워드로 교환하실 수 있습니다: { $reward }
    필요한 포인트: { n-points }
reward-available-sms = { $shop }: 현재 { n-balance }를 보유하고 계십니다. { n-points }로 “{ $reward }” 리워드를 받으세요.

reward-issued-subject = 리워드 안내: { $reward }
reward-issued-body =
    리워드가 준비되었습니다: { $reward }
    코드: { $code }
    { $has-date ->
        [yes] 유효 기한: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] 최소 주문 금액: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: “{ $reward }” 코드: { $code } { $has-date ->
    [yes] 유효 기한: { $date }
   *[no] {""}
}

reward-expiring-subject = 리워드 유효 기한이 다가옵니다
reward-expiring-body =
    “{ $reward }” 리워드가 { n-days } 후, { $date }에 만료됩니다.
    코드: { $code }
reward-expiring-sms = { $shop }: “{ $reward }” 리워드가 { n-days } 후, { $date }에 만료됩니다. 코드: { $code }

store-credit-issued-subject = 스토어 적립금 { $amount } 지급 안내
store-credit-issued-body = 고객님의 계정에 스토어 적립금 { $amount } 상당을 지급했습니다. 결제하실 때 사용하실 수 있습니다.
store-credit-issued-sms = { $shop }: 스토어 적립금 { $amount } 상당을 지급했습니다. 결제하실 때 사용하실 수 있습니다.

tier-upgraded-subject = { $tier } 등급이 되셨습니다
tier-upgraded-body = 축하합니다! “{ $tier }” 등급이 되셨습니다. 새로운 혜택을 누려 보세요.
tier-upgraded-sms = { $shop }: 축하합니다! “{ $tier }” 등급이 되셨습니다. 새로운 혜택을 누려 보세요.

tier-downgraded-subject = 회원 등급이 변경되었습니다
tier-downgraded-body =
    새 등급: “{ $tier }”
    구매하실 때마다 다음 등급에 가까워집니다.
tier-downgraded-sms = { $shop }: 새 등급: “{ $tier }”. 구매하실 때마다 다음 등급에 가까워집니다.

birthday-subject = { $shop } 생일 축하 메시지
birthday-body =
    생일을 축하합니다! 저희가 드리는 선물: { n-points }
    현재 잔액: { n-balance }
birthday-sms = { $shop }: 생일을 축하합니다! 선물: { n-points }. 현재 잔액: { n-balance }

referral-link-subject = 친구에게 { $shop } 추천하기
referral-link-body =
    고객님의 전용 링크가 준비되었습니다. 친구에게 공유하시면 고객님도 리워드를 받으실 수 있습니다.
    친구가 받는 선물: { benefit }
    추천 코드: { $code }
referral-link-sms = { $shop }: 추천 코드 { $code } 공유하고 리워드를 받으세요. 친구가 받는 선물: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate }님이 추천하는 { $shop }
   *[no] 친구가 추천하는 { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate }님이 { $shop } 쇼핑몰을 추천했습니다.
       *[no] 친구가 { $shop } 쇼핑몰을 추천했습니다.
    }
    환영 선물: { benefit }
    코드: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate }님이 { $shop } 쇼핑몰을 추천했습니다.
   *[no] 친구가 { $shop } 쇼핑몰을 추천했습니다.
} 환영 선물: { benefit }. 코드: { $code }

referral-completed-subject = 추천해 주셔서 감사합니다
referral-completed-body =
    추천하신 친구가 첫 주문을 했습니다.
    고객님의 리워드: { benefit }
referral-completed-sms = { $shop }: 추천하신 친구가 첫 주문을 했습니다. 고객님의 리워드: { benefit }

referral-gift-subject = { $shop } 환영 선물
referral-gift-body =
    추천을 통해 가입해 주셔서 감사합니다.
    선물: { benefit }
    { $has-code ->
        [yes] 코드: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: 가입해 주셔서 감사합니다. 선물: { benefit }. { $has-code ->
    [yes] 코드: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: 포인트 { $factor }배
campaign-started-body =
    “{ $campaign }” 시작! 지금 구매하시면 포인트가 { $factor }배로 적립됩니다.
    종료: { $ends }
campaign-started-sms = { $shop }: “{ $campaign }” 시작! 지금 구매하시면 포인트가 { $factor }배로 적립됩니다. 종료: { $ends }

win-back-subject = { $shop } 소식을 전합니다
win-back-body =
    마지막 주문 이후 시간이 꽤 지났습니다.
    사용 가능한 포인트: { n-balance }
win-back-sms = { $shop }: 오랜만에 인사드립니다. 사용 가능한 포인트: { n-balance }

data-request-received-subject = 요청이 접수되었습니다
data-request-received-body =
    { $request ->
        [export] 고객님의 데이터 사본 요청이 접수되었습니다.
       *[erasure] 고객님의 데이터 삭제 요청이 접수되었습니다.
    }
    { $date }까지 처리해 드리겠습니다.
data-request-received-sms = { $shop }: { $request ->
    [export] 고객님의 데이터 사본 요청이 접수되었습니다.
   *[erasure] 고객님의 데이터 삭제 요청이 접수되었습니다.
} { $date }까지 처리해 드리겠습니다.

data-export-ready-subject = 고객님의 데이터가 준비되었습니다
data-export-ready-body = 고객님의 데이터 사본이 준비되었습니다. { $date }까지 다운로드하실 수 있습니다.
data-export-ready-sms = { $shop }: 고객님의 데이터 사본이 준비되었습니다. { $date }까지 다운로드하실 수 있습니다.

data-erased-subject = 고객님의 데이터가 삭제되었습니다
data-erased-body = 요청하신 대로 멤버십 프로그램에서 고객님의 개인 정보를 삭제했습니다.
data-erased-sms = { $shop }: 요청하신 대로 멤버십 프로그램에서 고객님의 개인 정보를 삭제했습니다.
