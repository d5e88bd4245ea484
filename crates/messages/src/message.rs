//! A message with its values, typed.

use chrono::{NaiveDate, NaiveDateTime};
use domain::{Currency, Minor};

use crate::catalogue::MessageId;
use crate::language::Arguments;
use crate::text::{Link, PersonName, Text};

/// What is known about the shop and the customer, the same for every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The name under which the shop's customers know it.
    pub shop: Text,
    /// The customer's name, if it is known and may be used.
    pub customer: Option<PersonName>,
    /// Where the call to action leads. Without it there is no call to action.
    pub link: Option<Link>,
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The amount in minor units.
    pub minor: Minor,
    /// The currency of the minor units.
    pub currency: Currency,
}

/// What a referral brings to one of the two people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Benefit {
    /// Points.
    Points(i64),
    /// An amount off an order.
    Amount(Money),
    /// A percentage off an order, in basis points (1000 is 10 %).
    Percent(u32),
    /// Free shipping.
    FreeShipping,
    /// A free product.
    Product(Text),
}

/// What points were earned for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointsSource {
    /// An order, with the name that the customer knows it by (`#1001`).
    Order(Text),
    /// Creating an account.
    Signup,
    /// Subscribing to the newsletter.
    Newsletter,
    /// A review.
    Review,
    /// A birthday.
    Birthday,
    /// Recommending the shop.
    Referral,
    /// A campaign.
    Campaign,
    /// Anything else.
    Other,
}

/// Why points were added or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdjustmentReason {
    /// The order of this name was refunded in full or in part.
    Refund(Text),
    /// The order of this name was cancelled.
    Cancellation(Text),
    /// The merchant corrected the balance.
    Correction,
}

/// What a customer asked for under data protection law.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataRequest {
    /// A copy of the data.
    Export,
    /// The deletion of the data.
    Erasure,
}

/// A message to a customer. Dates and times are civil ones, in the shop's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are documented in `MessageId`, and the fields say what they are")]
pub enum Message {
    /// The bonus is mentioned if it is positive.
    Welcome {
        bonus: i64,
    },
    PointsEarned {
        points: i64,
        balance: i64,
        source: PointsSource,
    },
    /// The change is signed.
    PointsAdjusted {
        change: i64,
        balance: i64,
        reason: AdjustmentReason,
    },
    PointsRedeemed {
        points: i64,
        balance: i64,
        reward: Text,
    },
    PointsReturned {
        points: i64,
        balance: i64,
        reward: Text,
    },
    /// `last_day` is the last day on which the points can be spent, `days` how many days away it is.
    PointsExpiring {
        points: i64,
        balance: i64,
        days: u32,
        last_day: NaiveDate,
    },
    PointsExpired {
        points: i64,
        balance: i64,
    },
    /// `points` is the reward's cost.
    RewardAvailable {
        points: i64,
        balance: i64,
        reward: Text,
    },
    RewardIssued {
        reward: Text,
        code: Text,
        last_day: Option<NaiveDate>,
        minimum: Option<Money>,
    },
    RewardExpiring {
        reward: Text,
        code: Text,
        days: u32,
        last_day: NaiveDate,
    },
    StoreCreditIssued {
        amount: Money,
    },
    TierUpgraded {
        tier: Text,
    },
    TierDowngraded {
        tier: Text,
    },
    Birthday {
        points: i64,
        balance: i64,
    },
    /// `benefit` is what the friends get.
    ReferralLink {
        benefit: Benefit,
        code: Text,
    },
    /// `benefit` is what the friend gets.
    ReferralInvite {
        advocate: Option<PersonName>,
        benefit: Benefit,
        code: Text,
    },
    /// `benefit` is what the advocate gets.
    ReferralCompleted {
        benefit: Benefit,
    },
    /// `benefit` is what the friend gets.
    ReferralGift {
        benefit: Benefit,
        code: Option<Text>,
    },
    /// `factor_hundredths` is the multiplier of points (150 is 1.5).
    CampaignStarted {
        campaign: Text,
        factor_hundredths: u32,
        ends: NaiveDateTime,
    },
    WinBack {
        balance: i64,
    },
    DataRequestReceived {
        request: DataRequest,
        due: NaiveDate,
    },
    DataExportReady {
        last_day: NaiveDate,
    },
    DataErased,
}

impl Message {
    /// Returns which message it is.
    #[must_use]
    pub const fn id(&self) -> MessageId {
        match self {
            Self::Welcome { .. } => MessageId::Welcome,
            Self::PointsEarned { .. } => MessageId::PointsEarned,
            Self::PointsAdjusted { .. } => MessageId::PointsAdjusted,
            Self::PointsRedeemed { .. } => MessageId::PointsRedeemed,
            Self::PointsReturned { .. } => MessageId::PointsReturned,
            Self::PointsExpiring { .. } => MessageId::PointsExpiring,
            Self::PointsExpired { .. } => MessageId::PointsExpired,
            Self::RewardAvailable { .. } => MessageId::RewardAvailable,
            Self::RewardIssued { .. } => MessageId::RewardIssued,
            Self::RewardExpiring { .. } => MessageId::RewardExpiring,
            Self::StoreCreditIssued { .. } => MessageId::StoreCreditIssued,
            Self::TierUpgraded { .. } => MessageId::TierUpgraded,
            Self::TierDowngraded { .. } => MessageId::TierDowngraded,
            Self::Birthday { .. } => MessageId::Birthday,
            Self::ReferralLink { .. } => MessageId::ReferralLink,
            Self::ReferralInvite { .. } => MessageId::ReferralInvite,
            Self::ReferralCompleted { .. } => MessageId::ReferralCompleted,
            Self::ReferralGift { .. } => MessageId::ReferralGift,
            Self::CampaignStarted { .. } => MessageId::CampaignStarted,
            Self::WinBack { .. } => MessageId::WinBack,
            Self::DataRequestReceived { .. } => MessageId::DataRequestReceived,
            Self::DataExportReady { .. } => MessageId::DataExportReady,
            Self::DataErased => MessageId::DataErased,
        }
    }

