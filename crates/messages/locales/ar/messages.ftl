### العربية الفصحى الحديثة.
### الأسلوب: ودّي ومهني. نتجنّب ما يدلّ على جنس القارئ: أسماء ومصادر بدل أفعال الأمر، والضمير «ك» بلا تشكيل.
### الأرقام: كما في CLDR للغة ar (الأرقام ‎0–9‎).

## Building blocks

# حالة الرفع، بعد النقطتين أو في أول الجملة الاسمية.
n-points = { PLURAL($points) ->
    [zero] { $points } نقطة
    [one] نقطة واحدة
    [two] نقطتان
    [few] { $points } نقاط
    [many] { $points } نقطة
   *[other] { $points } نقطة
}
# حالة النصب والجر.
n-points-object = { PLURAL($points) ->
    [zero] { $points } نقطة
    [one] نقطة واحدة
    [two] نقطتين
    [few] { $points } نقاط
    [many] { $points } نقطة
   *[other] { $points } نقطة
}
n-balance = { PLURAL($balance) ->
    [zero] { $balance } نقطة
    [one] نقطة واحدة
    [two] نقطتان
    [few] { $balance } نقاط
    [many] { $balance } نقطة
   *[other] { $balance } نقطة
}
# حالة الجر.
n-days = { PLURAL($days) ->
    [zero] { $days } يوم
    [one] يوم واحد
    [two] يومين
    [few] { $days } أيام
    [many] { $days } يومًا
   *[other] { $days } يوم
}
greeting = { $named ->
    [yes] مرحبًا { $name }،
   *[no] مرحبًا،
}
signature = فريق { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] خصم بقيمة { $amount }
    [percent] خصم بنسبة { $percent }
    [shipping] شحن مجاني
   *[product] { $product } مجانًا
}
# بعد «مقابل».
source = { $source ->
    [order] الطلب { $order }
    [signup] إنشاء الحساب
    [newsletter] الاشتراك في النشرة البريدية
    [review] كتابة تقييم
    [birthday] مناسبة عيد ميلادك
    [referral] التوصية بنا
    [campaign] المشاركة في عرض ترويجي
   *[other] المشاركة في البرنامج
}
reason = { $reason ->
    [refund] استرداد مبلغ الطلب { $order }
    [cancellation] إلغاء الطلب { $order }
   *[correction] تصحيح من { $shop }
}

action-points = عرض نقاطك
action-rewards = عرض مكافآتك
action-redeem = استبدال النقاط الآن
action-use = استخدام نقاطك
action-shop = زيارة المتجر
action-benefits = عرض مزاياك
action-share = مشاركة رابطك
action-download = تنزيل بياناتك

## Messages

welcome-subject = أهلًا بك في برنامج مكافآت { $shop }
welcome-body = شكرًا على انضمامك إلى برنامج مكافآت { $shop }. { $has-points ->
    [yes] هدية الترحيب: { n-points }.
   *[no] من الآن تحصل على نقاط مع كل عملية شراء.
}
welcome-sms = { $shop }: أهلًا بك في برنامج المكافآت! { $has-points ->
    [yes] هديتك: { n-points }.
   *[no] من الآن تحصل على نقاط مع كل عملية شراء.
}

points-earned-subject = تمت إضافة { n-points-object } إلى رصيدك
points-earned-body =
    تمت إضافة { n-points-object } إلى رصيدك مقابل { source }.
    رصيدك الآن: { n-balance }.
points-earned-sms = { $shop }: تمت إضافة { n-points-object } إلى رصيدك. رصيدك الآن: { n-balance }.

points-adjusted-subject = تغيّر رصيد نقاطك
points-adjusted-body =
    { $change ->
        [added] تمت إضافة { n-points-object } إلى حسابك.
       *[removed] تم خصم { n-points-object } من حسابك.
    }
    السبب: { reason }
    رصيدك الآن: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] تمت إضافة { n-points-object } إلى حسابك.
   *[removed] تم خصم { n-points-object } من حسابك.
} رصيدك الآن: { n-balance }.

points-redeemed-subject = تم استبدال { n-points-object }
points-redeemed-body =
    تم استبدال { n-points-object } من رصيدك بالمكافأة التالية: { $reward }
    رصيدك الآن: { n-balance }.
points-redeemed-sms = { $shop }: تم استبدال { n-points-object } بالمكافأة «{ $reward }». رصيدك الآن: { n-balance }.

points-returned-subject = عادت نقاطك إلى رصيدك
points-returned-body =
    تعذّر إصدار المكافأة «{ $reward }» أو أُلغيت، لذلك تمت إعادة { n-points-object } إلى حسابك.
    رصيدك الآن: { n-balance }.
points-returned-sms = { $shop }: أُلغيت المكافأة «{ $reward }» وتمت إعادة { n-points-object } إلى حسابك. رصيدك الآن: { n-balance }.

points-expiring-subject = صلاحية { n-points-object } من رصيدك تنتهي في { $date }
points-expiring-body =
    بعد { n-days } تنتهي صلاحية { n-points-object } من رصيدك.
    آخر يوم للاستخدام: { $date }. رصيدك: { n-balance }.
points-expiring-sms = { $shop }: بعد { n-days } تنتهي صلاحية { n-points-object } من رصيدك. آخر يوم للاستخدام: { $date }. رصيدك: { n-balance }.

points-expired-subject = انتهت صلاحية بعض نقاطك
points-expired-body =
    تم خصم { n-points-object } من حسابك لانتهاء الصلاحية.
    رصيدك الآن: { n-balance }.
points-expired-sms = { $shop }: تم خصم { n-points-object } من حسابك لانتهاء الصلاحية. رصيدك الآن: { n-balance }.

