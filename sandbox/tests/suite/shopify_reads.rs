//! Shopify's orders, made of webhooks' bodies, and bulk operations.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::shopify::{send, token};
use crate::support::{TestSandbox, json as body};

const SHOP: &str = "demo.myshopify.com";

async fn ask(test: &TestSandbox, token: &str, query: &str, variables: Value) -> Value {
    body(send(test, SHOP, token, query, variables).await).await
}

fn order(id: u64, updated_at: &str) -> Value {
    json!({
        "id": id, "name": format!("#{id}"), "test": false, "currency": "USD", "financial_status": "partially_refunded",
        "created_at": "2026-11-22T09:00:00Z", "updated_at": updated_at, "customer": { "id": 7 }, "total_outstanding": "0.00",
        "total_price": "90.00", "discount_codes": [{ "code": "LN-1" }],
        "line_items": [{ "id": 1, "title": "Shirt", "quantity": 2, "price": "50.00", "discount_allocations": [{ "amount": "10.00" }] }],
        "refunds": [{
            "id": 3, "created_at": "2026-11-23T00:00:00Z", "transactions": [{ "amount": "45.00" }],
            "refund_line_items": [{ "id": 4, "line_item_id": 1, "quantity": 1, "subtotal": 45.0, "restock_type": "return" }],
            "order_adjustments": [{ "id": 5, "amount": "-5.00", "kind": "refund_discrepancy" }],
        }],
    })
}

async fn put(test: &TestSandbox, order: &Value) {
    let answer =
        test.request(Method::PUT, &format!("/_sandbox/shopify/{SHOP}/orders")).json(order).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn an_order_is_read_as_the_webhook_told_it_and_its_code_is_used() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let create = "mutation($i: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $i) { userErrors { code } } }";
    let input = json!({ "i": {
        "title": "t", "code": "LN-1", "startsAt": "2026-11-22T00:00:00Z", "context": { "all": "ALL" },
        "customerGets": { "value": { "percentage": 0.1 }, "items": { "all": true } },
    } });
    ask(&test, &token, create, input).await;
    put(&test, &order(450, "2026-11-23T00:00:00Z")).await;
    put(&test, &order(450, "2026-11-23T00:00:00Z")).await;
    let read = "query($id: ID!) { order(id: $id) { name displayFinancialStatus customer { id } discountCodes
      totalPriceSet { shopMoney { amount currencyCode } } totalOutstandingSet { shopMoney { amount } }
      lineItems(first: 10) { nodes { quantity discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount } } } }
      refunds { refundLineItems(first: 5) { nodes { quantity lineItem { id } subtotalSet { shopMoney { amount } } } }
                orderAdjustments(first: 5) { nodes { reason amountSet { shopMoney { amount } } } } } } }";
    let answer = ask(&test, &token, read, json!({ "id": "gid://shopify/Order/450" })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let shown = &answer["data"]["order"];
    assert_eq!(shown["displayFinancialStatus"], "PARTIALLY_REFUNDED");
    assert_eq!(shown["customer"]["id"], "gid://shopify/Customer/7");
    assert_eq!(shown["totalPriceSet"]["shopMoney"], json!({ "amount": "90.0", "currencyCode": "USD" }));
    assert_eq!(
        shown["lineItems"]["nodes"][0]["discountedUnitPriceAfterAllDiscountsSet"]["shopMoney"]["amount"],
        "45.0"
    );
    let refund = &shown["refunds"][0];
    assert_eq!(refund["refundLineItems"]["nodes"][0]["lineItem"]["id"], "gid://shopify/LineItem/1");
    assert_eq!(refund["orderAdjustments"]["nodes"][0]["amountSet"]["shopMoney"]["amount"], "-5.0");
    let used =
        "{ codeDiscountNodeByCode(code: \"ln-1\") { codeDiscount { ... on DiscountCodeBasic { asyncUsageCount } } } }";
    let used = ask(&test, &token, used, json!({})).await;
    assert_eq!(
        used["data"]["codeDiscountNodeByCode"]["codeDiscount"]["asyncUsageCount"], 1,
        "one order, however often it comes"
    );
}

