//! Targets case by case.

use super::*;
use crate::order::{AdjustmentFacts, FinancialStatus, OrderMessage, RefundFacts};
use crate::rule::{EarnRule, Factor, Rate, Rounding};
use crate::testing::{OrderBuilder, at, refund, refund_with, snapshot};

fn state(order: OrderBuilder, refunds: &[RefundFacts]) -> OrderState {
    let mut state = OrderState::default();
    state.merge(order.message());
    refunds.iter().for_each(|refund| assert!(state.merge(OrderMessage::Refund(refund.clone()))));
    state
}

fn target(state: &OrderState, rule: &EarnRule) -> i64 {
    target_points(state, &snapshot(rule)).unwrap()
}

/// The earning base, in whole minor units.
fn base(state: &OrderState, rule: &EarnRule) -> i128 {
    let document = state.document.as_ref().unwrap();
    super::base::earning_base(state, document, &snapshot(rule).rule, Arithmetic::Exact).unwrap().floor()
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
        ("IDR", 7_500_000_000, "10", "1", Rounding::Floor, 750_000_000),
        ("IDR", 9_007_199_254_740_991, "100", "1", Rounding::Floor, POINTS_MAX),
        ("EUR", 100, "0", "1", Rounding::Ceil, 0),
        ("EUR", 0, "10", "1", Rounding::Ceil, 0),
    ] {
        let points_per_unit = Some(Rate::new(decimal(rate)).unwrap());
        let rule = EarnRule { points_per_unit, rounding, ..EarnRule::default() };
        let state = state(OrderBuilder::new().currency(code).line(gross, 1), &[]);
        let currency = state.document.as_ref().unwrap().currency;
        let points = target_points(&state, &RuleSnapshot::take(&rule, Factor::new(decimal(factor)).unwrap(), currency));
        assert_eq!(points, Ok(expected), "{code} {gross} {rate} {factor} {rounding:?}");
    }
}

#[test]
fn more_points_than_a_balance_may_hold_are_an_error() {
    for (gross, rate) in [(i64::MAX, 1_000), (POINTS_MAX + 1, 100)] {
        let rule = EarnRule { points_per_unit: Some(Rate::whole(rate)), ..EarnRule::default() };
        let state = state(OrderBuilder::new().line(gross, 1), &[]);
        assert_eq!(target_points(&state, &snapshot(&rule)), Err(TargetError::OutOfRange));
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
fn what_is_outstanding_does_not_earn_until_it_is_paid() {
    let partly = |outstanding: i64, seconds| {
        OrderBuilder::new()
            .status(FinancialStatus::PartiallyPaid)
            .updated(seconds)
            .with(|document| document.outstanding = outstanding)
    };
    let mut edited = state(OrderBuilder::new().line(5_000, 1), &[]);
    assert_eq!(target(&edited, &EarnRule::default()), 500);
    edited.merge(partly(10_000, 1).line(5_000, 1).line(10_000, 1).message());
    assert_eq!(target(&edited, &EarnRule::default()), 500, "the added line is not paid yet");
    for (award_on, expected) in [(AwardOn::Created, 1_500), (AwardOn::Fulfilled, 0)] {
        assert_eq!(target(&edited, &EarnRule { award_on, ..EarnRule::default() }), expected);
    }
    edited.merge(partly(99_000, 2).line(5_000, 1).line(10_000, 1).message());
    assert_eq!(target(&edited, &EarnRule::default()), 0, "never below zero");
    edited.merge(OrderBuilder::new().line(5_000, 1).line(10_000, 1).updated(3).message());
    assert_eq!(target(&edited, &EarnRule::default()), 1_500, "now it is");

    let mut deposit = state(partly(6_000, 0).line(10_000, 1), &[]);
    let refunded = |outstanding: i64, seconds| {
        partly(outstanding, seconds).status(FinancialStatus::PartiallyRefunded).line(10_000, 1)
    };
    deposit.merge(OrderMessage::Order { document: refunded(6_000, 1).document(), refunds: vec![] });
    assert_eq!(target(&deposit, &EarnRule::default()), 0, "a deposit is not a payment in full");
    deposit.merge(refunded(0, 2).message());
    assert_eq!(target(&deposit, &EarnRule::default()), 1_000);
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
        assert_eq!(base(&state(order, &[]), &rule), expected, "{rule:?}");
    }
    let unlisted = OrderBuilder::new().with(|d| d.tip = 300);
    assert_eq!(base(&state(unlisted, &[]), &EarnRule { include_tips: true, ..rule() }), 300);
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
        assert_eq!(base(&state(order, &refunds), &EarnRule::default()), expected, "{refunds:?}");
    }
    let shipped = order().with(|d| d.shipping = 500);
    let back = RefundFacts { shipping: 200, ..refund(1, &[]) };
    let rule = EarnRule { include_shipping: true, ..EarnRule::default() };
    assert_eq!(base(&state(shipped, &[back]), &rule), 11_000);
}

