//! What each body becomes, and what is refused. Facts of every kind are frozen as JSON: workers read what an older
//! ingress wrote.

use domain::testing::snapshot;
use domain::{
    AdjustmentFacts, EarnRule, FinancialStatus, OrderMessage, OrderState, RefundFacts, ShopifyLineId, target_points,
};
use serde_json::{Value, json};

use super::*;
use crate::testing::{self, LinePayload, OrderPayload, RefundPayload};

fn order(body: &Value) -> Result<(domain::OrderDocument, Vec<domain::RefundFacts>), ParseError> {
    match parse(Topic::OrdersCreate, body.to_string().as_bytes())? {
        WebhookFacts::Order(OrderMessage::Order { document, refunds }) => Ok((document, refunds)),
        other => panic!("not an order: {other:?}"),
    }
}

fn refund(body: &str) -> RefundFacts {
    match parse(Topic::RefundsCreate, body.as_bytes()).unwrap() {
        WebhookFacts::Order(OrderMessage::Refund(refund)) => refund,
        other => panic!("not a refund: {other:?}"),
    }
}

fn epoch() -> chrono::DateTime<chrono::Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn minimal() -> Value {
    json!({ "id": 5, "currency": "EUR", "updated_at": "2026-01-01T00:00:00-05:00" })
}

