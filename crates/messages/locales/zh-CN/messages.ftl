### 简体中文。
### 称呼：“您”，亲切而专业；不使用带性别的称谓。

## Building blocks

n-points = { $points } 积分
n-balance = { $balance } 积分
n-days = { $days } 天
greeting = { $named ->
    [yes] { $name }，您好！
   *[no] 您好！
}
signature = { $shop } 团队
benefit = { $benefit ->
    [points] { n-points }
    [amount] 立减 { $amount }
    [percent] 立减 { $percent }
    [shipping] 免运费
   *[product] 免费获得 { $product }
}
# 跟在“原因：”之后。
source = { $source ->
    [order] 订单 { $order }
    [signup] 注册账户
    [newsletter] 订阅电子报
    [review] 发表评价
    [birthday] 生日礼遇
    [referral] 推荐好友
    [campaign] 参与活动
   *[other] 会员奖励
}
reason = { $reason ->
    [refund] 订单 { $order } 退款
    [cancellation] 订单 { $order } 取消
   *[correction] { $shop } 调整
}

action-points = 查看积分
action-rewards = 查看奖励
action-redeem = 立即兑换
action-use = 使用积分
action-shop = 前往购物
action-benefits = 查看会员权益
action-share = 分享链接
action-download = 下载数据

## Messages

welcome-subject = 欢迎加入 { $shop } 会员计划
welcome-body = 感谢您加入 { $shop } 会员计划。{ $has-points ->
    [yes] 您的入会礼：{ n-points }。
   *[no] 从现在起，每次购物都能获得积分。
}
welcome-sms = { $shop }：欢迎加入会员计划！{ $has-points ->
    [yes] 您的入会礼：{ n-points }。
   *[no] 每次购物都能获得积分。
}

points-earned-subject = 您获得了 { n-points }
points-earned-body =
    您获得了 { n-points }。原因：{ source }
    当前余额：{ n-balance }。
points-earned-sms = { $shop }：您获得了 { n-points }。当前余额：{ n-balance }。

points-adjusted-subject = 您的积分余额有变动
points-adjusted-body =
    { $change ->
        [added] 我们已向您的账户增加 { n-points }。
       *[removed] 我们已从您的账户扣除 { n-points }。
    }
    原因：{ reason }
    当前余额：{ n-balance }。
points-adjusted-sms = { $shop }：{ $change ->
    [added] 我们已向您的账户增加 { n-points }。
   *[removed] 我们已从您的账户扣除 { n-points }。
}当前余额：{ n-balance }。

points-redeemed-subject = 您兑换了 { n-points }
points-redeemed-body =
    您用 { n-points } 兑换了以下奖励：{ $reward }
    当前余额：{ n-balance }。
points-redeemed-sms = { $shop }：您用 { n-points } 兑换了“{ $reward }”。当前余额：{ n-balance }。

points-returned-subject = 积分已退还给您
points-returned-body =
    奖励“{ $reward }”未能发放或已取消，我们已将 { n-points } 退还到您的账户。
    当前余额：{ n-balance }。
points-returned-sms = { $shop }：奖励“{ $reward }”已取消，{ n-points } 已退还到您的账户。当前余额：{ n-balance }。

points-expiring-subject = { n-points } 有效期至 { $date }
points-expiring-body =
    { n-days }后，您账户中的 { n-points } 将过期。
    最后使用日期：{ $date }。当前余额：{ n-balance }。
points-expiring-sms = { $shop }：{ n-days }后，{ n-points } 将过期。最后使用日期：{ $date }。当前余额：{ n-balance }。

points-expired-subject = 您的部分积分已过期
points-expired-body =
    由于已过有效期，您账户中的 { n-points } 已失效。
    当前余额：{ n-balance }。
points-expired-sms = { $shop }：由于已过有效期，{ n-points } 已失效。当前余额：{ n-balance }。

reward-available-subject = 有一份奖励等您兑换
reward-available-body =
    您有 { n-balance }，足够兑换以下奖励：{ $reward }
    所需积分：{ n-points }。
reward-available-sms = { $shop }：您有 { n-balance }，可用 { n-points } 兑换“{ $reward }”。