reward-available-subject = مكافأة في انتظارك
reward-available-body =
    رصيدك: { n-balance }، وهو يكفي لهذه المكافأة: { $reward }
    يمكن الحصول عليها مقابل { n-points-object }.
reward-available-sms = { $shop }: رصيدك: { n-balance }. يمكن الحصول على «{ $reward }» مقابل { n-points-object }.

reward-issued-subject = مكافأتك: { $reward }
reward-issued-body =
    مكافأتك جاهزة: { $reward }
    الرمز: { $code }
    { $has-date ->
        [yes] صالح حتى: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] الحد الأدنى للطلب: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: رمز المكافأة «{ $reward }»: { $code }. { $has-date ->
    [yes] صالح حتى { $date }.
   *[no] {""}
}

reward-expiring-subject = تنتهي صلاحية مكافأتك قريبًا
reward-expiring-body =
    تنتهي صلاحية المكافأة «{ $reward }» بعد { n-days }، في { $date }.
    الرمز: { $code }
reward-expiring-sms = { $shop }: تنتهي صلاحية المكافأة «{ $reward }» بعد { n-days }، في { $date }. الرمز: { $code }

store-credit-issued-subject = لك رصيد متجر بقيمة { $amount }
store-credit-issued-body = تمت إضافة رصيد متجر بقيمة { $amount } إلى حسابك، ويمكن استخدامه عند الدفع.
store-credit-issued-sms = { $shop }: تمت إضافة رصيد متجر بقيمة { $amount } إلى حسابك، ويمكن استخدامه عند الدفع.

tier-upgraded-subject = مستواك الجديد: { $tier }
tier-upgraded-body = تهانينا! مستواك الآن «{ $tier }». مزايا جديدة في انتظارك.
tier-upgraded-sms = { $shop }: تهانينا! مستواك الآن «{ $tier }». مزايا جديدة في انتظارك.

tier-downgraded-subject = تغيّر مستوى عضويتك
tier-downgraded-body =
    مستواك الجديد: «{ $tier }».
    كل عملية شراء تقرّبك من المستوى التالي.
tier-downgraded-sms = { $shop }: مستواك الجديد: «{ $tier }». كل عملية شراء تقرّبك من المستوى التالي.

birthday-subject = عيد ميلاد سعيد من { $shop }
birthday-body =
    عيد ميلاد سعيد! هديتنا لك: { n-points }.
    رصيدك الآن: { n-balance }.
birthday-sms = { $shop }: عيد ميلاد سعيد! هديتنا لك: { n-points }. رصيدك الآن: { n-balance }.

referral-link-subject = دعوة أصدقائك إلى { $shop }
referral-link-body =
    رابطك الشخصي جاهز. عند مشاركته مع أصدقائك تكون لك مكافأة أيضًا.
    هدية أصدقائك: { benefit }
    رمزك: { $code }
referral-link-sms = { $shop }: رمزك للمشاركة مع أصدقائك: { $code }. هديتهم: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] توصية من { $advocate }: { $shop }
   *[no] توصية من أحد معارفك: { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] وصلتك توصية من { $advocate } بزيارة { $shop }.
       *[no] وصلتك توصية من أحد معارفك بزيارة { $shop }.
    }
    هدية الترحيب: { benefit }
    الرمز: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] وصلتك توصية من { $advocate } بزيارة { $shop }.
   *[no] وصلتك توصية من أحد معارفك بزيارة { $shop }.
} هدية الترحيب: { benefit }. الرمز: { $code }

referral-completed-subject = شكرًا على توصيتك
referral-completed-body =
    تم أول طلب بناءً على توصيتك.
    مكافأتك: { benefit }
referral-completed-sms = { $shop }: تم أول طلب بناءً على توصيتك. مكافأتك: { benefit }

referral-gift-subject = هدية الترحيب من { $shop }
referral-gift-body =
    شكرًا على انضمامك إلينا بناءً على توصية.
    هديتك: { benefit }
    { $has-code ->
        [yes] الرمز: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: شكرًا على انضمامك. هديتك: { benefit }. { $has-code ->
    [yes] الرمز: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: النقاط × { $factor }
campaign-started-body =
    بدأ عرض «{ $campaign }»: مشترياتك الآن تكسب النقاط × { $factor }.
    ينتهي في: { $ends }
campaign-started-sms = { $shop }: بدأ عرض «{ $campaign }»: مشترياتك تكسب النقاط × { $factor }. ينتهي في: { $ends }

win-back-subject = اشتقنا إليك في { $shop }
win-back-body =
    مرّ وقت على آخر طلب لك.
    رصيدك المتاح: { n-balance }.
win-back-sms = { $shop }: اشتقنا إليك! رصيدك المتاح: { n-balance }.

data-request-received-subject = استلمنا طلبك
data-request-received-body =
    { $request ->
        [export] استلمنا طلبك للحصول على نسخة من بياناتك.
       *[erasure] استلمنا طلبك لحذف بياناتك.
    }
    سننفّذه في موعد أقصاه { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] استلمنا طلبك للحصول على نسخة من بياناتك.
   *[erasure] استلمنا طلبك لحذف بياناتك.
} سننفّذه في موعد أقصاه { $date }.

data-export-ready-subject = بياناتك جاهزة
data-export-ready-body = نسخة بياناتك جاهزة، ويمكن تنزيلها حتى { $date }.
data-export-ready-sms = { $shop }: نسخة بياناتك جاهزة، ويمكن تنزيلها حتى { $date }.

data-erased-subject = تم حذف بياناتك
data-erased-body = بناءً على طلبك، حذفنا بياناتك الشخصية من برنامج المكافآت.
data-erased-sms = { $shop }: بناءً على طلبك، حذفنا بياناتك الشخصية من برنامج المكافآت.
