//! Frozen JSON of what is stored. A change that breaks one of these breaks the rows of running shops: add fields with
//! defaults, and add a sample, but never edit one.

use rust_decimal::Decimal;
use serde::{Serialize, de::DeserializeOwned};

use crate::testing::{OrderBuilder, at, customer_id, refund, refund_with};
use crate::{
    AdjustmentFacts, Arithmetic, EarnRule, Factor, LineFacts, OrderLedger, OrderMessage, OrderState, Rate, RateSource,
    RefundFacts, RuleSnapshot, Terms,
};

fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, frozen: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), frozen);
    assert_eq!(serde_json::from_str::<T>(frozen).unwrap(), *value);
}

#[test]
fn an_order_state_of_version_1() {
    let mut state = OrderState::default();
    check(&state, "{}");
    let order = OrderBuilder::new().line_with(9_900, 1, |line| line.discount = 820).line(500, 3);
    state.merge(order.clone().updated(60).customer(None).with(|d| d.email = Some("ada@example.com".into())).message());
    state.merge(order.message());
    state.merge(OrderMessage::Refund(refund(9, &[(2, 1, 500)])));
    check(
        &state,
        r#"{"document":{"order_id":6200360403244,"updated_at":"2026-01-01T00:01:00Z","created_at":"2026-01-01T00:00:00Z","currency":"EUR","financial_status":"paid","lines":[{"line_id":1,"quantity":1,"gross":9900,"discount":820},{"line_id":2,"quantity":3,"gross":500}],"email":"ada@example.com"},"last_customer":{"seen_at":"2026-01-01T00:00:00Z","customer":{"customer_id":8658316394796}},"refunds":[{"refund_id":9,"order_id":6200360403244,"lines":[{"line_id":2,"quantity":1,"subtotal":500}],"created_at":"2026-01-01T00:00:09Z"}],"paid_seen":true}"#,
    );
    state.strip_personal_data();
    assert!(!serde_json::to_string(&state).unwrap().contains('@'));
}

