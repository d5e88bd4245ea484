//! The amount that earns: what was paid for goods less what was given back for goods, with taxes, shipping, tips and gift cards
//! as the terms say. Whether the order has earned at all is not considered here.

use crate::fraction::Fraction;
use crate::ids::ShopifyLineId;
use crate::money::{Minor, rescale};
use crate::order::{AdjustmentFacts, LineFacts, OrderDocument, OrderState, RefundFacts};
use crate::rule::{Arithmetic, AwardOn, Terms};

/// Returns the earning base in minor units of the order's currency, never negative; `None` when it is out of range.
pub(super) fn earning_base(
    state: &OrderState,
    document: &OrderDocument,
    terms: &Terms,
    arithmetic: Arithmetic,
) -> Option<Fraction> {
    let order = Order { state, document, terms, exponent: document.currency.exponent() };
    let exact = arithmetic == Arithmetic::Exact;
    let mut goods = order.goods(exact)?;
    if exact && terms.count_refund_discrepancies {
        goods = goods.left.plus(-order.given_back_beside_lines()?).map(|left| Goods { left, ..goods })?;
    }
    let mut base = goods.left.within(goods.paid_for);
    if terms.include_shipping {
        base = base.plus(order.shipping())?;
    }
    if exact && terms.award_on == AwardOn::Paid {
        base = base.plus(-i128::from(document.outstanding))?.within(i128::MAX);
    }
    Some(base)
}

/// What the goods of an order come to.
#[derive(Clone, Copy)]
struct Goods {
    /// Before refunds and edits.
    paid_for: i128,
    /// After them.
    left: Fraction,
}

/// An order's money under its terms.
struct Order<'a> {
    state: &'a OrderState,
    document: &'a OrderDocument,
    terms: &'a Terms,
    exponent: u32,
}

impl Order<'_> {
    /// All lines that earn, and tips if they do.
    fn goods(&self, exact: bool) -> Option<Goods> {
        let mut goods = Goods { paid_for: 0, left: Fraction::ZERO };
        for line in self.document.lines.iter().filter(|line| self.earns(line)) {
            let paid_for = self.paid_for(line);
            goods.paid_for = goods.paid_for.checked_add(paid_for)?;
            goods.left = self.add_left(goods.left, line, paid_for, exact)?;
        }
        if self.terms.include_tips && !self.document.lines.iter().any(|line| line.tip) {
            let tip = i128::from(self.document.tip.max(0));
            goods = Goods { paid_for: goods.paid_for.checked_add(tip)?, left: goods.left.plus(tip)? };
        }
        Some(goods)
    }

    fn earns(&self, line: &LineFacts) -> bool {
        (self.terms.include_gift_cards || !line.gift_card) && (self.terms.include_tips || !line.tip)
    }

    fn paid_for(&self, line: &LineFacts) -> i128 {
        (self.taxed(i128::from(line.gross), i128::from(line.tax)) - i128::from(line.discount)).max(0)
    }

    /// An amount with its tax in or out, as the terms want it.
    fn taxed(&self, amount: i128, tax: i128) -> i128 {
        match (self.document.taxes_included, self.terms.include_tax) {
            (true, false) => amount - tax,
            (false, true) => amount + tax,
            _ => amount,
        }
    }

    /// Adds what is left of a line. Refunds take their recorded value, at most all there is; units removed by an edit take
    /// their share of what the refunds left, so that nothing is left of a line without units.
    fn add_left(&self, sum: Fraction, line: &LineFacts, paid_for: i128, exact: bool) -> Option<Fraction> {
        let (refunded_units, refunded) = self.refunded(line.line_id);
        let left = paid_for - refunded.clamp(0, paid_for);
        if line.edited_out <= 0 {
            return sum.plus(left);
        }
        let units_before_edit = i128::from(line.quantity) - refunded_units;
        let units_left = units_before_edit - i128::from(line.edited_out);
        if units_left <= 0 {
            return Some(sum);
        }
        let share = left.checked_mul(units_left)?;
        if exact { sum.plus_share(share, units_before_edit) } else { sum.plus(share / units_before_edit) }
    }

    /// Units and value refunded of a line, over all refunds.
    fn refunded(&self, line_id: ShopifyLineId) -> (i128, i128) {
        let mut refunded = (0, 0);
        for refund in self.state.refunds.values() {
            for row in refund.lines.iter().filter(|row| row.line_id == line_id) {
                let of_row = |amount| self.minor(amount, refund.decimals);
                refunded.0 += i128::from(row.quantity);
                refunded.1 += self.taxed(of_row(row.subtotal), of_row(row.tax));
            }
        }
        refunded
    }

    /// What refunds gave back beyond the value of their lines, or kept of it (negative). No refund takes money: one that kept
    /// more than its earning lines are worth gave nothing back of them.
    fn given_back_beside_lines(&self) -> Option<i128> {
        let with_adjustments = self.state.refunds.values().filter(|refund| !refund.adjustments.is_empty());
        with_adjustments
            .map(|refund| self.discrepancy(refund).max(-self.earning_lines(refund)))
            .try_fold(0, i128::checked_add)
    }

    /// A refund's discrepancies with the sign turned: positive when more was given back than the lines say.
    fn discrepancy(&self, refund: &RefundFacts) -> i128 {
        let of_one = |adjustment: &AdjustmentFacts| {
            let tax = if self.terms.include_tax { self.minor(adjustment.tax, adjustment.decimals) } else { 0 };
            self.minor(adjustment.amount, adjustment.decimals) + tax
        };
        -refund.adjustments.iter().map(of_one).sum::<i128>()
    }

    /// The value of a refund's lines that earn, at least 0.
    fn earning_lines(&self, refund: &RefundFacts) -> i128 {
        let earns = |id: ShopifyLineId| self.document.lines.iter().any(|line| line.line_id == id && self.earns(line));
        let of_row = |amount| self.minor(amount, refund.decimals);
        let rows = refund.lines.iter().filter(|row| earns(row.line_id));
        rows.map(|row| self.taxed(of_row(row.subtotal), of_row(row.tax))).sum::<i128>().max(0)
    }

    fn shipping(&self) -> i128 {
        let base = self.taxed(i128::from(self.document.shipping), i128::from(self.document.shipping_tax)).max(0);
        let of_refund = |refund: &RefundFacts| {
            let of_row = |amount| self.minor(amount, refund.decimals);
            self.taxed(of_row(refund.shipping), of_row(refund.shipping_tax))
        };
        let refunded: i128 = self.state.refunds.values().map(of_refund).sum();
        base - refunded.clamp(0, base)
    }

    /// An amount of a refund in minor units of the order's currency.
    fn minor(&self, amount: Minor, decimals: Option<u32>) -> i128 {
        match decimals {
            None => i128::from(amount),
            Some(decimals) => rescale(amount, decimals, self.exponent),
        }
    }
}
