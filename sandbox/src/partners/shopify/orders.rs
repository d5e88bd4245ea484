//! Orders as the GraphQL API shows them, made of the bodies that Shopify's webhooks have: `PUT /_sandbox/shopify/{shop}/orders`.
//! What is not in a body is zero or absent.

use serde_json::{Value, json};

use super::customers;
use super::discounts::use_code;
use super::resolve::Session;
use super::shop::Shop;
use super::values::{gid, money, number, units};

/// Line items, refunds and codes of an order that are kept.
const PARTS_MAX: usize = 500;

/// Keeps an order, instead of the one of its number; codes that are new on it count as used.
///
/// # Errors
/// When the body is not that of an order.
pub(super) fn put(shop: &mut Shop, body: &Value) -> Result<u64, String> {
    let id = body["id"].as_u64().filter(|id| *id > 0).ok_or("the order needs a number as `id`")?;
    if !body["line_items"].is_array() {
        return Err("the order needs `line_items`".to_owned());
    }
    let codes = |order: &Value| -> Vec<String> {
        let codes = order["discount_codes"].as_array().into_iter().flatten().take(PARTS_MAX);
        codes.filter_map(|code| code["code"].as_str().map(str::to_owned)).collect()
    };
    let known = shop.orders.get(&id).map(codes).unwrap_or_default();
    for code in codes(body).iter().filter(|code| !known.contains(code)) {
        use_code(shop, code);
    }
    shop.orders.insert(id, body.clone());
    Ok(id)
}

/// Answers a field of the query that is about orders.
pub(super) fn answer(session: &Session<'_>, field: &str, arguments: &Value) -> Option<Value> {
    let shop = session.shop();
    Some(match field {
        "order" => node(&shop, &arguments["id"]),
        "orders" => list(&shop, arguments, |_| true),
        "ordersCount" => {
            let count = list(&shop, arguments, |_| true).as_array().map_or(0, Vec::len);
            json!({ "count": count, "precision": "EXACT" })
        }
        _ => return None,
    })
}

/// Returns an order by global id.
pub(super) fn node(shop: &Shop, id: &Value) -> Value {
    number(id, "Order").and_then(|id| shop.orders.get(&id)).map_or(Value::Null, |order| view(shop, order))
}

/// Answers a field of a customer that follows from the orders.
pub(super) fn beside(shop: &Shop, type_name: &str, object: &Value, field: &str, arguments: &Value) -> Option<Value> {
    let of = number(&object["id"], "Customer");
    let theirs = |order: &Value| order["customer"]["id"].as_u64() == of;
    Some(match (type_name, field) {
        ("Customer", "orders") => list(shop, arguments, theirs),
        ("Customer", "lastOrder") => {
            list(shop, &Value::Null, theirs).as_array_mut().and_then(Vec::pop).unwrap_or_default()
        }
        ("Customer", "numberOfOrders") => {
            json!(list(shop, &Value::Null, theirs).as_array().map_or(0, Vec::len).to_string())
        }
        ("Order", "customer") => customers::node(shop, &object["customerId"]),
        _ => return None,
    })
}

fn list(shop: &Shop, arguments: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
    let terms: Vec<&str> = arguments["query"].as_str().unwrap_or_default().split_whitespace().collect();
    let mut found: Vec<&Value> = shop.orders.newest_first().filter(|order| wanted(order)).collect();
    found.retain(|order| terms.iter().all(|term| fits(order, term)));
    let key = match arguments["sortKey"].as_str() {
        Some("UPDATED_AT") => "updated_at",
        Some("CREATED_AT") => "created_at",
        Some("ID") => "id",
        _ => "processed_at",
    };
    found.sort_by_cached_key(|order| (order[key].to_string(), order["id"].as_u64()));
    found.into_iter().map(|order| view(shop, order)).collect()
}

