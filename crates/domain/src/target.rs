//! What an order is worth: from its facts and the terms it was first awarded under to the points it should have earned by now.
//!
//! Everything is computed anew from totals, never from the last result, so that any sequence of refunds and edits ends
//! where the whole of it would. Fractions are exact; rounding to points happens once, at the end.

use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::ledger::POINTS_MAX;
use crate::order::{OrderDocument, OrderState};
use crate::rule::{Arithmetic, AwardOn, RuleSnapshot, Terms};

mod base;

/// Most points of an order whose snapshot has [`Arithmetic::PerLine`].
const PER_LINE_POINTS_MAX: i64 = 1_000_000_000;

/// Why an order has no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// More points than a balance may hold, or amounts beyond 128-bit arithmetic.
    #[error("the order is worth more than {POINTS_MAX} points, or its amounts are out of range")]
    OutOfRange,
}

/// Returns the points that the order should have earned by now under these terms: 0 while or if it does not earn, never
/// negative.
///
/// # Errors
/// Fails with [`TargetError::OutOfRange`] when that is not 0 to [`POINTS_MAX`].
pub fn target_points(state: &OrderState, snapshot: &RuleSnapshot) -> Result<i64, TargetError> {
    let Some(document) = &state.document else { return Ok(0) };
    let terms = &snapshot.rule;
    if !earns(state, document, terms) {
        return Ok(0);
    }
    let points = base::earning_base(state, document, terms, snapshot.arithmetic)
        .and_then(|base| points(base, document.currency.exponent(), snapshot));
    match snapshot.arithmetic {
        Arithmetic::Exact => points.filter(|points| *points <= POINTS_MAX).ok_or(TargetError::OutOfRange),
        Arithmetic::PerLine => Ok(points.unwrap_or(PER_LINE_POINTS_MAX).min(PER_LINE_POINTS_MAX)),
    }
}

fn earns(state: &OrderState, document: &OrderDocument, terms: &Terms) -> bool {
    let alive = document.cancelled_at.is_none() && !document.financial_status.is_void();
    let counts = !document.test || terms.award_test_orders;
    let happened = match terms.award_on {
        AwardOn::Paid => state.paid_seen,
        AwardOn::Created => true,
        AwardOn::Fulfilled => state.fulfilled_seen,
    };
    alive && counts && happened
}

/// base × rate × multiplier in whole points. The factors are taken apart into integers, so the product is exact.
fn points(base: Fraction, exponent: u32, snapshot: &RuleSnapshot) -> Option<i64> {
    let (rate, rate_decimals) = integer_and_decimals(snapshot.rule.points_per_unit);
    let (factor, factor_decimals) = integer_and_decimals(snapshot.multiplier);
    let decimals = exponent + rate_decimals + factor_decimals;
    let points = base.scaled(rate.checked_mul(factor)?, decimals, snapshot.rule.rounding)?;
    i64::try_from(points).ok()
}

fn integer_and_decimals(value: Decimal) -> (i128, u32) {
    let value = value.normalize();
    (value.mantissa().max(0), value.scale())
}

#[cfg(test)]
mod tests;
