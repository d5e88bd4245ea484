//! Why a webhook's order cannot be processed, now or later: its job is dead, and a person decides.

use std::fmt;

use domain::PlanError;
use store::StoreError;

/// A reason, with a class that stays the same when its text does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// By what dead letters are counted and found.
    pub class: &'static str,
    /// What is wrong, and what to do about it.
    pub reason: String,
}

impl Refusal {
    /// The record of the webhook cannot be used.
    pub(super) fn record(reason: impl Into<String>) -> Self {
        Self { class: "unusable_record", reason: reason.into() }
    }

    /// The merchant's stored rule is not valid. No default takes its place: the points would be wrong.
    pub(super) fn rule(merchant_id: &str, error: &StoreError) -> Self {
        let why = std::error::Error::source(error).map_or_else(String::new, |source| format!(": {source}"));
        let reason = format!("{error} for merchant {merchant_id}{why}; correct the rule, then replay the job");
        Self { class: "invalid_earn_rule", reason }
    }

    /// The order's points cannot be planned.
    pub(super) fn plan(error: &PlanError) -> Self {
        match error.is_out_of_range() {
            true => Self {
                class: "points_out_of_range",
                reason: format!(
                    "{error}; lower the merchant's points_per_unit or correct the order, then replay the job"
                ),
            },
            false => Self::record(error.to_string()),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
