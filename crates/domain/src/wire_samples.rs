//! Frozen JSON of what is stored. A change that breaks one of these breaks the rows of running shops: add fields with
//! defaults, and add a sample, but never edit one.

use rust_decimal::Decimal;
use serde::{Serialize, de::DeserializeOwned};

use crate::testing::{OrderBuilder, at, customer_id, refund};
use crate::{EarnRule, LineFacts, OrderLedger, OrderMessage, OrderState, RuleSnapshot};

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
fn a_rule_of_version_1() {
    assert_eq!(serde_json::from_str::<EarnRule>("{}").unwrap(), EarnRule::default());
    check(
        &EarnRule { multipliers: [("Champions".to_owned(), Decimal::new(15, 1))].into(), ..EarnRule::default() },
        r#"{"points_per_unit":"10","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow","multipliers":{"Champions":"1.5"}}"#,
    );
}

#[test]
fn settings_may_hold_numbers() {
    let written = r#"{"points_per_unit":2.5,"multipliers":{"Champions":1.1,"Lost":0,"New":"1.25"}}"#;
    let rule: EarnRule = serde_json::from_str(written).unwrap();
    assert_eq!(rule.points_per_unit, Decimal::new(25, 1));
    assert_eq!(rule.multipliers.values().map(ToString::to_string).collect::<Vec<_>>(), ["1.1", "0", "1.25"]);
    rule.validate().unwrap();
}

#[test]
fn an_orders_standing_of_version_1() {
    let snapshot = Some(RuleSnapshot::take(&EarnRule::default(), Decimal::new(15, 1)));
    let customer_id = Some(customer_id(1));
    check(
        &OrderLedger { customer_id, awarded: 90, shortfall: 10, unrecovered: 0, entries: 2, snapshot },
        r#"{"customer_id":"01J00000000000000000000001","awarded":90,"shortfall":10,"unrecovered":0,"entries":2,"snapshot":{"rule":{"points_per_unit":"10","rounding":"floor","include_tax":false,"include_shipping":false,"include_tips":false,"include_gift_cards":false,"award_on":"paid","award_test_orders":false,"validity_days":365,"negative_balance":"allow"},"multiplier":"1.5"}}"#,
    );
    assert_eq!(at(0).to_rfc3339(), "2026-01-01T00:00:00+00:00");
}

#[test]
fn an_unknown_payment_status_is_unknown_and_rules_are_bounded() {
    assert_eq!(
        serde_json::from_str::<crate::FinancialStatus>("\"on_the_moon\"").unwrap(),
        crate::FinancialStatus::Unknown
    );
    EarnRule::default().validate().unwrap();
    for points_per_unit in [Decimal::NEGATIVE_ONE, Decimal::from(1_000_001), Decimal::new(1, 7)] {
        assert!(EarnRule { points_per_unit, ..EarnRule::default() }.validate().is_err());
    }
    assert!(EarnRule { validity_days: Some(0), ..EarnRule::default() }.validate().is_err());
    let rule = EarnRule { multipliers: [("New".to_owned(), Decimal::from(1_001))].into(), ..EarnRule::default() };
    assert!(rule.validate().is_err());
    assert_eq!((rule.multiplier_for(None), rule.multiplier_for(Some("Lost"))), (Decimal::ONE, Decimal::ONE));
}