reward-issued-subject = 您的奖励：{ $reward }
reward-issued-body =
    您的奖励已准备好：{ $reward }
    代码：{ $code }
    { $has-date ->
        [yes] 有效期至：{ $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] 最低订单金额：{ $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }：您的“{ $reward }”代码是 { $code }。{ $has-date ->
    [yes] 有效期至 { $date }。
   *[no] {""}
}

reward-expiring-subject = 您的奖励即将过期
reward-expiring-body =
    您的奖励“{ $reward }”将在 { n-days }后（{ $date }）过期。
    代码：{ $code }
reward-expiring-sms = { $shop }：您的奖励“{ $reward }”将在 { n-days }后（{ $date }）过期。代码：{ $code }

store-credit-issued-subject = 您获得了 { $amount } 商店余额
store-credit-issued-body = 我们已向您的账户存入 { $amount } 商店余额，结账时可直接使用。
store-credit-issued-sms = { $shop }：我们已向您的账户存入 { $amount } 商店余额，结账时可直接使用。

tier-upgraded-subject = 您已升级为 { $tier }
tier-upgraded-body = 恭喜！您已达到“{ $tier }”等级，请尽享新的会员权益。
tier-upgraded-sms = { $shop }：恭喜！您已达到“{ $tier }”等级，请尽享新的会员权益。

tier-downgraded-subject = 您的会员等级有变动
tier-downgraded-body =
    您的新等级：“{ $tier }”。
    每次购物都让您离下一等级更近。
tier-downgraded-sms = { $shop }：您的新等级：“{ $tier }”。每次购物都让您离下一等级更近。

birthday-subject = { $shop } 祝您生日快乐
birthday-body =
    生日快乐！送给您的礼物：{ n-points }。
    当前余额：{ n-balance }。
birthday-sms = { $shop }：生日快乐！送给您的礼物：{ n-points }。当前余额：{ n-balance }。

referral-link-subject = 与好友分享 { $shop }
referral-link-body =
    您的专属链接已生成。分享给好友，您也能获得奖励。
    好友可获得：{ benefit }
    您的推荐码：{ $code }
referral-link-sms = { $shop }：把您的推荐码 { $code } 分享给好友。好友可获得：{ benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate } 向您推荐 { $shop }
   *[no] 您的好友向您推荐 { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate } 觉得您会喜欢 { $shop }。
       *[no] 您的好友觉得您会喜欢 { $shop }。
    }
    您的见面礼：{ benefit }
    代码：{ $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate } 向您推荐 { $shop }。
   *[no] 您的好友向您推荐 { $shop }。
}您的见面礼：{ benefit }。代码：{ $code }

referral-completed-subject = 感谢您的推荐
referral-completed-body =
    您推荐的好友已完成首次下单。
    您的奖励：{ benefit }
referral-completed-sms = { $shop }：您推荐的好友已完成首次下单。您的奖励：{ benefit }

referral-gift-subject = 来自 { $shop } 的见面礼
referral-gift-body =
    感谢您通过好友推荐加入我们。
    您的礼物：{ benefit }
    { $has-code ->
        [yes] 代码：{ $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }：感谢您的加入。您的礼物：{ benefit }。{ $has-code ->
    [yes] 代码：{ $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }：{ $factor } 倍积分
campaign-started-body =
    “{ $campaign }”已开始，现在购物可获得 { $factor } 倍积分。
    结束时间：{ $ends }
campaign-started-sms = { $shop }：“{ $campaign }”已开始，现在购物可获得 { $factor } 倍积分。结束时间：{ $ends }

win-back-subject = { $shop } 想念您
win-back-body =
    距离您上次下单已经有一段时间了。
    您还有 { n-balance } 可以使用。
win-back-sms = { $shop }：好久不见！您还有 { n-balance } 可以使用。

data-request-received-subject = 我们已收到您的请求
data-request-received-body =
    { $request ->
        [export] 我们已收到您索取个人数据副本的请求。
       *[erasure] 我们已收到您删除个人数据的请求。
    }
    我们最迟将在 { $date } 完成处理。
data-request-received-sms = { $shop }：{ $request ->
    [export] 我们已收到您索取个人数据副本的请求。
   *[erasure] 我们已收到您删除个人数据的请求。
}我们最迟将在 { $date } 完成处理。

data-export-ready-subject = 您的数据已准备好
data-export-ready-body = 您的数据副本已准备好，可下载至 { $date }。
data-export-ready-sms = { $shop }：您的数据副本已准备好，可下载至 { $date }。

data-erased-subject = 您的数据已删除
data-erased-body = 按照您的要求，我们已从会员计划中删除您的个人数据。
data-erased-sms = { $shop }：按照您的要求，我们已从会员计划中删除您的个人数据。
