//! The bodies that tests send against JSON Schemas: those we wrote of what we rely on, always; Shopify's own, when
//! `SHOPIFY_SCHEMAS_DIR` says where they are (`scripts/shopify-schemas.sh` fetches them).

use std::path::{Path, PathBuf};

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;
use shopify::testing::{
    LinePayload, OrderPayload, RefundPayload, app_uninstalled, customer, customers_data_request, customers_redact,
    shop_redact,
};

use crate::support::{ADA, at};

const SHOP: &str = "shop-1.myshopify.com";

fn orders() -> Vec<OrderPayload> {
    let rich = OrderPayload::new(820_982_911_946_154_508)
        .push(LinePayload::new(19_900, 2).discount(100).tax(300))
        .push(LinePayload::new(2_500, 1).gift_card())
        .push(LinePayload::new(500, 1).tip())
        .push(LinePayload::new(700, 3).removed(1))
        .shipping(900, 90);
    let refund = RefundPayload::of(&rich, 509_562_969).line(0, 1, 19_850, 150).shipping(900);
    vec![
        OrderPayload::new(1).line(1_000, 1),
        OrderPayload::new(2).line(1_000, 1).guest(None).status(Some("pending")),
        OrderPayload::new(3).currency("JPY").line(1_980, 1).taxes_included(),
        OrderPayload::new(4).line(1_000, 1).test().fulfilled().source("pos").gateway("manual"),
        rich.clone().refund(refund).status(Some("partially_refunded")),
        rich.cancelled_at(at(9)).status(Some("refunded")),
    ]
}

/// Every topic's bodies.
fn bodies() -> Vec<(&'static str, String)> {
    let order_topics = ["orders/create", "orders/paid", "orders/updated", "orders/cancelled"];
    let mut bodies: Vec<(&str, String)> = order_topics
        .into_iter()
        .flat_map(|topic| orders().into_iter().map(move |order| (topic, order.json())))
        .collect();
    for order in orders() {
        bodies.push(("refunds/create", RefundPayload::of(&order, 9).everything().shipping(1).json()));
    }
    bodies.extend([
        ("customers/create", customer(ADA, Some("ada@example.com"), at(0))),
        ("customers/update", customer(ADA, None, at(1))),
        ("customers/data_request", customers_data_request(SHOP, ADA, "ada@example.com", &[1])),
        ("customers/redact", customers_redact(SHOP, ADA, "ada@example.com", &[1])),
        ("shop/redact", shop_redact(SHOP)),
        ("app/uninstalled", app_uninstalled(SHOP)),
    ]);
    bodies
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails on everything the schemas object to, but what `excused` says.
fn check(schema_of: impl Fn(&str) -> PathBuf, excused: impl Fn(&jsonschema::ValidationError<'_>) -> bool) {
    let mut wrong = Vec::new();
    for (topic, body) in bodies() {
        let validator = jsonschema::validator_for(&read(&schema_of(topic))).unwrap();
        let body: Value = serde_json::from_str(&body).unwrap();
        let errors = validator.iter_errors(&body).filter(|error| !excused(error));
        wrong.extend(errors.map(|error| format!("{topic} {}: {:.200}", error.instance_path(), error.to_string())));
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_builders_write_what_we_rely_on() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let schema_of = |topic: &str| {
        let shape = match topic {
            "refunds/create" => "refund",
            "customers/create" | "customers/update" => "customer",
            topic if topic.starts_with("orders/") => "order",
            _ => "shop",
        };
        schemas.join(format!("{shape}.json"))
    };
    check(schema_of, |_| false);
}

#[test]
fn the_builders_write_what_shopify_sends() {
    let Some(schemas) = tests::environment::shopify_schemas() else { return };
    assert!(schemas.join("orders/create.json").is_file(), "SHOPIFY_SCHEMAS_DIR={} has no schemas", schemas.display());
    // They are inferred from one sample of each topic: what is null or empty there may be otherwise in life, and what
    // has a value there may be null (a guest's customer, a customer without address).
    let one_sample_only = |error: &jsonschema::ValidationError<'_>| {
        error.instance().is_null() || matches!(error.kind(), ValidationErrorKind::FalseSchema)
    };
    check(|topic| schemas.join(format!("{topic}.json")), one_sample_only);
}

/// A schema that accepts everything would prove nothing.
#[test]
fn the_schemas_refuse_what_the_parser_refuses() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let validator = jsonschema::validator_for(&read(&schemas.join("order.json"))).unwrap();
    let good: Value = serde_json::from_str(&orders()[0].json()).unwrap();
    assert!(validator.is_valid(&good));
    for needed in ["id", "currency", "line_items", "updated_at"] {
        let mut body = good.clone();
        body.as_object_mut().unwrap().remove(needed);
        assert!(!validator.is_valid(&body), "an order without {needed}");
        let refused = shopify::parse(shopify::Topic::OrdersCreate, body.to_string().as_bytes());
        // Without lines an order is read, and earns nothing; the currency also stands with
        // each amount, and an order that was never changed is as old as its creation.
        assert!(
            refused.is_err() || matches!(needed, "line_items" | "currency" | "updated_at"),
            "an order without {needed}: {refused:?}"
        );
    }
}
