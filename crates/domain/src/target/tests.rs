//! Targets case by case.

use super::*;
use crate::order::{FinancialStatus, OrderMessage};
use crate::testing::{OrderBuilder, at, refund};

fn state(order: OrderBuilder, refunds: &[RefundFacts]) -> OrderState {
    let mut state = OrderState::default();
    state.merge(order.message());
    refunds.iter().for_each(|refund| assert!(state.merge(OrderMessage::Refund(refund.clone()))));
    state
}

fn target(state: &OrderState, rule: &EarnRule) -> i64 {
    target_points(state, &RuleSnapshot::take(rule, Decimal::ONE))
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn points_are_rounded_once_and_per_major_unit() {
    for (code, gross, rate, factor, rounding, expected) in [
        ("EUR", 28_400, "10", "1", Rounding::Floor, 2_840),
        ("JPY", 284, "10", "1", Rounding::Floor, 2_840),
        ("KWD", 1_234, "10", "1", Rounding::Floor, 12),
        ("EUR", 999, "0.5", "1", Rounding::Floor, 4),
        ("EUR", 999, "0.5", "1", Rounding::HalfUp, 5),
        ("EUR", 900, "0.5", "1", Rounding::HalfUp, 5),
        ("EUR", 899, "0.5", "1", Rounding::HalfUp, 4),
        ("EUR", 801, "0.5", "1", Rounding::Ceil, 5),
        ("EUR", 800, "0.5", "1", Rounding::Ceil, 4),
        ("EUR", 293, "10", "1.5", Rounding::Floor, 43),
        ("EUR", i64::MAX, "1000000", "1000", Rounding::Ceil, POINTS_PER_ORDER_MAX),
        ("EUR", 100, "0", "1", Rounding::Ceil, 0),
        ("EUR", 0, "10", "1", Rounding::Ceil, 0),
    ] {
        let rule = EarnRule { points_per_unit: decimal(rate), rounding, ..EarnRule::default() };
        let state = state(OrderBuilder::new().currency(code).line(gross, 1), &[]);
        let points = target_points(&state, &RuleSnapshot::take(&rule, decimal(factor)));
        assert_eq!(points, expected, "{code} {gross} {rate} {factor} {rounding:?}");
    }
}

#[test]
fn when_an_order_earns() {
    let paid = || OrderBuilder::new().line(1_000, 1);
    let pending = || paid().status(FinancialStatus::Pending);
    let on = |award_on| EarnRule { award_on, ..EarnRule::default() };
    let cases = [
        (paid(), on(AwardOn::Paid), 100),
        (pending(), on(AwardOn::Paid), 0),
        (paid().status(FinancialStatus::Unknown), on(AwardOn::Paid), 0),
        (paid().status(FinancialStatus::PartiallyPaid), on(AwardOn::Paid), 0),
        (paid().status(FinancialStatus::PartiallyRefunded), on(AwardOn::Paid), 100),
        (paid().status(FinancialStatus::Refunded), on(AwardOn::Paid), 0),
        (pending(), on(AwardOn::Created), 100),
        (paid().status(FinancialStatus::Voided), on(AwardOn::Created), 0),
        (paid().status(FinancialStatus::Expired), on(AwardOn::Created), 0),
        (paid(), on(AwardOn::Fulfilled), 0),
        (paid().with(|d| d.fulfilled = true), on(AwardOn::Fulfilled), 100),
        (paid().with(|d| d.cancelled_at = Some(at(1))), on(AwardOn::Paid), 0),
        (paid().with(|d| d.test = true), on(AwardOn::Paid), 0),
        (paid().with(|d| d.test = true), EarnRule { award_test_orders: true, ..EarnRule::default() }, 100),
    ];
    for (order, rule, expected) in cases {
        let state = state(order, &[]);
        assert_eq!(target(&state, &rule), expected, "{state:?} {:?}", rule.award_on);
    }
    let mut seen = state(paid(), &[]);
    seen.merge(paid().status(FinancialStatus::PartiallyPaid).updated(9).message());
    assert_eq!(target(&seen, &EarnRule::default()), 100, "an edit after payment leaves it paid");
}

#[test]
fn taxes_shipping_tips_and_gift_cards_are_as_the_rule_says() {
    let order = || {
        OrderBuilder::new()
            .line_with(1_000, 1, |line| (line.discount, line.tax) = (100, 60))
            .line_with(5_000, 1, |line| line.gift_card = true)
            .line_with(300, 1, |line| line.tip = true)
            .with(|d| (d.shipping, d.shipping_tax, d.tip) = (500, 30, 300))
    };
    let included = || order().with(|d| d.taxes_included = true);
    let rule = EarnRule::default;
    for (order, rule, expected) in [
        (order(), rule(), 900),
        (order(), EarnRule { include_tax: true, ..rule() }, 960),
        (included(), rule(), 840),
        (included(), EarnRule { include_tax: true, ..rule() }, 900),
        (order(), EarnRule { include_shipping: true, ..rule() }, 1_400),
        (order(), EarnRule { include_shipping: true, include_tax: true, ..rule() }, 1_490),
        (included(), EarnRule { include_shipping: true, ..rule() }, 1_310),
        (order(), EarnRule { include_tips: true, ..rule() }, 1_200),
        (order(), EarnRule { include_gift_cards: true, ..rule() }, 5_900),
    ] {
        assert_eq!(eligible_minor(&state(order, &[]), &rule), expected, "{rule:?}");
    }
    let unlisted = OrderBuilder::new().with(|d| d.tip = 300);
    assert_eq!(eligible_minor(&state(unlisted, &[]), &EarnRule { include_tips: true, ..rule() }), 300);
}

#[test]
fn refunds_and_edits_take_their_share_and_never_more() {
    let order = || OrderBuilder::new().line(10_000, 3).line(700, 1);
    let edited = |units| order().with(|d| d.lines[0].edited_out = units);
    for (order, refunds, expected) in [
        (order(), vec![refund(1, &[(1, 1, 3_333)])], 7_367),
        (order(), vec![refund(1, &[(1, 1, 3_333)]), refund(2, &[(1, 2, 6_667)])], 700),
        (order(), vec![refund(1, &[(1, 3, 99_999)])], 700),
        (order(), vec![refund(1, &[(9, 1, 5_000)])], 10_700),
        (order(), vec![refund(1, &[(1, 1, -500)])], 10_700),
        (edited(1), vec![], 6_666 + 700),
        (edited(3), vec![], 700),
        (edited(9), vec![], 700),
        (edited(1), vec![refund(1, &[(1, 1, 3_333)])], 3_333 + 700),
        (edited(1), vec![refund(1, &[(1, 2, 6_666)])], 700),
    ] {
        assert_eq!(eligible_minor(&state(order, &refunds), &EarnRule::default()), expected, "{refunds:?}");
    }
    let shipped = order().with(|d| d.shipping = 500);
    let back = RefundFacts { shipping: 200, ..refund(1, &[]) };
    let rule = EarnRule { include_shipping: true, ..EarnRule::default() };
    assert_eq!(eligible_minor(&state(shipped, &[back]), &rule), 11_000);
}