#[test]
fn what_was_given_back_is_the_lines_value_less_the_discrepancies() {
    let order = || OrderBuilder::new().line(10_000, 1);
    let two = || order().line(5_000, 1);
    let with_gift_card = || order().line_with(5_000, 1, |line| line.gift_card = true);
    let cases = [
        ("an amount without lines", order(), vec![refund_with(1, &[], &[(1, -9_000)])], 1_000),
        ("a restocking fee", order(), vec![refund_with(1, &[(1, 1, 10_000)], &[(1, 2_000)])], 2_000),
        ("more than the lines are worth", two(), vec![refund_with(1, &[(1, 1, 10_000)], &[(1, -1_000)])], 4_000),
        (
            "lines restocked and nothing given back",
            order(),
            vec![refund_with(1, &[(1, 1, 10_000)], &[(1, 10_000)])],
            10_000,
        ),
        (
            "and given back later",
            order(),
            vec![refund_with(1, &[(1, 1, 10_000)], &[(1, 10_000)]), refund_with(2, &[], &[(2, -10_000)])],
            0,
        ),
        ("pending, then settled", order(), vec![refund_with(1, &[(1, 1, 10_000)], &[(1, 10_000), (2, -10_000)])], 0),
        ("more than was paid", order(), vec![refund_with(1, &[], &[(1, -99_000)])], 0),
        ("a fee on nothing", order(), vec![refund_with(1, &[], &[(1, 500)])], 10_000),
        ("a fee larger than the line", two(), vec![refund_with(1, &[(2, 1, 5_000)], &[(1, 9_000)])], 15_000),
        ("a fee on a gift card", with_gift_card(), vec![refund_with(1, &[(2, 1, 5_000)], &[(1, 500)])], 10_000),
    ];
    for (what, order, refunds, expected) in cases {
        let state = state(order, &refunds);
        assert_eq!(base(&state, &EarnRule::default()), expected, "{what}");
        let switched_off = EarnRule { count_refund_discrepancies: false, ..EarnRule::default() };
        let lines_only: Vec<_> = refunds.into_iter().map(|r| RefundFacts { adjustments: vec![], ..r }).collect();
        let without = self::state(OrderBuilder::default().with(|d| *d = state.document.clone().unwrap()), &lines_only);
        assert_eq!(base(&state, &switched_off), base(&without, &EarnRule::default()), "{what}, not counted");
    }
    let taxed = refund_with(1, &[], &[]);
    let adjustments = vec![AdjustmentFacts { id: 1, amount: -1_000, tax: -190, decimals: None }];
    let taxed = state(order(), &[RefundFacts { adjustments, ..taxed }]);
    assert_eq!(base(&taxed, &EarnRule::default()), 9_000);
    assert_eq!(base(&taxed, &EarnRule { include_tax: true, ..EarnRule::default() }), 8_810);
}

#[test]
fn shares_of_lines_are_exact_until_the_points_are_rounded() {
    let line = |order: OrderBuilder| order.line_with(51, 3, |line| (line.discount, line.edited_out) = (1, 2));
    let order = line(line(line(OrderBuilder::new())));
    assert_eq!(target(&state(order, &[]), &EarnRule::default()), 5, "3 x 50/3 minor units");
}

#[test]
fn a_refund_that_names_no_currency_counts_in_the_orders() {
    let nameless = |subtotal, amount| RefundFacts {
        decimals: Some(6),
        adjustments: vec![AdjustmentFacts { id: 1, amount, tax: 0, decimals: Some(6) }],
        ..refund(1, &[(1, 1, subtotal)])
    };
    for (currency, gross, left) in [
        ("EUR", 10_000, 10_000 - 1_235 + 50),
        ("JPY", 10_000, 10_000 - 12 + 1),
        ("KWD", 100_000, 100_000 - 12_345 + 500),
    ] {
        let order = OrderBuilder::new().currency(currency).line(gross, 2);
        let state = state(order, &[nameless(12_345_000, 500_000)]);
        assert_eq!(base(&state, &EarnRule::default()), left, "{currency}");
    }
}

#[test]
fn an_order_awarded_under_an_older_version_is_judged_by_its_arithmetic() {
    let old: RuleSnapshot = serde_json::from_str(r#"{"rule":{"points_per_unit":"10","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow"},"multiplier":"1"}"#).unwrap();
    let shares = (0..3)
        .fold(OrderBuilder::new(), |order, _| order.line_with(51, 3, |line| (line.discount, line.edited_out) = (1, 2)));
    let unpaid = OrderBuilder::new().line(15_000, 2).with(|document| document.outstanding = 10_000);
    let huge = OrderBuilder::new().currency("IDR").line(i64::MAX, 1);
    for (order, refunds, expected) in [
        (shares, vec![], 4),
        (unpaid, vec![], 1_500),
        (huge, vec![], 1_000_000_000),
        (OrderBuilder::new().line(10_000, 1), vec![refund_with(1, &[], &[(1, -9_000)])], 1_000),
    ] {
        assert_eq!(target_points(&state(order, &refunds), &old), Ok(expected));
    }
    let wild: RuleSnapshot =
        serde_json::from_str(r#"{"rule":{"points_per_unit":"-2.123456789","validity_days":0}}"#).unwrap();
    assert_eq!(target_points(&state(OrderBuilder::new().line(10_000, 1), &[]), &wild), Ok(0));
}
