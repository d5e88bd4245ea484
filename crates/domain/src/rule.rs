//! How a merchant's programme turns purchases into points, as configured and as snapshotted at an order's first award.
//!
//! The JSON is what merchants' settings hold: every field has a default, and adding a field must keep the meaning of
//! snapshots that lack it.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Most points per currency unit a rule may give.
pub const POINTS_PER_UNIT_MAX: i64 = 1_000_000;
/// Largest multiplier of a segment.
pub const MULTIPLIER_MAX: i64 = 1_000;
/// Most digits after the point in a rate or multiplier.
pub const RATE_DECIMALS_MAX: u32 = 6;
/// Longest validity of points.
pub const VALIDITY_DAYS_MAX: u32 = 36_500;

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The rate is negative, too large or too fine.
    #[error("points_per_unit must be 0 to {POINTS_PER_UNIT_MAX} with at most {RATE_DECIMALS_MAX} decimals")]
    PointsPerUnit,
    /// A multiplier is negative, too large or too fine.
    #[error("the multiplier of {0:?} must be 0 to {MULTIPLIER_MAX} with at most {RATE_DECIMALS_MAX} decimals")]
    Multiplier(String),
    /// Points would expire at once or never in a lifetime.
    #[error("validity_days must be 1 to {VALIDITY_DAYS_MAX}, or absent for points that do not expire")]
    ValidityDays,
}

/// What to do with the fraction of a point; applied once per order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Drop it.
    #[default]
    Floor,
    /// A half or more becomes a point.
    HalfUp,
    /// Any fraction becomes a point.
    Ceil,
}

/// What must have happened to an order for it to earn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AwardOn {
    /// It was paid in full.
    #[default]
    Paid,
    /// It exists.
    Created,
    /// It was fulfilled.
    Fulfilled,
}

/// What happens when points must be taken back that the customer has already spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NegativeBalance {
    /// The balance goes below zero; later earnings pay it off.
    #[default]
    Allow,
    /// Only what is there is taken; the rest is recorded as the order's shortfall.
    Cap,
}

/// A merchant's rule for earning on orders.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EarnRule {
    /// Points per major unit of the shop's currency.
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
    /// When an order earns.
    pub award_on: AwardOn,
    /// Orders of test gateways earn, for development shops.
    pub award_test_orders: bool,
    /// Days until earned points expire; absent: never.
    pub validity_days: Option<u32>,
    /// Policy for points already spent.
    pub negative_balance: NegativeBalance,
    /// Factor by RFM segment; segments not named have 1.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "decimal::map")]
    pub multipliers: BTreeMap<String, Decimal>,
}

impl Default for EarnRule {
    fn default() -> Self {
        Self {
            points_per_unit: Decimal::TEN,
            rounding: Rounding::default(),
            include_tax: false,
            include_shipping: false,
            include_tips: false,
            include_gift_cards: false,
            award_on: AwardOn::default(),
            award_test_orders: false,
            validity_days: Some(365),
            negative_balance: NegativeBalance::default(),
            multipliers: BTreeMap::new(),
        }
    }
}

impl EarnRule {
    /// Checks the bounds within which the arithmetic is exact.
    ///
    /// # Errors
    /// The first field out of bounds.
    pub fn validate(&self) -> Result<(), RuleError> {
        if !within(self.points_per_unit, POINTS_PER_UNIT_MAX) {
            return Err(RuleError::PointsPerUnit);
        }
        if let Some((segment, _)) = self.multipliers.iter().find(|(_, factor)| !within(**factor, MULTIPLIER_MAX)) {
            return Err(RuleError::Multiplier(segment.clone()));
        }
        if self.validity_days.is_some_and(|days| days == 0 || days > VALIDITY_DAYS_MAX) {
            return Err(RuleError::ValidityDays);
        }
        Ok(())
    }

    /// The factor for a customer of this segment.
    #[must_use]
    pub fn multiplier_for(&self, segment: Option<&str>) -> Decimal {
        segment.and_then(|name| self.multipliers.get(name)).copied().unwrap_or(Decimal::ONE)
    }
}

fn within(value: Decimal, max: i64) -> bool {
    value >= Decimal::ZERO && value <= Decimal::from(max) && value.normalize().scale() <= RATE_DECIMALS_MAX
}

/// The rule and factor under which an order was first awarded: it is judged by them for ever after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSnapshot {
    /// The rule, without the table of multipliers.
    pub rule: EarnRule,
    /// The customer's factor at that time.
    #[serde(default = "one", with = "decimal")]
    pub multiplier: Decimal,
}

fn one() -> Decimal {
    Decimal::ONE
}

impl RuleSnapshot {
    /// Takes down the rule as it is now.
    #[must_use]
    pub fn take(rule: &EarnRule, multiplier: Decimal) -> Self {
        Self { rule: EarnRule { multipliers: BTreeMap::new(), ..rule.clone() }, multiplier }
    }
}

/// Decimals are written as texts; a JSON number in hand-written settings is read too.
mod decimal {
    use std::collections::BTreeMap;

    use rust_decimal::Decimal;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Text(String),
        Integer(i64),
        Fraction(f64),
    }

    impl Written {
        fn read(self) -> Result<Decimal, rust_decimal::Error> {
            match self {
                Self::Text(text) => text.parse(),
                Self::Integer(integer) => Ok(Decimal::from(integer)),
                // The shortest text of the float is what was written.
                Self::Fraction(fraction) => fraction.to_string().parse(),
            }
        }
    }

    pub(super) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        Written::deserialize(deserializer)?.read().map_err(D::Error::custom)
    }

    pub(super) fn map<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Decimal>, D::Error> {
        let written = BTreeMap::<String, Written>::deserialize(deserializer)?;
        let read = |(name, value): (String, Written)| Ok((name, value.read().map_err(D::Error::custom)?));
        written.into_iter().map(read).collect()
    }
}