    /// Sets the placeholders of the message, all of them whatever the values, so that a text can use each.
    pub(crate) fn fill<'a>(&'a self, arguments: &mut Arguments<'a>) {
        match self {
            Self::Welcome { bonus } => {
                arguments.count("points", *bonus);
                arguments.flag("has-points", *bonus > 0);
            }
            Self::PointsEarned { points, balance, source } => {
                arguments.movement(*points, *balance);
                source.fill(arguments);
            }
            Self::PointsAdjusted { change, balance, reason } => {
                arguments.movement(change.saturating_abs(), *balance);
                arguments.choice("change", if *change >= 0 { "added" } else { "removed" });
                reason.fill(arguments);
            }
            Self::PointsRedeemed { points, balance, reward }
            | Self::PointsReturned { points, balance, reward }
            | Self::RewardAvailable { points, balance, reward } => {
                arguments.movement(*points, *balance);
                arguments.text("reward", reward);
            }
            Self::PointsExpiring { points, balance, days, last_day } => {
                arguments.movement(*points, *balance);
                arguments.count("days", i64::from(*days));
                arguments.date("date", *last_day);
            }
            Self::PointsExpired { points, balance } | Self::Birthday { points, balance } => {
                arguments.movement(*points, *balance);
            }
            Self::RewardIssued { reward, code, last_day, minimum } => {
                arguments.text("reward", reward);
                arguments.text("code", code);
                arguments.flag("has-date", last_day.is_some());
                arguments.optional_date("date", *last_day);
                arguments.flag("has-minimum", minimum.is_some());
                arguments.optional_money("minimum", *minimum);
            }
            Self::RewardExpiring { reward, code, days, last_day } => {
                arguments.text("reward", reward);
                arguments.text("code", code);
                arguments.count("days", i64::from(*days));
                arguments.date("date", *last_day);
            }
            Self::StoreCreditIssued { amount } => arguments.optional_money("amount", Some(*amount)),
            Self::TierUpgraded { tier } | Self::TierDowngraded { tier } => arguments.text("tier", tier),
            Self::ReferralLink { .. }
            | Self::ReferralInvite { .. }
            | Self::ReferralCompleted { .. }
            | Self::ReferralGift { .. } => self.fill_referral(arguments),
            Self::CampaignStarted { campaign, factor_hundredths, ends } => {
                arguments.text("campaign", campaign);
                arguments.factor("factor", *factor_hundredths);
                arguments.date_time("ends", *ends);
            }
            Self::WinBack { balance } => arguments.count("balance", *balance),
            Self::DataRequestReceived { request, due } => {
                arguments.choice("request", if *request == DataRequest::Export { "export" } else { "erasure" });
                arguments.date("date", *due);
            }
            Self::DataExportReady { last_day } => arguments.date("date", *last_day),
            Self::DataErased => {}
        }
    }

    fn fill_referral<'a>(&'a self, arguments: &mut Arguments<'a>) {
        match self {
            Self::ReferralLink { benefit, code } => {
                benefit.fill(arguments);
                arguments.text("code", code);
            }
            Self::ReferralInvite { advocate, benefit, code } => {
                benefit.fill(arguments);
                arguments.text("code", code);
                arguments.flag("has-advocate", advocate.is_some());
                arguments.optional_text("advocate", advocate.as_ref().map(PersonName::text));
            }
            Self::ReferralCompleted { benefit } => benefit.fill(arguments),
            Self::ReferralGift { benefit, code } => {
                benefit.fill(arguments);
                arguments.flag("has-code", code.is_some());
                arguments.optional_text("code", code.as_ref());
            }
            _ => {}
        }
    }
}

impl Benefit {
    fn fill<'a>(&'a self, arguments: &mut Arguments<'a>) {
        let (choice, points, amount, percent, product) = match self {
            Self::Points(points) => ("points", *points, None, 0, None),
            Self::Amount(amount) => ("amount", 0, Some(*amount), 0, None),
            Self::Percent(basis_points) => ("percent", 0, None, *basis_points, None),
            Self::FreeShipping => ("shipping", 0, None, 0, None),
            Self::Product(product) => ("product", 0, None, 0, Some(product)),
        };
        arguments.choice("benefit", choice);
        arguments.count("points", points);
        arguments.optional_money("amount", amount);
        arguments.percent("percent", percent);
        arguments.optional_text("product", product);
    }
}

impl PointsSource {
    fn fill<'a>(&'a self, arguments: &mut Arguments<'a>) {
        let (choice, order) = match self {
            Self::Order(order) => ("order", Some(order)),
            Self::Signup => ("signup", None),
            Self::Newsletter => ("newsletter", None),
            Self::Review => ("review", None),
            Self::Birthday => ("birthday", None),
            Self::Referral => ("referral", None),
            Self::Campaign => ("campaign", None),
            Self::Other => ("other", None),
        };
        arguments.choice("source", choice);
        arguments.optional_text("order", order);
    }
}

impl AdjustmentReason {
    fn fill<'a>(&'a self, arguments: &mut Arguments<'a>) {
        let (choice, order) = match self {
            Self::Refund(order) => ("refund", Some(order)),
            Self::Cancellation(order) => ("cancellation", Some(order)),
            Self::Correction => ("correction", None),
        };
        arguments.choice("reason", choice);
        arguments.optional_text("order", order);
    }
}
