### עברית.
### פנייה: ידידותית ומקצועית, ללא מין: שמות פעולה במקום ציווי, "לך" ו"שלך" ללא ניקוד.

## Building blocks

n-points = { PLURAL($points) ->
    [one] נקודה אחת
    [two] שתי נקודות
   *[other] { $points } נקודות
}
n-balance = { PLURAL($balance) ->
    [one] נקודה אחת
    [two] שתי נקודות
   *[other] { $balance } נקודות
}
n-days = { PLURAL($days) ->
    [one] יום אחד
    [two] יומיים
   *[other] { $days } ימים
}
greeting = { $named ->
    [yes] שלום { $name },
   *[no] שלום,
}
signature = צוות { $shop }
benefit = { $benefit ->
    [points] { n-points }
    [amount] הנחה של { $amount }
    [percent] הנחה של { $percent }
    [shipping] משלוח חינם
   *[product] { $product } במתנה
}
# אחרי "עבור".
source = { $source ->
    [order] הזמנה { $order }
    [signup] פתיחת חשבון
    [newsletter] הרשמה לניוזלטר
    [review] כתיבת חוות דעת
    [birthday] יום ההולדת שלך
    [referral] המלצה עלינו
    [campaign] השתתפות במבצע
   *[other] השתתפות בתוכנית
}
reason = { $reason ->
    [refund] החזר כספי על הזמנה { $order }
    [cancellation] ביטול הזמנה { $order }
   *[correction] תיקון מטעם { $shop }
}

action-points = לצפייה בנקודות
action-rewards = לצפייה בהטבות
action-redeem = למימוש עכשיו
action-use = לשימוש בנקודות
action-shop = לחנות
action-benefits = לצפייה ביתרונות
action-share = לשיתוף הקישור
action-download = להורדת הנתונים

## Messages

welcome-subject = ברוכים הבאים למועדון הלקוחות של { $shop }
welcome-body = תודה על ההצטרפות למועדון הלקוחות של { $shop }. { $has-points ->
    [yes] מתנת ההצטרפות שלך: { n-points }.
   *[no] מעכשיו כל קנייה מזכה אותך בנקודות.
}
welcome-sms = { $shop }: ברוכים הבאים למועדון הלקוחות! { $has-points ->
    [yes] המתנה שלך: { n-points }.
   *[no] מעכשיו כל קנייה מזכה אותך בנקודות.
}

points-earned-subject = קיבלת { n-points }
points-earned-body =
    קיבלת { n-points } עבור { source }.
    היתרה שלך עכשיו: { n-balance }.
points-earned-sms = { $shop }: קיבלת { n-points }. היתרה שלך עכשיו: { n-balance }.

points-adjusted-subject = יתרת הנקודות שלך השתנתה
points-adjusted-body =
    { $change ->
        [added] הוספנו { n-points } לחשבון שלך.
       *[removed] הורדנו { n-points } מהחשבון שלך.
    }
    סיבה: { reason }
    היתרה שלך עכשיו: { n-balance }.
points-adjusted-sms = { $shop }: { $change ->
    [added] הוספנו { n-points } לחשבון שלך.
   *[removed] הורדנו { n-points } מהחשבון שלך.
} היתרה שלך עכשיו: { n-balance }.

points-redeemed-subject = מימשת { n-points }
points-redeemed-body =
    מימשת { n-points } תמורת ההטבה: { $reward }
    היתרה שלך עכשיו: { n-balance }.
points-redeemed-sms = { $shop }: מימשת { n-points } תמורת ההטבה "{ $reward }". היתרה שלך עכשיו: { n-balance }.

points-returned-subject = הנקודות חזרו לחשבון שלך
points-returned-body =
    ההטבה "{ $reward }" לא הונפקה או בוטלה, ולכן החזרנו { n-points } לחשבון שלך.
    היתרה שלך עכשיו: { n-balance }.
points-returned-sms = { $shop }: ההטבה "{ $reward }" בוטלה. החזרנו { n-points } לחשבון שלך. היתרה שלך עכשיו: { n-balance }.

points-expiring-subject = { n-points } בתוקף עד { $date }
points-expiring-body =
    בעוד { n-days } יפוג התוקף של { n-points } בחשבון שלך.
    היום האחרון לשימוש: { $date }. היתרה שלך: { n-balance }.
points-expiring-sms = { $shop }: בעוד { n-days } יפוג התוקף של { n-points }. היום האחרון לשימוש: { $date }. היתרה שלך: { n-balance }.

points-expired-subject = פג התוקף של חלק מהנקודות שלך
points-expired-body =
    הורדנו { n-points } מהחשבון שלך כי התוקף פג.
    היתרה שלך עכשיו: { n-balance }.
points-expired-sms = { $shop }: הורדנו { n-points } מהחשבון שלך כי התוקף פג. היתרה שלך עכשיו: { n-balance }.

reward-available-subject = מחכה לך הטבה
reward-available-body =
    היתרה שלך: { n-balance }. היא מספיקה להטבה: { $reward }
    אפשר לקבל אותה תמורת { n-points }.
reward-available-sms = { $shop }: היתרה שלך: { n-balance }. אפשר לקבל את ההטבה "{ $reward }" תמורת { n-points }.

reward-issued-subject = ההטבה שלך: { $reward }
reward-issued-body =
    ההטבה שלך מוכנה: { $reward }
    קוד: { $code }
    { $has-date ->
        [yes] בתוקף עד: { $date }
       *[no] {""}
    }
    { $has-minimum ->
        [yes] מינימום הזמנה: { $minimum }
       *[no] {""}
    }
reward-issued-sms = { $shop }: הקוד שלך להטבה "{ $reward }": { $code }. { $has-date ->
    [yes] בתוקף עד { $date }.
   *[no] {""}
}

