//! What an order is worth: from its facts and a rule to the points it should have earned by now.
//!
//! Everything is computed anew from totals, never from the last result, so that any sequence of refunds and edits ends
//! where the whole of it would. Integer arithmetic throughout; rounding to points happens once, at the end.

use rust_decimal::Decimal;

use crate::ids::ShopifyLineId;
use crate::money::Minor;
use crate::order::{LineFacts, OrderDocument, OrderState, RefundFacts};
use crate::rule::{AwardOn, EarnRule, Rounding, RuleSnapshot};

/// Most points one order can earn; beyond it the target saturates.
pub const POINTS_PER_ORDER_MAX: i64 = 1_000_000_000;

/// The amount that earns, in minor units of the shop's currency: what is left of the order after discounts, refunds
/// and edits, with taxes, shipping, tips and gift cards as the rule says. Never negative. Whether the order has earned
/// at all is not considered here.
#[must_use]
pub fn eligible_minor(state: &OrderState, rule: &EarnRule) -> Minor {
    let Some(document) = &state.document else { return 0 };
    let basis = Basis { document, state, include_tax: rule.include_tax };
    let earning = |line: &&LineFacts| (rule.include_gift_cards || !line.gift_card) && (rule.include_tips || !line.tip);
    let mut total: i128 = document.lines.iter().filter(earning).map(|line| basis.line(line)).sum();
    if rule.include_tips && !document.lines.iter().any(|line| line.tip) {
        total += i128::from(document.tip.max(0));
    }
    if rule.include_shipping {
        total += basis.shipping();
    }
    i64::try_from(total).unwrap_or(i64::MAX)
}

/// The points the order should have earned by now under the rule: 0 while or if it does not earn, never negative, at
/// most [`POINTS_PER_ORDER_MAX`].
#[must_use]
pub fn target_points(state: &OrderState, snapshot: &RuleSnapshot) -> i64 {
    if !earns(state, &snapshot.rule) {
        return 0;
    }
    let Some(document) = &state.document else { return 0 };
    let eligible = eligible_minor(state, &snapshot.rule);
    points(eligible, document.currency.exponent(), snapshot)
}

fn earns(state: &OrderState, rule: &EarnRule) -> bool {
    let Some(document) = &state.document else { return false };
    let alive = document.cancelled_at.is_none() && !document.financial_status.is_void();
    let counts = !document.test || rule.award_test_orders;
    let happened = match rule.award_on {
        AwardOn::Paid => state.paid_seen,
        AwardOn::Created => true,
        AwardOn::Fulfilled => state.fulfilled_seen,
    };
    alive && counts && happened
}

/// The money side of one order under one tax treatment.
struct Basis<'a> {
    document: &'a OrderDocument,
    state: &'a OrderState,
    include_tax: bool,
}

impl Basis<'_> {
    /// An amount with its tax in or out, as the rule wants it.
    fn taxed(&self, amount: Minor, tax: Minor) -> i128 {
        let (amount, tax) = (i128::from(amount), i128::from(tax));
        match (self.document.taxes_included, self.include_tax) {
            (true, false) => amount - tax,
            (false, true) => amount + tax,
            _ => amount,
        }
    }

    /// What is left of a line. Refunds take their recorded value, at most all there is; units removed by an edit take
    /// their share of what the refunds left, so that nothing is left of a line without units.
    fn line(&self, line: &LineFacts) -> i128 {
        let base = (self.taxed(line.gross, line.tax) - i128::from(line.discount)).max(0);
        let (refunded_units, refunded) = self.refunded(line.line_id);
        let left = base - refunded.clamp(0, base);
        if line.edited_out <= 0 {
            return left;
        }
        let units_before_edit = i128::from(line.quantity) - refunded_units;
        let units_left = units_before_edit - i128::from(line.edited_out);
        if units_left <= 0 { 0 } else { left * units_left / units_before_edit }
    }

    /// Units and value refunded of a line, over all refunds.
    fn refunded(&self, line_id: ShopifyLineId) -> (i128, i128) {
        let of_line = self.state.refunds.values().flat_map(|refund| &refund.lines).filter(|row| row.line_id == line_id);
        of_line.fold((0, 0), |(units, value), row| {
            (units + i128::from(row.quantity), value + self.taxed(row.subtotal, row.tax))
        })
    }

    fn shipping(&self) -> i128 {
        let base = self.taxed(self.document.shipping, self.document.shipping_tax).max(0);
        let of_refund = |refund: &RefundFacts| self.taxed(refund.shipping, refund.shipping_tax);
        let refunded: i128 = self.state.refunds.values().map(of_refund).sum();
        base - refunded.clamp(0, base)
    }
}

/// eligible × rate × multiplier in whole points. The factors are taken apart into integers, so the product is exact
/// within the bounds of [`EarnRule::validate`]; beyond them it saturates.
fn points(eligible: Minor, exponent: u32, snapshot: &RuleSnapshot) -> i64 {
    let (rate, rate_scale) = integer_and_scale(snapshot.rule.points_per_unit);
    let (factor, factor_scale) = integer_and_scale(snapshot.multiplier);
    let Some(product) = i128::from(eligible).checked_mul(rate).and_then(|p| p.checked_mul(factor)) else {
        return POINTS_PER_ORDER_MAX;
    };
    if product <= 0 {
        return 0;
    }
    // A divisor beyond 128 bits exceeds twice any product.
    let divisor = 10_i128.checked_pow(exponent + rate_scale + factor_scale).unwrap_or(i128::MAX);
    let (whole, rest) = (product / divisor, product % divisor);
    let round_up = match snapshot.rule.rounding {
        Rounding::Floor => false,
        Rounding::HalfUp => rest >= divisor - rest,
        Rounding::Ceil => rest > 0,
    };
    i64::try_from(whole).unwrap_or(i64::MAX).saturating_add(i64::from(round_up)).min(POINTS_PER_ORDER_MAX)
}

fn integer_and_scale(value: Decimal) -> (i128, u32) {
    let value = value.normalize();
    (value.mantissa().max(0), value.scale())
}

#[cfg(test)]
mod tests;