/// Returns whether an order fits a term such as `updated_at:>='2026-11-22T00:00:00Z'`.
fn fits(order: &Value, term: &str) -> bool {
    let Some((name, value)) = term.split_once(':') else { return true };
    let operator = value.len() - value.trim_start_matches(['>', '<', '=']).len();
    let (operator, value) = value.split_at(operator);
    let value = value.trim_matches(['\'', '"']);
    match name {
        "updated_at" | "created_at" | "processed_at" => {
            let at = order[name].as_str().and_then(|text| text.parse::<chrono::DateTime<chrono::Utc>>().ok());
            let Some((at, bound)) = at.zip(super::values::parse_moment(&json!(value))) else { return true };
            match operator {
                ">" => at > bound,
                ">=" => at >= bound,
                "<" => at < bound,
                "<=" => at <= bound,
                _ => at == bound,
            }
        }
        "id" => value.parse().is_ok_and(|id: u64| order["id"] == id),
        "financial_status" => order["financial_status"].as_str() == Some(value),
        "email" => order["email"].as_str().is_some_and(|email| email.eq_ignore_ascii_case(value)),
        _ => true,
    }
}

/// Returns `MoneyBag` of a member and the member with `_set`.
fn bag(shop: &Shop, of: &Value, name: &str) -> Value {
    let set = &of[&format!("{name}_set")];
    let side = |side: &str| match units(&set[side]["amount"]) {
        Some(amount) => money(amount, set[side]["currency_code"].as_str().unwrap_or(&shop.settings.currency)),
        None => money(units(&of[name]).unwrap_or(0), &shop.settings.currency),
    };
    json!({ "shopMoney": side("shop_money"), "presentmentMoney": side("presentment_money") })
}

fn parts<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of[name].as_array().into_iter().flatten().take(PARTS_MAX)
}

fn view(shop: &Shop, order: &Value) -> Value {
    let id = order["id"].as_u64().unwrap_or(0);
    let codes: Vec<&Value> = parts(order, "discount_codes").map(|code| &code["code"]).collect();
    let tags: Vec<&str> =
        order["tags"].as_str().unwrap_or_default().split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    let currency = order["currency"].as_str().unwrap_or(&shop.settings.currency);
    let total_refunded: i128 = parts(order, "refunds")
        .flat_map(|refund| parts(refund, "transactions"))
        .filter_map(|paid| units(&paid["amount"]))
        .sum();
    let refunded = money(total_refunded, currency);
    let upper = |name: &str| order[name].as_str().map(str::to_uppercase);
    json!({
        "__typename": "Order",
        "id": gid("Order", id),
        "legacyResourceId": id.to_string(),
        "name": order["name"].as_str().unwrap_or("#1"),
        "email": order["email"],
        "note": order["note"],
        "test": order["test"] == true,
        "tags": tags,
        "customerId": order["customer"]["id"].as_u64().map(|id| gid("Customer", id)),
        "currencyCode": currency,
        "presentmentCurrencyCode": order["presentment_currency"].as_str().unwrap_or(currency),
        "sourceName": order["source_name"],
        "taxesIncluded": order["taxes_included"] == true,
        "paymentGatewayNames": parts(order, "payment_gateway_names").collect::<Vec<_>>(),
        "displayFinancialStatus": upper("financial_status"),
        "cancelReason": upper("cancel_reason"),
        "cancelledAt": order["cancelled_at"],
        "closedAt": order["closed_at"],
        "createdAt": order["created_at"],
        "processedAt": order.get("processed_at").unwrap_or(&order["created_at"]),
        "updatedAt": order["updated_at"],
        "discountCode": codes.first(),
        "discountCodes": codes,
        "subtotalPriceSet": bag(shop, order, "subtotal_price"),
        "currentSubtotalPriceSet": bag(shop, order, "current_subtotal_price"),
        "totalPriceSet": bag(shop, order, "total_price"),
        "currentTotalPriceSet": bag(shop, order, "current_total_price"),
        "totalTaxSet": bag(shop, order, "total_tax"),
        "totalDiscountsSet": bag(shop, order, "total_discounts"),
        "totalOutstandingSet": bag(shop, order, "total_outstanding"),
        "totalReceivedSet": bag(shop, order, "total_price"),
        "totalTipReceivedSet": bag(shop, order, "total_tip_received"),
        "totalRefundedSet": { "shopMoney": refunded, "presentmentMoney": refunded },
        "refundDiscrepancySet": bag(shop, order, "refund_discrepancy"),
        "lineItems": parts(order, "line_items").map(|line| line_item(shop, line)).collect::<Vec<_>>(),
        "refunds": parts(order, "refunds").map(|refund| self::refund(shop, order, refund)).collect::<Vec<_>>(),
    })
}