reward-expiring-subject = תוקף ההטבה שלך עומד לפוג
reward-expiring-body =
    תוקף ההטבה "{ $reward }" יפוג בעוד { n-days }, בתאריך { $date }.
    קוד: { $code }
reward-expiring-sms = { $shop }: תוקף ההטבה "{ $reward }" יפוג בעוד { n-days }, בתאריך { $date }. קוד: { $code }

store-credit-issued-subject = קיבלת זיכוי בסך { $amount }
store-credit-issued-body = הוספנו לחשבון שלך זיכוי לחנות בסך { $amount }. אפשר להשתמש בו בתשלום.
store-credit-issued-sms = { $shop }: הוספנו לחשבון שלך זיכוי לחנות בסך { $amount }. אפשר להשתמש בו בתשלום.

tier-upgraded-subject = הגעת לדרגה { $tier }
tier-upgraded-body = כל הכבוד! הגעת לדרגה "{ $tier }". יתרונות חדשים מחכים לך.
tier-upgraded-sms = { $shop }: כל הכבוד! הגעת לדרגה "{ $tier }". יתרונות חדשים מחכים לך.

tier-downgraded-subject = הדרגה שלך השתנתה
tier-downgraded-body =
    הדרגה החדשה שלך: "{ $tier }".
    כל קנייה מקרבת אותך לדרגה הבאה.
tier-downgraded-sms = { $shop }: הדרגה החדשה שלך: "{ $tier }". כל קנייה מקרבת אותך לדרגה הבאה.

birthday-subject = יום הולדת שמח מ־{ $shop }
birthday-body =
    יום הולדת שמח! המתנה שלנו לך: { n-points }.
    היתרה שלך עכשיו: { n-balance }.
birthday-sms = { $shop }: יום הולדת שמח! המתנה שלנו לך: { n-points }. היתרה שלך עכשיו: { n-balance }.

referral-link-subject = זה הזמן לשתף את { $shop } עם חברים
referral-link-body =
    הקישור האישי שלך מוכן. משתפים אותו עם חברים, וגם לך מחכה הטבה.
    המתנה לחברים: { benefit }
    הקוד שלך: { $code }
referral-link-sms = { $shop }: הקוד שלך לשיתוף עם חברים: { $code }. המתנה להם: { benefit }

referral-invite-subject = { $has-advocate ->
    [yes] המלצה מ־{ $advocate }: { $shop }
   *[no] המלצה מחברים: { $shop }
}
referral-invite-body =
    { $has-advocate ->
        [yes] קיבלת המלצה מ־{ $advocate } על { $shop }.
       *[no] קיבלת המלצה מחברים על { $shop }.
    }
    מתנת ההצטרפות שלך: { benefit }
    קוד: { $code }
referral-invite-sms = { $has-advocate ->
    [yes] קיבלת המלצה מ־{ $advocate } על { $shop }.
   *[no] קיבלת המלצה מחברים על { $shop }.
} מתנת ההצטרפות שלך: { benefit }. קוד: { $code }

referral-completed-subject = תודה על ההמלצה
referral-completed-body =
    בזכות ההמלצה שלך בוצעה הזמנה ראשונה.
    ההטבה שלך: { benefit }
referral-completed-sms = { $shop }: בזכות ההמלצה שלך בוצעה הזמנה ראשונה. ההטבה שלך: { benefit }

referral-gift-subject = מתנת ההצטרפות שלך מ־{ $shop }
referral-gift-body =
    תודה על ההצטרפות בעקבות המלצה.
    המתנה שלך: { benefit }
    { $has-code ->
        [yes] קוד: { $code }
       *[no] {""}
    }
referral-gift-sms = { $shop }: תודה על ההצטרפות. המתנה שלך: { benefit }. { $has-code ->
    [yes] קוד: { $code }
   *[no] {""}
}

campaign-started-subject = { $campaign }: פי { $factor } נקודות
campaign-started-body =
    "{ $campaign }" התחיל: עכשיו הקניות שלך מזכות בפי { $factor } נקודות.
    סיום: { $ends }
campaign-started-sms = { $shop }: "{ $campaign }" התחיל: הקניות שלך מזכות בפי { $factor } נקודות. סיום: { $ends }

win-back-subject = התגעגענו אליך ב־{ $shop }
win-back-body =
    עבר זמן מאז ההזמנה האחרונה שלך.
    עדיין יש לך { n-balance } לשימוש.
win-back-sms = { $shop }: התגעגענו אליך! עדיין יש לך { n-balance } לשימוש.

data-request-received-subject = קיבלנו את הבקשה שלך
data-request-received-body =
    { $request ->
        [export] קיבלנו את הבקשה שלך לעותק של הנתונים שלך.
       *[erasure] קיבלנו את הבקשה שלך למחיקת הנתונים שלך.
    }
    נטפל בה עד { $date }.
data-request-received-sms = { $shop }: { $request ->
    [export] קיבלנו את הבקשה שלך לעותק של הנתונים שלך.
   *[erasure] קיבלנו את הבקשה שלך למחיקת הנתונים שלך.
} נטפל בה עד { $date }.

data-export-ready-subject = הנתונים שלך מוכנים
data-export-ready-body = עותק הנתונים שלך מוכן. אפשר להוריד אותו עד { $date }.
data-export-ready-sms = { $shop }: עותק הנתונים שלך מוכן. אפשר להוריד אותו עד { $date }.

data-erased-subject = הנתונים שלך נמחקו
data-erased-body = לבקשתך, מחקנו את הנתונים האישיים שלך ממועדון הלקוחות שלנו.
data-erased-sms = { $shop }: לבקשתך, מחקנו את הנתונים האישיים שלך ממועדון הלקוחות שלנו.
