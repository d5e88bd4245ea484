### 日本語。
### 文体：です・ます調、丁寧で親しみやすく。お客様の名前には「様」を付ける。性別を示す表現は使わない。

## Building blocks

n-points = { $points }ポイント
n-balance = { $balance }ポイント
n-days = { $days }日
greeting = { $named ->
    [yes] { $name } 様
   *[no] いつもご利用いただきありがとうございます。
}
signature = { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] { $amount }割引
    [percent] { $percent }割引
    [shipping] 送料無料
   *[product] { $product }（無料）
}
# 後に「として」が続く。
source = { $source ->
    [order] ご注文（{ $order }）の特典
    [signup] アカウント登録の特典
    [newsletter] ニュースレター登録の特典
    [review] レビュー投稿の特典
    [birthday] お誕生日の特典
    [referral] ご紹介の特典
    [campaign] キャンペーン参加の特典
   *[other] 会員特典
}
reason = { $reason ->
    [refund] ご注文（{ $order }）の返金
    [cancellation] ご注文（{ $order }）のキャンセル
   *[correction] { $shop }による調整
}

action-points = ポイントを見る
action-rewards = 特典を見る
action-redeem = 今すぐ交換する
action-use = ポイントを使う
action-shop = ショップへ
action-benefits = 会員特典を見る
action-share = リンクをシェアする
action-download = データをダウンロードする

## Messages

welcome-subject = { $shop }の会員プログラムへようこそ
welcome-body = { $shop }の会員プログラムにご参加いただきありがとうございます。{ $has-points ->
    [yes] ご入会特典：{ n-points }
   *[no] 今後はお買い物のたびにポイントが貯まります。
}
welcome-sms = { $shop }：会員プログラムへようこそ！{ $has-points ->
    [yes] ご入会特典：{ n-points }
   *[no] お買い物のたびにポイントが貯まります。
}

points-earned-subject = { n-points }を獲得しました
points-earned-body =
    { source }として{ n-points }を獲得しました。
    現在の残高：{ n-balance }
points-earned-sms = { $shop }：{ n-points }を獲得しました。現在の残高：{ n-balance }

points-adjusted-subject = ポイント残高が変わりました
points-adjusted-body =
    { $change ->
        [added] お客様のアカウントに{ n-points }を追加しました。
       *[removed] お客様のアカウントから{ n-points }を差し引きました。
    }
    理由：{ reason }
    現在の残高：{ n-balance }
points-adjusted-sms = { $shop }：{ $change ->
    [added] { n-points }を追加しました。
   *[removed] { n-points }を差し引きました。
}現在の残高：{ n-balance }

points-redeemed-subject = { n-points }を交換しました
points-redeemed-body =
    { n-points }を次の特典と交換しました：{ $reward }
    現在の残高：{ n-balance }
points-redeemed-sms = { $shop }：{ n-points }を「{ $reward }」と交換しました。現在の残高：{ n-balance }

points-returned-subject = ポイントをお戻ししました
points-returned-body =
    特典「{ $reward }」は発行できなかったか、取り消されました。そのため{ n-points }をお客様のアカウントにお戻ししました。
    現在の残高：{ n-balance }
points-returned-sms = { $shop }：特典「{ $reward }」が取り消され、{ n-points }をお戻ししました。現在の残高：{ n-balance }

points-expiring-subject = { $date }までに{ n-points }をお使いください
points-expiring-body =
    あと{ n-days }で{ n-points }が失効します。
    { $date }までにポイントをお使いください。現在の残高：{ n-balance }
points-expiring-sms = { $shop }：あと{ n-days }で{ n-points }が失効します。{ $date }までにお使いください。現在の残高：{ n-balance }

points-expired-subject = 一部のポイントが失効しました
points-expired-body =
    有効期限を過ぎたため、{ n-points }が失効しました。
    現在の残高：{ n-balance }
points-expired-sms = { $shop }：有効期限を過ぎたため、{ n-points }が失効しました。現在の残高：{ n-balance }

reward-available-subject = 交換できる特典があります
reward-available-body =
    現在の残高は{ n-balance }です。次の特典と交換できます：{ $reward }
    必要なポイント：{ n-points }
reward-available-sms = { $shop }：残高は{ n-balance }です。{ n-points }で「{ $reward }」と交換できます。

