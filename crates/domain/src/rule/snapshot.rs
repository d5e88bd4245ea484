//! The terms under which an order was first awarded: it is judged by them from then on, whatever happens to the merchant's
//! rule, the table of default rates, or the arithmetic.
//!
//! Reads every snapshot that was ever stored, also of rules that would be refused today.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::values::decimal;
use super::{AwardOn, EarnRule, Factor, NegativeBalance, Rounding, default_rate, is_false};
use crate::money::Currency;

/// Where the rate of a snapshot came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateSource {
    /// The merchant's rule, or the one rate for all currencies of earlier versions.
    #[default]
    Rule,
    /// The table of default rates, as it was then.
    CurrencyDefault,
}

/// How facts become points. A snapshot keeps the arithmetic of its time, so that its order is still worth the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arithmetic {
    /// That of snapshots which name none: what is left of each line is rounded down to minor units, what is outstanding earns,
    /// discrepancies of refunds do not count, and no order is worth more than 10^9 points.
    #[default]
    PerLine,
    /// Exact fractions until the one rounding to points.
    Exact,
}

/// What of a rule decides about one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Points per major unit of the order's currency.
    #[serde(with = "decimal")]
    pub points_per_unit: Decimal,
    /// Rounding to whole points.
    pub rounding: Rounding,
    /// Taxes earn too.
    pub include_tax: bool,
    /// Shipping earns too.
    pub include_shipping: bool,
    /// Tips earn too.
    pub include_tips: bool,
    /// Buying gift cards earns too.
    pub include_gift_cards: bool,
    /// When the order earns.
    pub award_on: AwardOn,
    /// The order earns although it was placed through a test gateway.
    pub award_test_orders: bool,
    /// Days until its points expire; `None`: never.
    pub validity_days: Option<u32>,
    /// Policy for points already spent.
    pub negative_balance: NegativeBalance,
    /// Discrepancies of refunds count.
    #[serde(skip_serializing_if = "is_false")]
    pub count_refund_discrepancies: bool,
}

impl Default for Terms {
    /// The defaults of the version that wrote snapshots without naming an arithmetic.
    fn default() -> Self {
        Self {
            points_per_unit: Decimal::TEN,
            rounding: Rounding::Floor,
            include_tax: false,
            include_shipping: false,
            include_tips: false,
            include_gift_cards: false,
            award_on: AwardOn::Paid,
            award_test_orders: false,
            validity_days: Some(365),
            negative_balance: NegativeBalance::Allow,
            count_refund_discrepancies: false,
        }
    }
}

/// The terms and the factor under which an order was first awarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSnapshot {
    /// The terms.
    pub rule: Terms,
    /// The customer's factor at that time.
    #[serde(default = "one", with = "decimal")]
    pub multiplier: Decimal,
    /// Where `rule.points_per_unit` came from.
    #[serde(default)]
    pub rate_source: RateSource,
    /// How the points are computed.
    #[serde(default)]
    pub arithmetic: Arithmetic,
}

fn one() -> Decimal {
    Decimal::ONE
}

impl RuleSnapshot {
    /// Returns the rule as it is now, with the rate that it has for this currency.
    #[must_use]
    pub fn take(rule: &EarnRule, multiplier: Factor, currency: Currency) -> Self {
        let (rate, rate_source) = match rule.points_per_unit {
            Some(rate) => (rate, RateSource::Rule),
            None => (default_rate(currency), RateSource::CurrencyDefault),
        };
        Self {
            rule: Terms {
                points_per_unit: rate.get(),
                rounding: rule.rounding,
                include_tax: rule.include_tax,
                include_shipping: rule.include_shipping,
                include_tips: rule.include_tips,
                include_gift_cards: rule.include_gift_cards,
                award_on: rule.award_on,
                award_test_orders: rule.award_test_orders,
                validity_days: rule.validity_days.map(super::ValidityDays::get),
                negative_balance: rule.negative_balance,
                count_refund_discrepancies: rule.count_refund_discrepancies,
            },
            multiplier: multiplier.get(),
            rate_source,
            arithmetic: Arithmetic::Exact,
        }
    }
}
