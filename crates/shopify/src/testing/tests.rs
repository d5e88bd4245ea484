//! The builders are believed elsewhere, so here they are read back and their sums checked.

use domain::{EarnRule, Factor, OrderState, Rate, RuleSnapshot, target_points};
use serde_json::Value;

use super::*;
use crate::{Topic, WebhookFacts, WebhookHeaders, parse};

fn state(topic: Topic, bodies: &[String]) -> OrderState {
    let mut state = OrderState::default();
    for body in bodies {
        let WebhookFacts::Order(message) = parse(topic, body.as_bytes()).unwrap() else { panic!("not an order") };
        state.merge(message);
    }
    state
}

/// What earns, in minor units: the points at a rate of one for each.
fn base(state: &OrderState) -> i64 {
    let currency = state.document.as_ref().unwrap().currency;
    let points_per_unit = Some(Rate::whole(10_u16.pow(currency.exponent())));
    let rule = EarnRule { points_per_unit, ..EarnRule::default() };
    target_points(state, &RuleSnapshot::take(&rule, Factor::ONE, currency)).unwrap()
}

#[test]
fn an_order_of_a_few_lines_has_the_size_of_a_real_one() {
    let order = OrderPayload::new(1).line(19_900, 1).line(500, 3).push(LinePayload::new(999, 2).discount(100).tax(5));
    let bytes = order.json().len();
    assert!((6_000..9_000).contains(&bytes), "{bytes}");
}

#[test]
fn the_subtotal_is_what_earns() {
    for currency in ["EUR", "JPY", "KWD"] {
        let order = OrderPayload::new(6_200_360_403_244)
            .currency(currency)
            .push(LinePayload::new(68_928, 3).discount(20_678).tax(900))
            .push(LinePayload::new(700, 2).removed(1))
            .push(LinePayload::new(300, 1).tip())
            .shipping(500, 30);
        let refund = RefundPayload::of(&order, 9).line(0, 2, 124_071, 600);
        let before = state(Topic::OrdersCreate, &[order.json()]);
        let body: Value = serde_json::from_str(&order.json()).unwrap();
        let minor = |name: &str, body: &Value| {
            domain::parse_amount(body[name].as_str().unwrap(), domain::Currency::parse(currency).unwrap()).unwrap()
        };
        assert_eq!(minor("subtotal_price", &body), 68_928 * 3 - 20_678 + 1_400);
        assert_eq!(base(&before), minor("current_subtotal_price", &body));

        let order = order.refund(refund).updated_at(shape::seconds(60));
        let body: Value = serde_json::from_str(&order.json()).unwrap();
        let after = state(Topic::OrdersUpdated, &[order.json()]);
        assert_eq!(base(&after), minor("current_subtotal_price", &body));
        assert_eq!(base(&after), 68_928 * 3 - 20_678 - 124_071 + 700);
    }
}

#[test]
fn a_refund_on_its_own_is_the_one_inside_the_order() {
    let order = OrderPayload::new(7).line(1_000, 3).shipping(400, 0);
    let refund = RefundPayload::of(&order, 9).line(0, 1, 1_000, 0).shipping(100);
    let inside = state(Topic::OrdersUpdated, &[order.clone().refund(refund.clone()).json()]);
    let alone = state(Topic::RefundsCreate, &[refund.json()]);
    assert_eq!(inside.refunds, alone.refunds);
    assert_eq!(alone.refunds.values().next().unwrap().shipping, 100);
}

#[test]
fn a_delivery_verifies_and_its_headers_are_read() {
    let body = app_uninstalled("load-1.myshopify.com");
    let delivery = Delivery::new("app/uninstalled", "load-1.myshopify.com", 5);
    let headers = delivery.headers(b"hush", body.as_bytes());
    let find = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let read = WebhookHeaders::from_lookup(find).unwrap();
    assert_eq!(read.webhook_id, delivery.webhook_id);
    assert_eq!(read.triggered_at, Some(delivery.triggered_at));
    assert!(crate::verify(&crate::Secrets::new(vec![b"hush".to_vec()]), body.as_bytes(), &read.hmac));
}
