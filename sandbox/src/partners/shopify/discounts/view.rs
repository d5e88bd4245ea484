//! A discount as the API shows it: every field of the cut-down schema.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Discount, Kind, node_field, node_kind, summary, title};
use crate::partners::shopify::shop::Shop;
use crate::partners::shopify::values::{decimal, gid, moment, money, number, units};

/// Returns the node of a discount.
pub(super) fn node(discount: &Discount, shop: &Shop, now: DateTime<Utc>) -> Value {
    let inner = if discount.automatic { "automaticDiscount" } else { "codeDiscount" };
    debug_assert!(node_field(discount.automatic).starts_with(&inner[..4]));
    json!({
        "__typename": node_kind(discount.automatic),
        "id": gid(node_kind(discount.automatic), discount.id),
        inner: view(discount, shop, now),
    })
}

/// Returns whether a discount can be used now.
pub(super) fn status(discount: &Discount, now: DateTime<Utc>) -> &'static str {
    if discount.starts_at > now {
        "SCHEDULED"
    } else if discount.ends_at.is_some_and(|end| end <= now) {
        "EXPIRED"
    } else {
        "ACTIVE"
    }
}

/// Returns what a discount takes its share of.
pub(super) fn class(kind: Kind, body: &Map<String, Value>) -> &'static str {
    match kind {
        Kind::FreeShipping => "SHIPPING",
        Kind::Bxgy => "PRODUCT",
        Kind::Basic if body.get("customerGets").is_some_and(|gets| gets["items"]["all"] == true) => "ORDER",
        Kind::Basic => "PRODUCT",
    }
}

fn view(discount: &Discount, shop: &Shop, now: DateTime<Utc>) -> Value {
    let body = &discount.body;
    let get = |name: &str| body.get(name).cloned().unwrap_or(Value::Null);
    let combines = get("combinesWith");
    let on = |name: &str| combines[name] == true;
    let text = summary::summary(discount, &shop.settings.currency);
    let uses: u64 = discount.codes.iter().map(|code| code.uses).sum();
    let mut view = json!({
        "__typename": type_name(discount),
        "id": gid(node_kind(discount.automatic), discount.id),
        "title": title(discount),
        "status": status(discount, now),
        "summary": text,
        "shortSummary": text.split(" • ").next().unwrap_or_default(),
        "startsAt": moment(discount.starts_at),
        "endsAt": discount.ends_at.map(moment),
        "createdAt": moment(discount.created_at),
        "updatedAt": moment(discount.updated_at),
        "asyncUsageCount": uses,
        "discountClasses": [class(discount.kind, body)],
        "combinesWith": {
            "orderDiscounts": on("orderDiscounts"),
            "productDiscounts": on("productDiscounts"),
            "productDiscountsWithTagsOnSameCartLine": null,
            "shippingDiscounts": on("shippingDiscounts"),
        },
        "tags": body.get("tags").cloned().unwrap_or_else(|| json!([])),
        "context": context(shop, &get("context")),
        "minimumRequirement": minimum(&shop.settings.currency, &get("minimumRequirement")),
    });
    let more = match discount.kind {
        Kind::Basic => json!({
            "customerGets": gets(&shop.settings.currency, &get("customerGets")),
            "recurringCycleLimit": body.get("recurringCycleLimit").cloned().unwrap_or_else(|| json!(if discount.automatic { 1 } else { 0 })),
        }),
        Kind::Bxgy => json!({
            "customerBuys": buys(&get("customerBuys")),
            "customerGets": gets(&shop.settings.currency, &get("customerGets")),
            "usesPerOrderLimit": body.get("usesPerOrderLimit").and_then(whole),
        }),
        Kind::FreeShipping => json!({
            "appliesOnOneTimePurchase": get("appliesOnOneTimePurchase") != false,
            "appliesOnSubscription": get("appliesOnSubscription") == true,
            "destinationSelection": destination(&get("destination")),
            "maximumShippingPrice": units(&get("maximumShippingPrice")).map(|price| money(price, &shop.settings.currency)),
            "recurringCycleLimit": body.get("recurringCycleLimit").cloned().unwrap_or_else(|| json!(1)),
        }),
    };
    merge(&mut view, more);
    if !discount.automatic {
        let codes: Vec<Value> = discount.codes.iter().map(|code| {
            json!({ "id": gid("DiscountRedeemCode", code.id), "code": code.code, "asyncUsageCount": code.uses })
        }).collect();
        merge(
            &mut view,
            json!({
                "codesCount": { "count": codes.len(), "precision": "EXACT" },
                "codes": codes,
                "appliesOncePerCustomer": get("appliesOncePerCustomer") == true,
                "usageLimit": body.get("usageLimit").and_then(whole),
            }),
        );
    }
    view
}

fn type_name(discount: &Discount) -> String {
    let kind = match discount.kind {
        Kind::Basic => "Basic",
        Kind::FreeShipping => "FreeShipping",
        Kind::Bxgy => "Bxgy",
    };
    format!("Discount{}{kind}", if discount.automatic { "Automatic" } else { "Code" })
}

fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

