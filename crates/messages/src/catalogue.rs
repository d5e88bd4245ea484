//! The list of messages: their names, what may be put into them, and the label of their call to action.
//!
//! No text stands here; the texts are in `locales/`.

/// What a placeholder stands for, which decides how a text may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceholderKind {
    /// A whole number: can be shown, and selected on by plural category.
    Count,
    /// One of a few words: can only be selected on.
    Choice(&'static [&'static str]),
    /// Something to show, such as a name or a date.
    Text,
}

const YES_NO: PlaceholderKind = PlaceholderKind::Choice(&["yes", "no"]);

/// Placeholders that every message has.
pub(crate) const COMMON: [&str; 3] = ["shop", "named", "name"];

/// Texts that are used inside others and may use counts (`n-...`) themselves.
pub(crate) const PHRASES: [&str; 5] = ["greeting", "signature", "benefit", "source", "reason"];

/// Returns what a placeholder stands for, or `None` if no message has one of this name.
pub(crate) fn placeholder(name: &str) -> Option<PlaceholderKind> {
    use PlaceholderKind::{Choice, Count, Text};
    Some(match name {
        "points" | "balance" | "days" => Count,
        "shop" | "name" | "order" | "reward" | "code" | "tier" | "campaign" | "advocate" | "product" | "date"
        | "ends" | "amount" | "percent" | "minimum" | "factor" => Text,
        "named" | "has-points" | "has-date" | "has-minimum" | "has-code" | "has-advocate" => YES_NO,
        "source" => Choice(&["order", "signup", "newsletter", "review", "birthday", "referral", "campaign", "other"]),
        "change" => Choice(&["added", "removed"]),
        "reason" => Choice(&["refund", "cancellation", "correction"]),
        "benefit" => Choice(&["points", "amount", "percent", "shipping", "product"]),
        "request" => Choice(&["export", "erasure"]),
        _ => return None,
    })
}

/// The parts of a message that have a text of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The subject line of the e-mail.
    Subject,
    /// The e-mail's text between greeting and signature.
    Body,
    /// The short message.
    Sms,
}

impl Part {
    /// All parts.
    pub const ALL: [Self; 3] = [Self::Subject, Self::Body, Self::Sms];

    /// Returns the ending of the part's key.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Body => "body",
            Self::Sms => "sms",
        }
    }
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $id:ident $name:literal $action:expr, [$($placeholder:literal)*];)*) => {
        /// Which message, without its values.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum MessageId {
            $($(#[$doc])* $id,)*
        }

        impl MessageId {
            /// All messages.
            pub const ALL: &'static [Self] = &[$(Self::$id),*];

            /// Returns the name, which begins the keys of the message's texts. It never changes.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)* }
            }

            /// Returns the placeholders of the message's own; every message has `shop`, `named` and `name` besides.
            #[must_use]
            pub const fn placeholders(self) -> &'static [&'static str] {
                match self { $(Self::$id => &[$($placeholder),*],)* }
            }

            /// Returns the key of the label of the call to action, or `None` for a message that only informs.
            #[must_use]
            pub const fn action_key(self) -> Option<&'static str> {
                match self { $(Self::$id => $action,)* }
            }
        }
    };
}

catalogue! {
    /// A customer joined the programme.
    Welcome "welcome" Some("action-rewards"), ["points" "has-points"];
    /// Points were earned.
    PointsEarned "points-earned" Some("action-points"), ["points" "balance" "source" "order"];
    /// Points were added or removed after a refund or a cancellation, or by the merchant.
    PointsAdjusted "points-adjusted" Some("action-points"), ["points" "balance" "change" "reason" "order"];
    /// Points were spent on a reward.
    PointsRedeemed "points-redeemed" Some("action-rewards"), ["points" "balance" "reward"];
    /// A redemption failed or was cancelled, and the points are back.
    PointsReturned "points-returned" Some("action-rewards"), ["points" "balance" "reward"];
    /// Points expire soon (30 days ahead by default).
    PointsExpiring "points-expiring" Some("action-use"), ["points" "balance" "days" "date"];
    /// Points expired.
    PointsExpired "points-expired" Some("action-points"), ["points" "balance"];
    /// The balance suffices for a reward.
    RewardAvailable "reward-available" Some("action-redeem"), ["points" "balance" "reward"];
    /// A reward's code is ready.
    RewardIssued "reward-issued" Some("action-shop"), ["reward" "code" "has-date" "date" "has-minimum" "minimum"];
    /// A reward's code expires soon.
    RewardExpiring "reward-expiring" Some("action-shop"), ["reward" "code" "days" "date"];
    /// Store credit was added to the account.
    StoreCreditIssued "store-credit-issued" Some("action-shop"), ["amount"];
    /// A higher tier was reached.
    TierUpgraded "tier-upgraded" Some("action-benefits"), ["tier"];
    /// A tier was lost.
    TierDowngraded "tier-downgraded" Some("action-benefits"), ["tier"];
    /// A gift for the birthday.
    Birthday "birthday" Some("action-use"), ["points" "balance"];
    /// The customer's own referral link is ready.
    ReferralLink "referral-link" Some("action-share"), ["benefit" "points" "amount" "percent" "product" "code"];
    /// An invitation to a friend.
    ReferralInvite "referral-invite" Some("action-shop"),
        ["benefit" "points" "amount" "percent" "product" "code" "has-advocate" "advocate"];
    /// A friend ordered, and the advocate is rewarded.
    ReferralCompleted "referral-completed" Some("action-rewards"), ["benefit" "points" "amount" "percent" "product"];
    /// The friend's gift for joining.
    ReferralGift "referral-gift" Some("action-shop"),
        ["benefit" "points" "amount" "percent" "product" "has-code" "code"];
    /// A campaign with a multiplier began.
    CampaignStarted "campaign-started" Some("action-shop"), ["campaign" "factor" "ends"];
    /// A customer has not ordered for long.
    WinBack "win-back" Some("action-use"), ["balance"];
    /// A request under data protection law was received.
    DataRequestReceived "data-request-received" None, ["request" "date"];
    /// The copy of a customer's data can be downloaded.
    DataExportReady "data-export-ready" Some("action-download"), ["date"];
    /// A customer's data was deleted.
    DataErased "data-erased" None, [];
}

impl MessageId {
    /// Returns the key of a part's text, by which a merchant overrides it.
    #[must_use]
    pub fn key(self, part: Part) -> String {
        format!("{}-{}", self.name(), part.name())
    }

    /// Returns the message and the part that a key belongs to, or `None` if it is the key of a label or of a text used inside
    /// others.
    #[must_use]
    pub fn of_key(key: &str) -> Option<(Self, Part)> {
        let (name, ending) = key.rsplit_once('-')?;
        let part = Part::ALL.into_iter().find(|part| part.name() == ending)?;
        let id = Self::ALL.iter().copied().find(|id| id.name() == name)?;
        Some((id, part))
    }
}