fn line_item(shop: &Shop, line: &Value) -> Value {
    let quantity = line["quantity"].as_i64().unwrap_or(0);
    let allocated: i128 =
        parts(line, "discount_allocations").filter_map(|allocation| units(&allocation["amount"])).sum();
    let unit = units(&line["price"]).unwrap_or(0) - allocated.checked_div(i128::from(quantity)).unwrap_or(0);
    let unit = money(unit, &shop.settings.currency);
    let reference = |name: &str, kind: &str| {
        let id = line[name].as_u64()?;
        Some(json!({ "__typename": kind, "id": gid(kind, id), "title": line["title"], "handle": id.to_string() }))
    };
    json!({
        "__typename": "LineItem",
        "id": gid("LineItem", line["id"].as_u64().unwrap_or(0)),
        "title": line["title"].as_str().unwrap_or_default(),
        "name": line["name"].as_str().or_else(|| line["title"].as_str()).unwrap_or_default(),
        "sku": line["sku"],
        "quantity": quantity,
        "currentQuantity": line["current_quantity"].as_i64().unwrap_or(quantity),
        "isGiftCard": line["gift_card"] == true,
        "originalUnitPriceSet": bag(shop, line, "price"),
        "discountedUnitPriceAfterAllDiscountsSet": { "shopMoney": unit, "presentmentMoney": unit },
        "discountAllocations":
            parts(line, "discount_allocations").map(|of| json!({ "allocatedAmountSet": bag(shop, of, "amount") })).collect::<Vec<_>>(),
        "taxLines": parts(line, "tax_lines")
            .map(|tax| json!({ "title": tax["title"].as_str().unwrap_or_default(), "rate": tax["rate"], "priceSet": bag(shop, tax, "price") }))
            .collect::<Vec<_>>(),
        "product": reference("product_id", "Product"),
        "variant": reference("variant_id", "ProductVariant"),
    })
}

fn refund(shop: &Shop, order: &Value, refund: &Value) -> Value {
    let id = refund["id"].as_u64().unwrap_or(0);
    let line = |id: &Value| parts(order, "line_items").find(|line| line["id"] == *id).map(|line| line_item(shop, line));
    let lines = parts(refund, "refund_line_items").map(|of| {
        json!({
            "id": gid("RefundLineItem", of["id"].as_u64().unwrap_or(0)),
            "lineItem": line(&of["line_item_id"]),
            "quantity": of["quantity"].as_i64().unwrap_or(0),
            "restockType": of["restock_type"].as_str().unwrap_or("no_restock").to_uppercase(),
            "restocked": of["restock_type"] == "return",
            "subtotalSet": bag(shop, of, "subtotal"),
            "totalTaxSet": bag(shop, of, "total_tax"),
        })
    });
    let adjustments = parts(refund, "order_adjustments").map(|of| {
        json!({
            "__typename": "OrderAdjustment",
            "id": gid("OrderAdjustment", of["id"].as_u64().unwrap_or(0)),
            "amountSet": bag(shop, of, "amount"),
            "taxAmountSet": bag(shop, of, "tax_amount"),
            "reason": if of["kind"] == "refund_discrepancy" { json!("REFUND_DISCREPANCY") } else { Value::Null },
        })
    });
    let paid: i128 = parts(refund, "transactions").filter_map(|paid| units(&paid["amount"])).sum();
    let paid = money(paid, &shop.settings.currency);
    json!({
        "__typename": "Refund",
        "id": gid("Refund", id),
        "legacyResourceId": id.to_string(),
        "note": refund["note"],
        "createdAt": refund["created_at"],
        "updatedAt": refund.get("processed_at").filter(|at| !at.is_null()).unwrap_or(&refund["created_at"]),
        "refundLineItems": lines.collect::<Vec<_>>(),
        "orderAdjustments": adjustments.collect::<Vec<_>>(),
        "totalRefundedSet": { "shopMoney": paid, "presentmentMoney": paid },
    })
}
