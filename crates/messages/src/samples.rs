//! Messages with made-up values: for the preview of a merchant's text, and for checking a text with every form it can take.

use chrono::{NaiveDate, NaiveDateTime};
use domain::Currency;

use crate::catalogue::MessageId;
use crate::message::{AdjustmentReason, Benefit, Context, DataRequest, Message, Money, PointsSource};
use crate::text::{Link, PersonName, Text};

/// Whole numbers that together have every plural category of every language.
pub(crate) const COUNTS: [i64; 14] = [0, 1, 2, 3, 4, 5, 11, 20, 21, 22, 100, 101, 1_000_000, 1_000_001];

/// The counts of a made-up message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    points: i64,
    balance: i64,
    days: u32,
}

impl Counts {
    /// The same number for each.
    pub(crate) fn all(n: i64) -> Self {
        Self { points: n, balance: n, days: u32::try_from(n).unwrap_or_default() }
    }
}

impl Context {
    /// Returns a made-up context, for a preview.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            shop: Text::new("Aurora"),
            customer: PersonName::parse("Alex"),
            link: Link::parse("https://aurora.example/rewards").ok(),
        }
    }
}

impl Message {
    /// Returns the message with made-up values, for a preview.
    #[must_use]
    pub fn sample(id: MessageId) -> Self {
        let [first, ..] = &variants(id, Counts { points: 250, balance: 1_400, days: 14 })[..] else {
            return Self::DataErased;
        };
        first.clone()
    }
}

/// Returns the message with made-up values in every variant that a text can tell apart, with these counts.
pub(crate) fn variants(id: MessageId, counts: Counts) -> Vec<Message> {
    let Counts { points, balance, days } = counts;
    let (reward, code) = (Text::new("Aurora Mug"), Text::new("AUR-7K2M9P"));
    match id {
        MessageId::Welcome => vec![Message::Welcome { bonus: points.max(1) }, Message::Welcome { bonus: 0 }],
        MessageId::PointsEarned => {
            sources().into_iter().map(|source| Message::PointsEarned { points, balance, source }).collect()
        }
        MessageId::PointsAdjusted => adjustments(points, balance),
        MessageId::PointsRedeemed => vec![Message::PointsRedeemed { points, balance, reward }],
        MessageId::PointsReturned => vec![Message::PointsReturned { points, balance, reward }],
        MessageId::PointsExpiring => vec![Message::PointsExpiring { points, balance, days, last_day: day() }],
        MessageId::PointsExpired => vec![Message::PointsExpired { points, balance }],
        MessageId::RewardAvailable => vec![Message::RewardAvailable { points, balance, reward }],
        MessageId::RewardIssued => issued(&reward, &code),
        MessageId::RewardExpiring => vec![Message::RewardExpiring { reward, code, days, last_day: day() }],
        MessageId::StoreCreditIssued => vec![Message::StoreCreditIssued { amount: money(1_000) }],
        MessageId::TierUpgraded => vec![Message::TierUpgraded { tier: Text::new("Gold") }],
        MessageId::TierDowngraded => vec![Message::TierDowngraded { tier: Text::new("Silver") }],
        MessageId::Birthday => vec![Message::Birthday { points, balance }],
        MessageId::ReferralLink
        | MessageId::ReferralInvite
        | MessageId::ReferralCompleted
        | MessageId::ReferralGift => {
            benefits(points).into_iter().flat_map(|benefit| referral(id, benefit, &code)).collect()
        }
        MessageId::CampaignStarted => vec![Message::CampaignStarted {
            campaign: Text::new("Winter Week"),
            factor_hundredths: 150,
            ends: evening(),
        }],
        MessageId::WinBack => vec![Message::WinBack { balance }],
        MessageId::DataRequestReceived => [DataRequest::Export, DataRequest::Erasure]
            .map(|request| Message::DataRequestReceived { request, due: day() })
            .to_vec(),
        MessageId::DataExportReady => vec![Message::DataExportReady { last_day: day() }],
        MessageId::DataErased => vec![Message::DataErased],
    }
}

fn order() -> Text {
    Text::new("#1001")
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, 1, 31).unwrap_or_default()
}

fn evening() -> NaiveDateTime {
    day().and_hms_opt(23, 59, 0).unwrap_or_default()
}

fn money(minor: i64) -> Money {
    Money { minor, currency: Currency::parse("EUR").expect("EUR is three capitals") }
}

fn sources() -> Vec<PointsSource> {
    vec![
        PointsSource::Order(order()),
        PointsSource::Signup,
        PointsSource::Newsletter,
        PointsSource::Review,
        PointsSource::Birthday,
        PointsSource::Referral,
        PointsSource::Campaign,
        PointsSource::Other,
    ]
}

fn adjustments(points: i64, balance: i64) -> Vec<Message> {
    let reasons =
        [AdjustmentReason::Refund(order()), AdjustmentReason::Cancellation(order()), AdjustmentReason::Correction];
    let signed = |reason: AdjustmentReason| {
        [points, -points.max(1)].map(|change| Message::PointsAdjusted { change, balance, reason: reason.clone() })
    };
    reasons.into_iter().flat_map(signed).collect()
}

fn issued(reward: &Text, code: &Text) -> Vec<Message> {
    let terms = [(Some(day()), Some(money(2_500))), (Some(day()), None), (None, Some(money(2_500))), (None, None)];
    let message =
        |(last_day, minimum)| Message::RewardIssued { reward: reward.clone(), code: code.clone(), last_day, minimum };
    terms.into_iter().map(message).collect()
}

fn benefits(points: i64) -> Vec<Benefit> {
    vec![
        Benefit::Points(points),
        Benefit::Amount(money(500)),
        Benefit::Percent(1_000),
        Benefit::FreeShipping,
        Benefit::Product(Text::new("Aurora Mug")),
    ]
}

fn referral(id: MessageId, benefit: Benefit, code: &Text) -> Vec<Message> {
    let code = code.clone();
    match id {
        MessageId::ReferralInvite => [PersonName::parse("Robin"), None]
            .map(|advocate| Message::ReferralInvite { advocate, benefit: benefit.clone(), code: code.clone() })
            .to_vec(),
        MessageId::ReferralCompleted => vec![Message::ReferralCompleted { benefit }],
        MessageId::ReferralGift => {
            [Some(code), None].map(|code| Message::ReferralGift { benefit: benefit.clone(), code }).to_vec()
        }
        _ => vec![Message::ReferralLink { benefit, code }],
    }
}