/// Returns a whole number that may be written as text.
fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn context(shop: &Shop, context: &Value) -> Value {
    let list = |name: &str, kind: &str| {
        context[name]["add"].as_array().into_iter().flatten().filter_map(|id| number(id, kind)).collect::<Vec<u64>>()
    };
    if !context["customers"].is_null() {
        let customers: Vec<Value> = list("customers", "Customer").into_iter().map(|id| shop.customer(id)).collect();
        return json!({ "__typename": "DiscountCustomers", "customers": customers });
    }
    if !context["customerSegments"].is_null() {
        let segments: Vec<Value> = list("customerSegments", "Segment").into_iter().map(segment).collect();
        return json!({ "__typename": "DiscountCustomerSegments", "segments": segments });
    }
    json!({ "__typename": "DiscountBuyerSelectionAll", "all": "ALL" })
}

fn segment(id: u64) -> Value {
    json!({
        "__typename": "Segment",
        "id": gid("Segment", id),
        "name": format!("Segment {id}"),
        "query": "",
        "creationDate": "2026-01-01T00:00:00Z",
        "lastEditDate": "2026-01-01T00:00:00Z",
    })
}

fn minimum(currency: &str, minimum: &Value) -> Value {
    if let Some(subtotal) = units(&minimum["subtotal"]["greaterThanOrEqualToSubtotal"]) {
        return json!({
            "__typename": "DiscountMinimumSubtotal",
            "greaterThanOrEqualToSubtotal": money(subtotal, currency),
        });
    }
    match whole(&minimum["quantity"]["greaterThanOrEqualToQuantity"]) {
        Some(quantity) => {
            json!({ "__typename": "DiscountMinimumQuantity", "greaterThanOrEqualToQuantity": quantity.to_string() })
        }
        None => Value::Null,
    }
}

fn gets(currency: &str, gets: &Value) -> Value {
    let value = &gets["value"];
    let shown = if let Some(amount) = units(&value["discountAmount"]["amount"]) {
        json!({
            "__typename": "DiscountAmount",
            "amount": money(amount, currency),
            "appliesOnEachItem": value["discountAmount"]["appliesOnEachItem"] == true,
        })
    } else if !value["discountOnQuantity"].is_null() {
        let effect = &value["discountOnQuantity"]["effect"];
        let effect = match units(&effect["amount"]) {
            Some(amount) => {
                json!({ "__typename": "DiscountAmount", "amount": money(amount, currency), "appliesOnEachItem": true })
            }
            None => json!({ "__typename": "DiscountPercentage", "percentage": share(&effect["percentage"]) }),
        };
        let quantity = whole(&value["discountOnQuantity"]["quantity"]).unwrap_or(1).to_string();
        json!({ "__typename": "DiscountOnQuantity", "quantity": { "quantity": quantity }, "effect": effect })
    } else {
        json!({ "__typename": "DiscountPercentage", "percentage": share(&value["percentage"]) })
    };
    json!({
        "value": shown,
        "items": items(&gets["items"]),
        "appliesOnOneTimePurchase": gets["appliesOnOneTimePurchase"] != false,
        "appliesOnSubscription": gets["appliesOnSubscription"] == true,
    })
}

/// Writes a share as Shopify does: without a fraction where there is none.
fn share(share: &Value) -> Value {
    match share.as_f64() {
        Some(1.0) => json!(1),
        Some(0.0) | None => json!(0),
        Some(other) => json!(other),
    }
}

fn buys(buys: &Value) -> Value {
    let value = match units(&buys["value"]["amount"]) {
        Some(amount) => json!({ "__typename": "DiscountPurchaseAmount", "amount": decimal(amount) }),
        None => {
            let quantity = whole(&buys["value"]["quantity"]).unwrap_or(1).to_string();
            json!({ "__typename": "DiscountQuantity", "quantity": quantity })
        }
    };
    json!({
        "value": value,
        "items": items(&buys["items"]),
        "isOneTimePurchase": buys["isOneTimePurchase"] != false,
        "isSubscription": buys["isSubscription"] == true,
    })
}

fn items(items: &Value) -> Value {
    let list = |of: &Value, kind: &str| {
        let ids = of.as_array().into_iter().flatten().filter_map(|id| number(id, kind));
        let shown = ids.map(|id| {
            let title = if kind == "ProductVariant" { "Default Title".to_owned() } else { format!("{kind} {id}") };
            let handle = format!("{}-{id}", kind.to_lowercase());
            json!({ "__typename": kind, "id": gid(kind, id), "title": title, "handle": handle })
        });
        shown.collect::<Vec<Value>>()
    };
    if !items["products"].is_null() {
        return json!({
            "__typename": "DiscountProducts",
            "products": list(&items["products"]["productsToAdd"], "Product"),
            "productVariants": list(&items["products"]["productVariantsToAdd"], "ProductVariant"),
        });
    }
    if !items["collections"].is_null() {
        return json!({ "__typename": "DiscountCollections", "collections": list(&items["collections"]["add"], "Collection") });
    }
    json!({ "__typename": "AllDiscountItems", "allItems": true })
}

fn destination(destination: &Value) -> Value {
    let countries = destination["countries"]["add"].as_array().cloned().unwrap_or_default();
    if countries.is_empty() {
        return json!({ "__typename": "DiscountCountryAll", "allCountries": true });
    }
    let rest = destination["countries"]["includeRestOfWorld"] == true;
    // As recorded of a store without shipping zones: it counts the countries in the summary and lists none.
    json!({ "__typename": "DiscountCountries", "countries": [], "includeRestOfWorld": rest })
}