reward-issued-subject = 特典のご案内：{ $reward }
reward-issued-body =
    特典をご用意しました：{ $reward }
    コード：{ $code }
    { $has-date ->
        [yes] 有効期限：{ $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] 最低ご注文金額：{ $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }：「{ $reward }」のコード：{ $code } { $has-date ->
    [yes] 有効期限：{ $date }
   *[no] {""}
}

reward-expiring-subject = 特典の有効期限が近づいています
reward-expiring-body =
    特典「{ $reward }」はあと{ n-days }、{ $date }で期限が切れます。
    コード：{ $code }
reward-expiring-sms = { $shop }：特典「{ $reward }」はあと{ n-days }、{ $date }で期限が切れます。コード：{ $code }

store-credit-issued-subject = ストアクレジット{ $amount }を進呈しました
store-credit-issued-body = お客様のアカウントにストアクレジット{ $amount }を追加しました。お支払いの際にご利用いただけます。
store-credit-issued-sms = { $shop }：ストアクレジット{ $amount }を追加しました。お支払いの際にご利用いただけます。

tier-upgraded-subject = 会員ランクが{ $tier }になりました
tier-upgraded-body = おめでとうございます！会員ランクが「{ $tier }」になりました。新しい特典をお楽しみください。
tier-upgraded-sms = { $shop }：おめでとうございます！会員ランクが「{ $tier }」になりました。新しい特典をお楽しみください。

tier-downgraded-subject = 会員ランクが変わりました
tier-downgraded-body =
    新しい会員ランク：「{ $tier }」
    お買い物のたびに次のランクへ近づきます。
tier-downgraded-sms = { $shop }：新しい会員ランクは「{ $tier }」です。お買い物のたびに次のランクへ近づきます。

birthday-subject = { $shop }よりお誕生日のお祝い
birthday-body =
    お誕生日おめでとうございます！プレゼント：{ n-points }
    現在の残高：{ n-balance }
birthday-sms = { $shop }：お誕生日おめでとうございます！プレゼント：{ n-points } 現在の残高：{ n-balance }

referral-link-subject = お友だちに{ $shop }をご紹介ください
referral-link-body =
    お客様専用のリンクができました。お友だちにシェアすると、お客様にも特典をお届けします。
    お友だちへのプレゼント：{ benefit }
    紹介コード：{ $code }
referral-link-sms = { $shop }：紹介コード{ $code }をお友だちにシェアしてください。お友だちへのプレゼント：{ benefit }

referral-invite-subject = { $has-advocate ->
    [yes] { $advocate }様から{ $shop }のご紹介
   *[no] お友だちから{ $shop }のご紹介
}
referral-invite-body =
    { $has-advocate ->
        [yes] { $advocate }様が{ $shop }をおすすめしています。
       *[no] お友だちが{ $shop }をおすすめしています。
    }
    はじめての方へのプレゼント：{ benefit }
    コード：{ $code }
referral-invite-sms = { $has-advocate ->
    [yes] { $advocate }様が{ $shop }をおすすめしています。
   *[no] お友だちが{ $shop }をおすすめしています。
}プレゼント：{ benefit } コード：{ $code }

referral-completed-subject = ご紹介ありがとうございます
referral-completed-body =
    ご紹介いただいた方が初めてのご注文をされました。
    お客様への特典：{ benefit }
referral-completed-sms = { $shop }：ご紹介いただいた方が初めてのご注文をされました。お客様への特典：{ benefit }

referral-gift-subject = { $shop }からのウェルカムギフト
referral-gift-body =
    ご紹介を通じてご参加いただきありがとうございます。
    プレゼント：{ benefit }
    { $has-code ->
        [yes] コード：{ $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }：ご参加ありがとうございます。プレゼント：{ benefit } { $has-code ->
    [yes] コード：{ $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }：ポイント{ $factor }倍
campaign-started-body =
    「{ $campaign }」が始まりました。ただいまお買い物のポイントが{ $factor }倍です。
    終了：{ $ends }
campaign-started-sms = { $shop }：「{ $campaign }」が始まりました。お買い物のポイントが{ $factor }倍です。終了：{ $ends }

win-back-subject = { $shop }でまたお会いできる日を楽しみにしています
win-back-body =
    前回のご注文からしばらく経ちました。
    お使いいただけるポイント：{ n-balance }
win-back-sms = { $shop }：お久しぶりです。お使いいただけるポイント：{ n-balance }

data-request-received-subject = ご依頼を受け付けました
data-request-received-body =
    { $request ->
        [export] お客様のデータの写しのご依頼を受け付けました。
       *[erasure] お客様のデータの削除のご依頼を受け付けました。
    }
    { $date }までに対応いたします。
data-request-received-sms = { $shop }：{ $request ->
    [export] お客様のデータの写しのご依頼を受け付けました。
   *[erasure] お客様のデータの削除のご依頼を受け付けました。
}{ $date }までに対応いたします。

data-export-ready-subject = お客様のデータの準備ができました
data-export-ready-body = お客様のデータの写しをご用意しました。{ $date }までダウンロードできます。
data-export-ready-sms = { $shop }：お客様のデータの写しをご用意しました。{ $date }までダウンロードできます。

data-erased-subject = お客様のデータを削除しました
data-erased-body = ご依頼に基づき、会員プログラムからお客様の個人データを削除しました。
data-erased-sms = { $shop }：ご依頼に基づき、会員プログラムからお客様の個人データを削除しました。