#[tokio::test]
async fn orders_are_found_by_when_they_changed_and_read_page_by_page() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    for id in 1..=5 {
        put(&test, &order(id, &format!("2026-11-2{id}T00:00:00Z"))).await;
    }
    let query = "query($q: String, $after: String) { orders(first: 2, after: $after, sortKey: UPDATED_AT, query: $q) { nodes { name } \
                 pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut names) = (Value::Null, Vec::new());
    loop {
        let page =
            ask(&test, &token, query, json!({ "q": "updated_at:>='2026-11-23T00:00:00Z'", "after": after })).await;
        let orders = &page["data"]["orders"];
        names
            .extend(orders["nodes"].as_array().unwrap().iter().map(|order| order["name"].as_str().unwrap().to_owned()));
        if orders["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = orders["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(names, ["#3", "#4", "#5"]);
    let none = ask(&test, &token, "{ orders { nodes { id } } }", json!({})).await;
    assert_eq!(none["errors"][0]["message"], "you must provide one of first or last");
}

#[tokio::test]
async fn a_bulk_operation_runs_for_a_while_and_answers_with_lines() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    put(&test, &order(1, "2026-11-21T00:00:00Z")).await;
    let run = "mutation($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id status url } userErrors { message code } } }";
    let query = "{ orders { edges { node { id name lineItems { edges { node { id quantity } } } } } } }";
    let begun = ask(&test, &token, run, json!({ "q": query })).await;
    let operation = &begun["data"]["bulkOperationRunQuery"]["bulkOperation"];
    assert_eq!((&operation["status"], &operation["url"]), (&json!("CREATED"), &Value::Null), "{begun}");
    let read = "query($id: ID!) { bulkOperation(id: $id) { status objectCount rootObjectCount url } }";
    let read =
        async || ask(&test, &token, read, json!({ "id": operation["id"] })).await["data"]["bulkOperation"].clone();
    test.clock.advance(Duration::from_secs(2));
    assert_eq!(read().await["status"], "RUNNING");
    test.clock.advance(Duration::from_secs(2));
    let done = read().await;
    assert_eq!(
        (&done["status"], &done["objectCount"], &done["rootObjectCount"]),
        (&json!("COMPLETED"), &json!("2"), &json!("1"))
    );
    let file = test.http.get(done["url"].as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    let lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], json!({ "id": "gid://shopify/Order/1", "name": "#1" }));
    assert_eq!(lines[1]["__parentId"], "gid://shopify/Order/1");
}

#[tokio::test]
async fn bulk_queries_are_refused_as_recorded_and_a_sixth_one_must_wait() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let run = "mutation($q: String!) { bulkOperationRunQuery(query: $q) { bulkOperation { id } userErrors { field message code } } }";
    let first = async |query: &str| {
        let answer = ask(&test, &token, run, json!({ "q": query })).await;
        answer["data"]["bulkOperationRunQuery"]["userErrors"][0].clone()
    };
    for (query, message) in [
        ("", "Invalid bulk query: syntax error, unexpected end of file"),
        ("{ shop { id } }", "Bulk queries must contain at least one connection."),
        ("{ node(id: \"gid://shopify/Product/0\") { id } }", "Bulk queries cannot contain a top level `node` field."),
        (
            "mutation { tagsAdd(id: \"gid://shopify/Customer/1\", tags: []) { userErrors { field } } }",
            "Invalid operation type. Only `query` operations are supported.",
        ),
    ] {
        assert_eq!(first(query).await, json!({ "field": ["query"], "message": message, "code": "INVALID" }));
    }
    assert!(
        first("{ orders { nodes { id } } }").await["message"]
            .as_str()
            .unwrap()
            .contains("Invalid connection fields: 'orders'.")
    );
    let parent = first("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }").await;
    assert!(parent["message"].as_str().unwrap().ends_with("Connection fields without 'id': orders."));
    for _ in 0..5 {
        assert_eq!(first("{ orders { edges { node { id } } } }").await, Value::Null);
    }
    let sixth = first("{ orders { edges { node { id } } } }").await;
    assert_eq!(sixth["code"], "OPERATION_IN_PROGRESS");
    test.clock.advance(Duration::from_secs(5));
    assert_eq!(first("{ orders { edges { node { id } } } }").await, Value::Null);
}
