//! A merchant's rule as configured. Each field is of a type that holds valid values only, so that a rule which could be read
//! can be used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AwardOn, Factor, NegativeBalance, Rate, Rounding, ValidityDays};

/// A merchant's rule for earning on orders. In JSON every field may be absent and has its default then; a field that is not
/// one of these is refused, since it would be a setting without effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EarnRule {
    /// Points per major unit of the shop's currency; absent: [`default_rate`](super::default_rate) of that currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points_per_unit: Option<Rate>,
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
    /// When an order earns.
    pub award_on: AwardOn,
    /// Orders of test gateways earn, for development shops.
    pub award_test_orders: bool,
    /// Days until earned points expire; `null`: never.
    pub validity_days: Option<ValidityDays>,
    /// Policy for points already spent.
    pub negative_balance: NegativeBalance,
    /// What was given back counts as the refund's discrepancies say (an amount without lines, a restocking fee); else lines
    /// count with their full value, and nothing else does.
    pub count_refund_discrepancies: bool,
    /// Factor by RFM segment; segments not named have 1.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub multipliers: BTreeMap<String, Factor>,
}

impl Default for EarnRule {
    fn default() -> Self {
        Self {
            points_per_unit: None,
            rounding: Rounding::default(),
            include_tax: false,
            include_shipping: false,
            include_tips: false,
            include_gift_cards: false,
            award_on: AwardOn::default(),
            award_test_orders: false,
            validity_days: Some(ValidityDays::YEAR),
            negative_balance: NegativeBalance::default(),
            count_refund_discrepancies: true,
            multipliers: BTreeMap::new(),
        }
    }
}

impl EarnRule {
    /// Returns the factor for a customer of this segment.
    #[must_use]
    pub fn multiplier_for(&self, segment: Option<&str>) -> Factor {
        segment.and_then(|name| self.multipliers.get(name)).copied().unwrap_or(Factor::ONE)
    }
}