fn with(changes: &Value) -> Value {
    let mut body = minimal();
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[test]
fn a_full_order_becomes_facts() {
    let payload = OrderPayload::new(820_982_911_946_154_508)
        .push(LinePayload::new(1_999, 3).discount(200).tax(120))
        .push(LinePayload::new(5_000, 1).gift_card())
        .push(LinePayload::new(300, 1).tip())
        .shipping(500, 30)
        .source("pos")
        .gateway("gift_card");
    let WebhookFacts::Order(message) = parse(Topic::OrdersPaid, payload.json().as_bytes()).unwrap() else { panic!() };
    let frozen = r#"{"order":{"order":{"document":{"order_id":820982911946154508,"updated_at":"2026-01-01T00:00:00Z","created_at":"2026-01-01T00:00:00Z","currency":"EUR","financial_status":"paid","source_name":"pos","lines":[{"line_id":91194615450801,"quantity":3,"gross":5997,"discount":200,"tax":120},{"line_id":91194615450802,"quantity":1,"gross":5000,"gift_card":true},{"line_id":91194615450803,"quantity":1,"gross":300,"tip":true}],"shipping":500,"shipping_tax":30,"tip":300,"gift_card_paid":true,"customer":{"customer_id":8658316394796,"updated_at":"2026-01-01T00:00:00Z","locale":"en","email":"ada@example.com"}}}}}"#;
    check_frozen(&WebhookFacts::Order(message), frozen);
}

#[test]
fn a_refund_becomes_facts() {
    let payload = OrderPayload::new(5).line(1_000, 3);
    let refund = RefundPayload::of(&payload, 929).line(0, 1, 1_000, 60).shipping(100);
    let facts = parse(Topic::RefundsCreate, refund.json().as_bytes()).unwrap();
    let frozen = r#"{"order":{"refund":{"refund_id":929,"order_id":5,"shipping":100,"lines":[{"line_id":501,"quantity":1,"subtotal":1000,"tax":60}],"created_at":"2026-01-01T00:01:00Z"}}}"#;
    check_frozen(&facts, frozen);
}

#[test]
fn the_other_topics_become_facts() {
    let at = epoch();
    let shop = "a.myshopify.com";
    for (topic, body, frozen) in [
        (
            Topic::CustomersUpdate,
            testing::customer(7, Some("ada@example.com"), at),
            r#"{"customer":{"customer_id":7,"updated_at":"2026-01-01T00:00:00Z","email":"ada@example.com","state":"disabled","verified_email":true}}"#,
        ),
        (
            Topic::CustomersDataRequest,
            testing::customers_data_request(shop, 7, "ada@example.com", &[1, 2]),
            r#"{"data_request":{"request_id":9999,"customer_id":7,"email":"ada@example.com","order_ids":[1,2]}}"#,
        ),
        (
            Topic::CustomersRedact,
            testing::customers_redact(shop, 7, "ada@example.com", &[1]),
            r#"{"customer_redact":{"customer_id":7,"email":"ada@example.com","order_ids":[1]}}"#,
        ),
        (Topic::ShopRedact, testing::shop_redact(shop), r#"{"shop_redact":{"shop_id":954889}}"#),
        (Topic::AppUninstalled, testing::app_uninstalled(shop), r#"{"app_uninstalled":{"shop_id":954889}}"#),
    ] {
        check_frozen(&parse(topic, body.as_bytes()).unwrap(), frozen);
    }
}

fn check_frozen(facts: &WebhookFacts, frozen: &str) {
    assert_eq!(serde_json::to_string(facts).unwrap(), frozen);
    assert_eq!(serde_json::from_str::<WebhookFacts>(frozen).unwrap(), *facts);
}

#[test]
fn everything_but_identity_time_and_currency_may_be_absent_or_null() {
    let (bare, _) = order(&minimal()).unwrap();
    assert_eq!((bare.financial_status, bare.customer.clone()), (FinancialStatus::Unknown, None));
    let names = [
        "customer",
        "email",
        "contact_email",
        "customer_locale",
        "created_at",
        "cancelled_at",
        "financial_status",
        "fulfillment_status",
        "test",
        "taxes_included",
        "source_name",
        "line_items",
        "shipping_lines",
        "total_tip_received",
        "payment_gateway_names",
        "refunds",
    ];
    let nulls: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    assert_eq!(order(&with(&Value::Object(nulls))).unwrap().0, bare);
    let line = json!({ "id": 1, "quantity": 2, "price": "1.50", "price_set": null, "discount_allocations": null,
        "tax_lines": null, "gift_card": null, "current_quantity": null, "tip_payment_gateway": null });
    let (document, _) = order(&with(&json!({ "line_items": [line] }))).unwrap();
    assert_eq!((document.lines[0].gross, document.lines[0].tip), (300, false));
}

#[test]
fn empty_texts_mean_nothing() {
    let body = OrderPayload::new(5).guest(None).json();
    let (document, _) = order(&serde_json::from_str(&body).unwrap()).unwrap();
    assert_eq!((document.customer, document.email), (None, None));
    let body = OrderPayload::new(5).guest(Some("Guest@Example.com")).json();
    let (document, _) = order(&serde_json::from_str(&body).unwrap()).unwrap();
    assert_eq!(document.email.as_deref(), Some("Guest@Example.com"));
    let (document, _) =
        order(&with(&json!({ "email": "", "contact_email": "c@example.com", "cancelled_at": "" }))).unwrap();
    assert_eq!((document.email.as_deref(), document.cancelled_at), (Some("c@example.com"), None));
}

#[test]
fn the_shops_money_wins_and_numbers_are_amounts_too() {
    let set = json!({ "shop_money": { "amount": 12.34, "currency_code": "EUR" },
        "presentment_money": { "amount": "1500", "currency_code": "JPY" } });
    let line = json!({ "id": "41", "quantity": 1, "price": "1500", "price_set": set });
    let bare = json!({ "id": 42, "quantity": 1, "price": 7 });
    let (document, _) = order(&with(&json!({ "line_items": [line, bare] }))).unwrap();
    let gross: Vec<_> = document.lines.iter().map(|line| (line.line_id, line.gross)).collect();
    assert_eq!(gross, [(ShopifyLineId(41), 1_234), (ShopifyLineId(42), 700)]);
}

#[test]
fn escapes_are_read() {
    let body = br#"{"id":5,"currency":"\u0045UR","updated_at":"2026-01-01T00:00:00Z","email":"a\u0040example.com",
        "admin_graphql_api_id":"gid:\/\/shopify\/Order\/5"}"#;
    let WebhookFacts::Order(OrderMessage::Order { document, .. }) = parse(Topic::OrdersCreate, body).unwrap() else {
        panic!()
    };
    assert_eq!(document.email.as_deref(), Some("a@example.com"));
}

#[test]
fn units_that_went_without_a_refund_were_edited_out() {
    let line = json!({ "id": 1, "quantity": 5, "current_quantity": 2, "price": "1.00" });
    let rows = json!([{ "line_item_id": 1, "quantity": 1, "subtotal": 1.0 }]);
    let refunds = json!([{ "id": 9, "refund_line_items": rows }]);
    let (document, refunds) = order(&with(&json!({ "line_items": [line], "refunds": refunds }))).unwrap();
    assert_eq!(document.lines[0].edited_out, 2);
    assert_eq!(refunds[0].order_id, document.order_id);
}

#[test]
fn shipping_is_net_of_its_discounts_and_of_removed_lines() {
    let line = |removed: bool| {
        json!({ "price": "5.00", "is_removed": removed, "tax_lines": [{ "price": "0.30" }],
        "discount_allocations": [{ "amount": "1.00" }] })
    };
    let (document, _) = order(&with(&json!({ "shipping_lines": [line(false), line(true)] }))).unwrap();
    assert_eq!((document.shipping, document.shipping_tax), (400, 30));
}

#[test]
fn refunded_shipping_may_be_reported_as_an_adjustment() {
    for how in [json!({ "kind": "shipping_refund" }), json!({ "reason": "Shipping refund" })] {
        let mut adjustment = json!({ "amount": "-5.00", "tax_amount": "-0.30",
            "amount_set": { "shop_money": { "amount": "-5.00", "currency_code": "EUR" } } });
        adjustment.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
        let refund = refund(&json!({ "id": 9, "order_id": 5, "order_adjustments": [adjustment] }).to_string());
        assert_eq!((refund.shipping, refund.shipping_tax), (500, 30), "{how}");
        assert_eq!(refund.adjustments, [], "{how}");
    }
}

#[test]
fn what_is_not_shipping_is_a_discrepancy_whatever_its_kind() {
    let money = |amount: &str| json!({ "shop_money": { "amount": amount, "currency_code": "EUR" } });
    let body = json!({ "id": 9, "order_id": 5, "order_adjustments": [
        { "id": 71, "kind": "refund_discrepancy", "amount": "-1.00", "tax_amount": "-0.19" },
        { "id": 72, "reason": "Pending refund discrepancy", "amount_set": money("-3.00"), "amount": "-3.60" },
        { "id": 73, "kind": null, "reason": null, "amount_set": money("2.50") },
        { "id": 74, "kind": "something_new", "amount": "0.00" },
        { "amount": "4.00" },
    ] });
    let of = |id, amount, tax| AdjustmentFacts { id, amount, tax, decimals: None };
    assert_eq!(
        refund(&body.to_string()).adjustments,
        [of(71, -100, -19), of(72, -300, 0), of(73, 250, 0), of(-5, 400, 0)]
    );
}

#[test]
fn a_refund_needs_no_currency_of_its_own() {
    let order = OrderPayload::new(5).line(1_000, 3);
    let told = RefundPayload::of(&order, 9).line(0, 1, 1_000, 60).discrepancy(-250);
    let mut states = [told.clone(), told.without_currency()].map(|told| {
        let refund = refund(&told.json());
        let mut state = OrderState::default();
        state.merge(OrderMessage::Refund(refund.clone()));
        assert_eq!(target_points(&state, &snapshot(&EarnRule::default())), Ok(0), "it waits for its order");
        let WebhookFacts::Order(order) = parse(Topic::OrdersPaid, order.json().as_bytes()).unwrap() else { panic!() };
        state.merge(order);
        assert_eq!(target_points(&state, &snapshot(&EarnRule::default())), Ok(175), "{refund:?}");
        state
    });
    let [named, nameless] = &mut states;
    nameless.join(named.clone());
    assert_eq!(nameless, named, "and is the same refund when its currency is known");
    let empty = refund(r#"{"id":9,"order_id":5,"transactions":[{"currency":null}]}"#);
    assert_eq!((empty.lines.len(), empty.adjustments.len()), (0, 0));
}

#[test]
fn what_is_outstanding_is_read_in_the_shops_money_and_never_negative() {
    let set = |amount: &str| {
        json!({ "shop_money": { "amount": amount, "currency_code": "EUR" },
        "presentment_money": { "amount": "99", "currency_code": "JPY" } })
    };
    for (changes, expected) in [
        (json!({}), 0),
        (json!({ "total_outstanding": null, "total_outstanding_set": null }), 0),
        (json!({ "total_outstanding": "100.00" }), 10_000),
        (json!({ "total_outstanding": 60 }), 6_000),
        (json!({ "total_outstanding": "99", "total_outstanding_set": set("0.60") }), 60),
        (json!({ "total_outstanding": "-20.00" }), 0),
    ] {
        assert_eq!(order(&with(&changes)).unwrap().0.outstanding, expected, "{changes}");
    }
}

/// Every body of every topic.
fn bodies() -> Vec<(Topic, Value)> {
    let order =
        OrderPayload::new(5).push(LinePayload::new(1_999, 3).discount(200).tax(120)).line(500, 1).shipping(500, 30);
    let refund = RefundPayload::of(&order, 929).line(0, 1, 1_000, 60).shipping(100).discrepancy(-100);
    let shop = "a.myshopify.com";
    let mut bodies: Vec<(Topic, String)> = Topic::ALL.iter().copied().zip(std::iter::repeat(String::new())).collect();
    for (topic, body) in &mut bodies {
        *body = match topic {
            Topic::OrdersCreate | Topic::OrdersPaid | Topic::OrdersUpdated | Topic::OrdersCancelled => {
                order.clone().refund(refund.clone()).json()
            }
            Topic::RefundsCreate => refund.json(),
            Topic::CustomersCreate | Topic::CustomersUpdate => testing::customer(7, Some("ada@example.com"), epoch()),
            Topic::CustomersDataRequest => testing::customers_data_request(shop, 7, "ada@example.com", &[1]),
            Topic::CustomersRedact => testing::customers_redact(shop, 7, "ada@example.com", &[1]),
            Topic::ShopRedact => testing::shop_redact(shop),
            Topic::AppUninstalled => testing::app_uninstalled(shop),
        };
    }
    bodies.into_iter().map(|(topic, body)| (topic, serde_json::from_str(&body).unwrap())).collect()
}

/// JSON pointers to all objects within a value.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(path.to_owned());
            fields.iter().for_each(|(name, field)| objects(field, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| objects(item, &format!("{path}/{n}"), found));
        }
        _ => {}
    }
}

#[test]
fn facts_are_read_from_objects_only_at_every_level() {
    for (topic, body) in bodies() {
        let read = parse(topic, body.to_string().as_bytes()).unwrap();
        let mut paths = Vec::new();
        objects(&body, "", &mut paths);
        let mut refused = Vec::new();
        for path in &paths {
            let values: Vec<Value> = body.pointer(path).unwrap().as_object().unwrap().values().cloned().collect();
            let id_first = json!([5, "a@b.example", 1, "1.00", 3, 2]);
            for array in [Value::Array(values), id_first, json!([])] {
                let mut changed = body.clone();
                *changed.pointer_mut(path).unwrap() = array;
                match parse(topic, changed.to_string().as_bytes()) {
                    Err(ParseError::Shape(reason)) => {
                        assert!(reason.contains("invalid type: sequence, expected an object at line 1"), "{reason}");
                        refused.push(path.clone());
                    }
                    // An object that nothing is read from.
                    other => assert_eq!(other.as_ref(), Ok(&read), "{topic} {path}"),
                }
            }
        }
        assert!(refused.contains(&String::new()), "{topic}: the body itself");
        let expected: &[&str] = match topic {
            Topic::OrdersPaid => {
                &["/customer", "/line_items/0", "/refunds/0", "/refunds/0/order_adjustments/0/amount_set/shop_money"]
            }
            Topic::RefundsCreate => &["/refund_line_items/0/line_item", "/refund_shipping_lines/0/subtotal_amount_set"],
            Topic::CustomersRedact | Topic::CustomersDataRequest => &["/customer"],
            _ => &[],
        };
        for path in expected {
            assert!(refused.iter().any(|refused| refused == path), "{topic} {path}");
        }
    }
}

#[test]
fn a_missing_updated_at_is_the_creation() {
    let body = json!({ "id": 5, "currency": "EUR", "created_at": "2026-01-01T00:00:00Z" });
    assert_eq!(order(&body).unwrap().0.updated_at, epoch());
}

#[test]
fn what_is_wrong_is_named_by_path_without_its_value() {
    let line = |change: Value| {
        let mut line = json!({ "id": 1, "quantity": 1, "price": "1.00" });
        line.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "line_items": [{ "id": 2, "quantity": 1, "price": "1.00" }, line] })
    };
    for (changes, expected) in [
        (json!({ "id": null }), "id: missing"),
        (json!({ "currency": null }), "currency: missing"),
        (json!({ "currency": "euro" }), "currency: a currency is three capital letters"),
        (json!({ "updated_at": null }), "updated_at: missing"),
        (json!({ "cancelled_at": "soon" }), "cancelled_at: not an instant of RFC 3339"),
        (line(json!({ "quantity": null })), "line_items[1].quantity: missing"),
        (line(json!({ "price": null })), "line_items[1].price: missing"),
        (line(json!({ "price": "1,00" })), "line_items[1].price: not a decimal amount"),
        (line(json!({ "price": "1e18", "quantity": 100 })), "line_items[1].price: amount out of range"),
        (line(json!({ "quantity": "bob@example.com" })), "line_items[1].quantity: a text that is not a 64-bit integer"),
        (json!({ "line_items": "bob@example.com" }), "line_items: invalid type: string …, expected a sequence"),
        (
            json!({ "refunds": [{ "id": 1, "refund_line_items": [{ "line_item_id": 1 }] }] }),
            "refunds[0].refund_line_items[0].subtotal: missing",
        ),
    ] {
        match order(&with(&changes)) {
            Err(ParseError::Shape(reason)) => assert!(reason.starts_with(expected), "{reason} / {expected}"),
            other => panic!("{changes}: {other:?}"),
        }
    }
}

