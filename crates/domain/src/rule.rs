//! How a merchant's programme turns purchases into points: as configured ([`EarnRule`], always valid) and as snapshotted at
//! an order's first award ([`RuleSnapshot`], which decides about that order from then on).
//!
//! The JSON of both is stored. A new field of a snapshot must keep the meaning of the snapshots that lack it.

use serde::{Deserialize, Serialize};

mod default_rate;
mod earn_rule;
mod snapshot;
mod values;

pub use default_rate::default_rate;
pub use earn_rule::EarnRule;
pub use snapshot::{Arithmetic, RateSource, RuleSnapshot, Terms};
pub use values::{Factor, Rate, RuleError, ValidityDays};

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
    /// It was paid in full. What is added later earns when it is paid, too.
    #[default]
    Paid,
    /// It exists, paid or not.
    Created,
    /// It was fulfilled, paid or not.
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

// serde's `skip_serializing_if` passes references.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_false(value: &bool) -> bool {
    !*value
}
