//! The numbers of a rule as types that hold valid values only: whoever has one need not check it.

use std::fmt;

use rust_decimal::Decimal;
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

/// Most points per currency unit that a rule may give.
const POINTS_PER_UNIT_MAX: u32 = 1_000_000;
/// Largest multiplier of a segment.
const MULTIPLIER_MAX: u32 = 1_000;
/// Most digits after the point in a rate or multiplier.
const RATE_DECIMALS_MAX: u32 = 6;
/// Longest validity of points.
const VALIDITY_DAYS_MAX: u32 = 36_500;

/// Why a number cannot be part of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The rate is negative, too large or too fine.
    #[error("points_per_unit must be 0 to {POINTS_PER_UNIT_MAX} with at most {RATE_DECIMALS_MAX} decimals")]
    PointsPerUnit,
    /// A multiplier is negative, too large or too fine.
    #[error("a multiplier must be 0 to {MULTIPLIER_MAX} with at most {RATE_DECIMALS_MAX} decimals")]
    Multiplier,
    /// Points would expire at once, or after more than a lifetime.
    #[error("validity_days must be 1 to {VALIDITY_DAYS_MAX}, or null for points that do not expire")]
    ValidityDays,
}

/// Points for one major unit of a currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(Decimal);

/// What points are multiplied with for customers of a segment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Factor(Decimal);

/// Days until points expire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct ValidityDays(u32);

impl Rate {
    /// Returns the rate of `points` per major unit.
    ///
    /// # Errors
    /// Fails with [`RuleError::PointsPerUnit`] outside the bounds.
    pub fn new(points: Decimal) -> Result<Self, RuleError> {
        if within(points, POINTS_PER_UNIT_MAX) { Ok(Self(points)) } else { Err(RuleError::PointsPerUnit) }
    }

    /// Returns the rate of a small whole number of points per major unit.
    #[must_use]
    pub fn whole(points: u16) -> Self {
        Self(Decimal::from(points))
    }

    /// Returns the rate of so many millionths of a point; only for the table in this crate, which is within the bounds.
    pub(super) fn millionths(millionths: u32) -> Self {
        Self(Decimal::new(i64::from(millionths), RATE_DECIMALS_MAX).normalize())
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> Decimal {
        self.0
    }
}

impl Factor {
    /// No change.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Returns the factor.
    ///
    /// # Errors
    /// Fails with [`RuleError::Multiplier`] outside the bounds.
    pub fn new(factor: Decimal) -> Result<Self, RuleError> {
        if within(factor, MULTIPLIER_MAX) { Ok(Self(factor)) } else { Err(RuleError::Multiplier) }
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> Decimal {
        self.0
    }
}

impl ValidityDays {
    /// A year.
    pub const YEAR: Self = Self(365);

    /// Returns the number of days as a validity.
    ///
    /// # Errors
    /// Fails with [`RuleError::ValidityDays`] outside the bounds.
    pub fn new(days: u32) -> Result<Self, RuleError> {
        if (1..=VALIDITY_DAYS_MAX).contains(&days) { Ok(Self(days)) } else { Err(RuleError::ValidityDays) }
    }

    /// Returns the number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

fn within(value: Decimal, max: u32) -> bool {
    value >= Decimal::ZERO && value <= Decimal::from(max) && value.normalize().scale() <= RATE_DECIMALS_MAX
}

impl<'de> Deserialize<'de> for ValidityDays {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let days = i64::deserialize(deserializer)?;
        let days = u32::try_from(days).map_err(|_| D::Error::custom(RuleError::ValidityDays))?;
        Self::new(days).map_err(D::Error::custom)
    }
}

/// Written as decimal text; a JSON number in settings that a person wrote is read, too.
macro_rules! as_decimal {
    ($type:ident) => {
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($type), self.0)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                decimal::serialize(&self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(decimal::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }
    };
}

as_decimal!(Rate);
as_decimal!(Factor);

/// Decimals in JSON: written as texts, read from texts and numbers.
pub(super) mod decimal {
    use rust_decimal::Decimal;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a decimal number, as text or number")]
    enum Written {
        Text(String),
        Integer(i64),
        Fraction(f64),
    }

    pub(in super::super) fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let read = match Written::deserialize(deserializer)? {
            Written::Text(text) => text.parse(),
            Written::Integer(integer) => Ok(Decimal::from(integer)),
            // The shortest text of the float is what was written.
            Written::Fraction(fraction) => fraction.to_string().parse(),
        };
        read.map_err(|_| D::Error::custom("not a decimal number"))
    }
}