#[test]
fn json_and_shape_are_distinguished() {
    for topic in Topic::ALL {
        for garbage in [&b""[..], b"{", b"{\"id\":", b"not json", b"\xff\xfe", b"{}{}"] {
            assert!(matches!(parse(*topic, garbage), Err(ParseError::NotJson(_))), "{topic} {garbage:?}");
        }
        for other in [&b"null"[..], b"1", b"\"x\"", b"{\"id\":{}, \"customer\": 5, \"shop_id\": {}}"] {
            assert!(matches!(parse(*topic, other), Err(ParseError::Shape(_))), "{topic} {other:?}");
        }
    }
    assert_eq!(parse(Topic::CustomersRedact, b"{}"), Err(ParseError::missing("customer")));
    assert_eq!(parse(Topic::RefundsCreate, b"{\"id\":1}"), Err(ParseError::missing("order_id")));
}

#[test]
fn a_byte_that_is_not_utf_8_matters_only_where_it_is_read() {
    for (field, is_read) in [("note", false), ("currency", true)] {
        let mut body = with(&json!({ field: "~" })).to_string().into_bytes();
        let place = body.iter().position(|byte| *byte == b'~').unwrap();
        body[place] = 0xff;
        assert_eq!(parse(Topic::OrdersCreate, &body).is_err(), is_read, "{field}");
    }
}

#[test]
fn a_cancelled_order_says_so() {
    let payload = OrderPayload::new(5).line(1_000, 2).cancelled_at(epoch());
    let mut state = OrderState::default();
    let WebhookFacts::Order(message) = parse(Topic::OrdersCancelled, payload.json().as_bytes()).unwrap() else {
        panic!()
    };
    state.merge(message);
    assert!(state.document.as_ref().unwrap().cancelled_at.is_some());
    assert_eq!(target_points(&state, &snapshot(&EarnRule::default())), Ok(0));
}