#[test]
fn a_line_is_short() {
    let line: LineFacts =
        serde_json::from_str(r#"{"line_id":15518818468140,"quantity":1,"gross":9900,"discount":820}"#).unwrap();
    assert!(serde_json::to_string(&line).unwrap().len() <= 70);
}

#[test]
fn an_order_state_of_version_2() {
    let mut state = OrderState::default();
    let order = OrderBuilder::new().line(9_900, 1).status(crate::FinancialStatus::PartiallyRefunded);
    let adjusted = refund_with(9, &[], &[(77, -500)]);
    let document = order
        .with(|d| (d.outstanding, d.triggered_at) = (4_000, Some(at(0) + chrono::Duration::microseconds(1_500))))
        .document();
    state.merge(OrderMessage::Order { document, refunds: vec![adjusted] });
    let adjustments = vec![AdjustmentFacts { id: -1, amount: -5_000_000, tax: -500_000, decimals: Some(6) }];
    state.merge(OrderMessage::Refund(RefundFacts { adjustments, decimals: Some(6), ..refund(10, &[]) }));
    check(
        &state,
        r#"{"document":{"order_id":6200360403244,"updated_at":"2026-01-01T00:00:00Z","created_at":"2026-01-01T00:00:00Z","currency":"EUR","financial_status":"partially_refunded","lines":[{"line_id":1,"quantity":1,"gross":9900}],"outstanding":4000,"triggered_at":"2026-01-01T00:00:00.001500Z","customer":{"customer_id":8658316394796}},"refunds":[{"refund_id":9,"order_id":6200360403244,"created_at":"2026-01-01T00:00:09Z","adjustments":[{"id":77,"amount":-500}]},{"refund_id":10,"order_id":6200360403244,"created_at":"2026-01-01T00:00:10Z","adjustments":[{"id":-1,"amount":-5000000,"tax":-500000,"decimals":6}],"decimals":6}]}"#,
    );
}

#[test]
fn a_rule_of_version_2() {
    assert_eq!(serde_json::from_str::<EarnRule>("{}").unwrap(), EarnRule::default());
    let frozen = r#"{"points_per_unit":"2.5","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow","count_refund_discrepancies":true,"multipliers":{"Champions":"1.5"}}"#;
    let multipliers = [("Champions".to_owned(), Factor::new(Decimal::new(15, 1)).unwrap())].into();
    let points_per_unit = Some(Rate::new(Decimal::new(25, 1)).unwrap());
    check(&EarnRule { points_per_unit, multipliers, ..EarnRule::default() }, frozen);
}

#[test]
fn a_rule_of_version_1() {
    let frozen = r#"{"points_per_unit":"10","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow","multipliers":{"Champions":"1.5"}}"#;
    let rule = serde_json::from_str::<EarnRule>(frozen).unwrap();
    assert_eq!(rule.points_per_unit, Some(Rate::whole(10)));
    assert_eq!(rule.multiplier_for(Some("Champions")).to_string(), "1.5");
}

#[test]
fn settings_may_hold_numbers() {
    let written = r#"{"points_per_unit":2.5,"multipliers":{"Champions":1.1,"Lost":0,"New":"1.25"}}"#;
    let rule: EarnRule = serde_json::from_str(written).unwrap();
    assert_eq!(rule.points_per_unit.unwrap().to_string(), "2.5");
    assert_eq!(rule.multipliers.values().map(ToString::to_string).collect::<Vec<_>>(), ["1.1", "0", "1.25"]);
    assert_eq!((rule.multiplier_for(None), rule.multiplier_for(Some("Unknown"))), (Factor::ONE, Factor::ONE));
}

#[test]
fn a_rule_out_of_bounds_cannot_be_read() {
    for (written, reason) in [
        (r#"{"points_per_unit":-1}"#, "points_per_unit must be 0 to 1000000"),
        (r#"{"points_per_unit":1000001}"#, "points_per_unit must be 0 to 1000000"),
        (r#"{"points_per_unit":"0.0000001"}"#, "points_per_unit must be 0 to 1000000"),
        (r#"{"points_per_unit":"ten"}"#, "not a decimal number"),
        (r#"{"points_per_unit":[10]}"#, "expected a decimal number, as text or number"),
        (r#"{"multipliers":{"New":1001}}"#, "a multiplier must be 0 to 1000"),
        (r#"{"multipliers":{"New":-0.5}}"#, "a multiplier must be 0 to 1000"),
        (r#"{"validity_days":0}"#, "validity_days must be 1 to 36500"),
        (r#"{"validity_days":-5}"#, "validity_days must be 1 to 36500"),
        (r#"{"validity_days":36501}"#, "validity_days must be 1 to 36500"),
        (r#"{"award_on":"delivered"}"#, "unknown variant `delivered`"),
        (r#"{"point_per_unit":10}"#, "unknown field `point_per_unit`"),
    ] {
        let error = serde_json::from_str::<EarnRule>(written).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{written}: {error}");
    }
}

#[test]
fn an_orders_standing_of_version_1() {
    let frozen = r#"{"customer_id":"01J00000000000000000000001","awarded":90,"shortfall":10,"unrecovered":0,"entries":2,"snapshot":{"rule":{"points_per_unit":"10","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow"},"multiplier":"1.5"}}"#;
    let snapshot = RuleSnapshot {
        rule: Terms::default(),
        multiplier: Decimal::new(15, 1),
        rate_source: RateSource::Rule,
        arithmetic: Arithmetic::PerLine,
    };
    let standing = OrderLedger {
        customer_id: Some(customer_id(1)),
        awarded: 90,
        shortfall: 10,
        unrecovered: 0,
        entries: 2,
        snapshot: Some(snapshot),
    };
    assert_eq!(serde_json::from_str::<OrderLedger>(frozen).unwrap(), standing);
    assert_eq!(at(0).to_rfc3339(), "2026-01-01T00:00:00+00:00");
}

#[test]
fn a_snapshot_of_version_2() {
    let currency = OrderBuilder::new().currency("JPY").document().currency;
    check(
        &RuleSnapshot::take(&EarnRule::default(), Factor::ONE, currency),
        r#"{"rule":{"points_per_unit":"0.067","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow","count_refund_discrepancies":true},"multiplier":"1","rate_source":"currency_default","arithmetic":"exact"}"#,
    );
    let own = EarnRule { points_per_unit: Some(Rate::whole(3)), validity_days: None, ..EarnRule::default() };
    check(
        &RuleSnapshot::take(&own, Factor::ONE, currency),
        r#"{"rule":{"points_per_unit":"3","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":null,"negative_balance":"allow","count_refund_discrepancies":true},"multiplier":"1","rate_source":"rule","arithmetic":"exact"}"#,
    );
}

#[test]
fn an_unknown_payment_status_is_unknown() {
    assert_eq!(
        serde_json::from_str::<crate::FinancialStatus>("\"on_the_moon\"").unwrap(),
        crate::FinancialStatus::Unknown
    );
}
