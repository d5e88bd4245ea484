//! Shopify: tokens, discounts, the budget, scopes, store credit, customers, metafields, and every status a caller meets.

use std::time::Duration;

use reqwest::{Method, Response};
use sandbox::Partner;
use serde_json::{Value, json};

use crate::support::{TestSandbox, json as body};

const SHOP: &str = "demo.myshopify.com";
const SECRET: &str = "sandbox-shopify-api-secret";

/// Asks for a token.
pub(crate) async fn oauth(test: &TestSandbox, shop: &str, extra: Value) -> Response {
    let mut asked = json!({ "client_id": "app", "client_secret": SECRET });
    asked.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    test.request(Method::POST, &format!("/shopify/{shop}/admin/oauth/access_token")).json(&asked).send().await.unwrap()
}

/// A token that does not expire.
pub(crate) async fn token(test: &TestSandbox, shop: &str) -> String {
    let code = test.sandbox.requests(Partner::Shopify, 0).len().to_string();
    body(oauth(test, shop, json!({ "code": code })).await).await["access_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn send(test: &TestSandbox, shop: &str, token: &str, query: &str, variables: Value) -> Response {
    let request = test.request(Method::POST, &format!("/shopify/{shop}/admin/api/2026-07/graphql.json"));
    let request = request.header("x-shopify-access-token", token);
    request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap()
}

async fn ask(test: &TestSandbox, token: &str, query: &str, variables: Value) -> Value {
    let answer = send(test, SHOP, token, query, variables).await;
    assert_eq!(answer.status(), 200);
    body(answer).await
}

const CREATE: &str = "mutation($input: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $input) {
  codeDiscountNode { id codeDiscount { ... on DiscountCodeBasic { status summary usageLimit appliesOncePerCustomer
    codes(first: 1) { nodes { code } } context { ... on DiscountCustomers { customers { id } } }
    customerGets { value { ... on DiscountAmount { amount { amount currencyCode } } } } } } }
  userErrors { field message code extraInfo } } }";

fn discount(code: &str) -> Value {
    json!({ "input": {
        "title": "500 points",
        "code": code,
        "startsAt": "2026-11-22T00:00:00Z",
        "usageLimit": 1,
        "appliesOncePerCustomer": true,
        "context": { "customers": { "add": ["gid://shopify/Customer/7"] } },
        "customerGets": { "value": { "discountAmount": { "amount": "5.00", "appliesOnEachItem": false } }, "items": { "all": true } },
    } })
}

#[tokio::test]
async fn a_code_is_created_once_and_found_by_its_code_whatever_the_case() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let created = ask(&test, &token, CREATE, discount("LN-7K3Q")).await;
    let payload = &created["data"]["discountCodeBasicCreate"];
    assert_eq!(payload["userErrors"], json!([]), "{created}");
    let shown = &payload["codeDiscountNode"]["codeDiscount"];
    assert_eq!(shown["status"], "ACTIVE");
    assert_eq!(shown["summary"], "$5.00 off one-time purchase products • One use per customer");
    assert_eq!(shown["customerGets"]["value"]["amount"], json!({ "amount": "5.0", "currencyCode": "USD" }));
    assert_eq!(shown["context"]["customers"], json!([{ "id": "gid://shopify/Customer/7" }]));
    let again = ask(&test, &token, CREATE, discount("ln-7k3q")).await;
    assert_eq!(
        again["data"]["discountCodeBasicCreate"],
        json!({ "codeDiscountNode": null, "userErrors": [{
            "field": ["basicCodeDiscount", "code"],
            "message": "Code must be unique. Please try a different code.",
            "code": "TAKEN",
            "extraInfo": null,
        }] })
    );
    let find = "query($code: String!) { codeDiscountNodeByCode(code: $code) { id } }";
    let found = ask(&test, &token, find, json!({ "code": "Ln-7k3Q" })).await;
    assert_eq!(found["data"]["codeDiscountNodeByCode"]["id"], payload["codeDiscountNode"]["id"]);
    let deactivate = "mutation($id: ID!) { discountCodeDeactivate(id: $id) { codeDiscountNode { codeDiscount { ... on \
                      DiscountCodeBasic { status endsAt } } } userErrors { code } } }";
    let ended = ask(&test, &token, deactivate, json!({ "id": payload["codeDiscountNode"]["id"] })).await;
    let ended = &ended["data"]["discountCodeDeactivate"]["codeDiscountNode"]["codeDiscount"];
    assert_eq!(ended, &json!({ "status": "EXPIRED", "endsAt": "2027-01-01T00:00:00Z" }));
    let other = ask(&test, &token, find, json!({ "code": "nothing" })).await;
    assert_eq!(other["data"]["codeDiscountNodeByCode"], Value::Null);
}

#[tokio::test]
async fn shops_are_apart() {
    let test = TestSandbox::start().await;
    let (one, other) = (token(&test, SHOP).await, token(&test, "other.myshopify.com").await);
    ask(&test, &one, CREATE, discount("SAME")).await;
    let created = body(send(&test, "other.myshopify.com", &other, CREATE, discount("SAME")).await).await;
    assert_eq!(created["data"]["discountCodeBasicCreate"]["userErrors"], json!([]));
    assert_eq!(send(&test, SHOP, &other, CREATE, discount("B")).await.status(), 401, "a token is one shop's");
}

#[tokio::test]
async fn free_shipping_and_a_free_product_have_their_shapes() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let shipping = "mutation($i: DiscountCodeFreeShippingInput!) { discountCodeFreeShippingCreate(freeShippingCodeDiscount: $i) \
                    { codeDiscountNode { codeDiscount { ... on DiscountCodeFreeShipping { summary discountClasses } } } userErrors { code field } } }";
    let input = json!({ "i": {
        "title": "Free shipping", "code": "SHIP", "startsAt": "2026-11-22T00:00:00Z", "context": { "all": "ALL" },
        "destination": { "all": true }, "combinesWith": { "orderDiscounts": true },
    } });
    let created = ask(&test, &token, shipping, input.clone()).await;
    let shown = &created["data"]["discountCodeFreeShippingCreate"]["codeDiscountNode"]["codeDiscount"];
    assert_eq!(shown["discountClasses"], json!(["SHIPPING"]), "{created}");
    let mut wrong = input;
    wrong["i"]["code"] = json!("SHIP2");
    wrong["i"]["combinesWith"] = json!({ "shippingDiscounts": true });
    let refused = ask(&test, &token, shipping, wrong).await;
    let code = &refused["data"]["discountCodeFreeShippingCreate"]["userErrors"][0]["code"];
    assert_eq!(code, "INVALID_COMBINES_WITH_FOR_DISCOUNT_CLASS");
    let bxgy = "mutation($i: DiscountCodeBxgyInput!) { discountCodeBxgyCreate(bxgyCodeDiscount: $i) { codeDiscountNode \
                { codeDiscount { ... on DiscountCodeBxgy { summary usesPerOrderLimit } } } userErrors { code field message } } }";
    let items = |id: u64| json!({ "products": { "productsToAdd": [format!("gid://shopify/Product/{id}")] } });
    let input = json!({ "i": {
        "title": "Free product", "code": "FREE", "startsAt": "2026-11-22T00:00:00Z", "context": { "all": "ALL" },
        "usesPerOrderLimit": 1, "customerBuys": { "value": { "quantity": "1" }, "items": items(1) },
        "customerGets": { "value": { "discountOnQuantity": { "quantity": "1", "effect": { "percentage": 1.0 } } }, "items": items(2) },
    } });
    let created = ask(&test, &token, bxgy, input).await;
    let shown = &created["data"]["discountCodeBxgyCreate"]["codeDiscountNode"]["codeDiscount"];
    assert_eq!(shown, &json!({ "summary": "Buy 1 item, get 1 item free", "usesPerOrderLimit": 1 }), "{created}");
}

#[tokio::test]
async fn the_budget_is_spent_told_and_restored() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let first = ask(&test, &token, CREATE, discount("A0")).await;
    let cost = &first["extensions"]["cost"];
    let requested = cost["requestedQueryCost"].as_u64().unwrap();
    assert_eq!(
        cost["throttleStatus"],
        json!({
            "maximumAvailable": 2000,
            "currentlyAvailable": 2000 - cost["actualQueryCost"].as_u64().unwrap(),
            "restoreRate": 100,
        })
    );
    test.fault(Partner::Shopify, json!({ "rate_per_s": 2 })).await;
    let mut throttled = None;
    for n in 0..10 {
        let answer = ask(&test, &token, CREATE, discount(&format!("B{n}"))).await;
        if answer.get("data").is_none() {
            throttled = Some(answer);
            break;
        }
    }
    let throttled = throttled.unwrap();
    assert_eq!(throttled["errors"][0]["message"], "Throttled");
    assert_eq!(throttled["errors"][0]["extensions"]["code"], "THROTTLED");
    let cost = &throttled["extensions"]["cost"];
    assert_eq!((&cost["actualQueryCost"], cost["requestedQueryCost"].as_u64()), (&Value::Null, Some(requested)));
    let status = &cost["throttleStatus"];
    assert_eq!((&status["maximumAvailable"], &status["restoreRate"]), (&json!(40), &json!(2)));
    let wait = (requested - status["currentlyAvailable"].as_u64().unwrap()).div_ceil(2);
    test.clock.advance(Duration::from_secs(wait));
    assert!(ask(&test, &token, CREATE, discount("C")).await.get("data").is_some());
}

#[tokio::test]
async fn a_query_that_is_too_dear_and_fields_that_are_not_there_are_refused() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let dear = "{ customers(first: 250) { nodes { storeCreditAccounts(first: 250) { nodes { id } } orders(first: 250) { nodes \
                { lineItems(first: 250) { nodes { id } } } } } } }";
    let refused = ask(&test, &token, dear, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "MAX_COST_EXCEEDED");
    let unknown = ask(&test, &token, "query Q { shop { nickname } }", json!({})).await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "undefinedField");
    assert!(unknown.get("data").is_none());
    let mut wrong = discount("A");
    wrong["input"]["points"] = json!(1);
    let refused = ask(&test, &token, CREATE, wrong).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "INVALID_VARIABLE");
    let problems = &refused["errors"][0]["extensions"]["problems"];
    assert_eq!(
        problems,
        &json!([{ "path": ["points"], "explanation": "Field is not defined on DiscountCodeBasicInput" }])
    );
}

#[tokio::test]
async fn a_scope_that_is_missing_is_denied_by_field() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let set = test.request(Method::PUT, &format!("/_sandbox/shopify/{SHOP}"));
    let set = set.json(&json!({ "scopes": ["read_discounts"], "currency": "EUR" })).send().await.unwrap();
    assert_eq!(body(set).await["currency"], "EUR");
    let denied = ask(&test, &token, CREATE, discount("A")).await;
    assert_eq!(denied["data"]["discountCodeBasicCreate"], Value::Null);
    let error = &denied["errors"][0];
    assert_eq!(
        (&error["extensions"]["code"], &error["path"]),
        (&json!("ACCESS_DENIED"), &json!(["discountCodeBasicCreate"]))
    );
    assert!(error["message"].as_str().unwrap().contains("`write_discounts`"), "{error}");
    let read =
        ask(&test, &token, "{ shop { currencyCode } codeDiscountNodes(first: 5) { nodes { id } } }", json!({})).await;
    assert_eq!(read["data"], json!({ "shop": { "currencyCode": "EUR" }, "codeDiscountNodes": { "nodes": [] } }));
}

#[tokio::test]
async fn every_status_that_a_caller_meets_can_be_had() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let query = "{ shop { name } }";
    for status in [401, 402, 403, 404, 423, 429, 430, 500, 502, 503, 504] {
        test.fault(Partner::Shopify, json!({ "status": status })).await;
        let answer = send(&test, SHOP, &token, query, json!({})).await;
        assert_eq!(answer.status().as_u16(), status);
        if status == 429 {
            assert_eq!(answer.headers()["retry-after"], "2.0", "seconds, as a decimal");
        }
    }
    test.fault(Partner::Shopify, json!({ "status": 200 })).await;
    assert_eq!(ask(&test, &token, query, json!({})).await["errors"][0]["extensions"]["code"], "THROTTLED");
    test.fault(Partner::Shopify, json!({ "shop_gone": SHOP })).await;
    assert_eq!(send(&test, SHOP, &token, query, json!({})).await.status(), 401);
    test.sandbox.end_faults(Partner::Shopify);
    for (state, status) in [("frozen", 402), ("locked", 423), ("closed", 404), ("open", 200)] {
        let set = test.request(Method::PUT, &format!("/_sandbox/shopify/{SHOP}")).json(&json!({ "state": state }));
        assert_eq!(set.send().await.unwrap().status(), 200);
        assert_eq!(send(&test, SHOP, &token, query, json!({})).await.status(), status, "{state}");
    }
}

#[tokio::test]
async fn requests_of_the_wrong_form_are_refused() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let path = format!("/shopify/{SHOP}/admin/api/2026-07/graphql.json");
    let post = |content_type: &str, body: &'static str| {
        let request = test.request(Method::POST, &path).header("x-shopify-access-token", &token);
        request.header("content-type", content_type).body(body).send()
    };
    assert_eq!(post("text/plain", "{ shop { name } }").await.unwrap().status(), 415);
    assert_eq!(post("application/json", "{ shop").await.unwrap().status(), 400);
    assert_eq!(post("application/json", "[]").await.unwrap().status(), 400);
    let plain = post("application/graphql", "{ shop { myshopifyDomain } }").await.unwrap();
    assert_eq!(body(plain).await["data"]["shop"]["myshopifyDomain"], SHOP);
    assert_eq!(send(&test, SHOP, "shpat_unknown", "{ shop { name } }", json!({})).await.status(), 401);
    assert_eq!(test.status(&path).await, 404, "GET");
    assert_eq!(test.post("/shopify/nobody.example.com/admin/api/2026-07/graphql.json", "").await.status(), 404);
    let old = test.request(Method::POST, &path.replace("2026-07", "2024-01")).header("x-shopify-access-token", &token);
    let old = old.json(&json!({ "query": "{ shop { name } }" })).send().await.unwrap();
    assert_eq!(old.headers()["x-shopify-api-version"], "2025-10", "an old version falls forward");
    let never = test.request(Method::POST, &path.replace("2026-07", "soon")).header("x-shopify-access-token", &token);
    assert_eq!(never.json(&json!({})).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn expiring_tokens_expire_and_refresh_tokens_rotate_once_their_replacement_is_used() {
    let test = TestSandbox::start().await;
    let issued = body(oauth(&test, SHOP, json!({ "code": "c1", "expiring": "1" })).await).await;
    assert_eq!((&issued["expires_in"], &issued["refresh_token_expires_in"]), (&json!(3600), &json!(7_776_000)));
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(send(&test, SHOP, token, "{ shop { name } }", json!({})).await.status(), 200);
    test.clock.advance(Duration::from_secs(3_601));
    assert_eq!(send(&test, SHOP, token, "{ shop { name } }", json!({})).await.status(), 401);
    let refresh = async |token: &Value| {
        oauth(&test, SHOP, json!({ "grant_type": "refresh_token", "refresh_token": token })).await
    };
    let old = issued["refresh_token"].clone();
    let lost = body(refresh(&old).await).await;
    let kept = refresh(&old).await;
    assert_eq!(kept.status(), 200, "the answer was lost: the old one still works");
    let kept = body(kept).await;
    assert_ne!(lost["access_token"], kept["access_token"]);
    assert_eq!(
        send(&test, SHOP, kept["access_token"].as_str().unwrap(), "{ shop { name } }", json!({})).await.status(),
        200
    );
    let next = refresh(&kept["refresh_token"]).await;
    assert_eq!(next.status(), 200);
    let refused = refresh(&old).await;
    assert_eq!(refused.status(), 400, "its replacement was used");
    assert_eq!(body(refused).await["error"], "invalid_grant");
    test.clock.advance(Duration::from_secs(91 * 24 * 3_600));
    assert_eq!(refresh(&body(next).await["refresh_token"]).await.status(), 400, "it lives 90 days");
}

#[tokio::test]
async fn tokens_are_issued_only_to_the_app_and_for_a_code_only_once() {
    let test = TestSandbox::start().await;
    assert_eq!(oauth(&test, SHOP, json!({ "code": "c1" })).await.status(), 200);
    let again = oauth(&test, SHOP, json!({ "code": "c1" })).await;
    assert_eq!((again.status().as_u16(), body(again).await["error"].clone()), (400, json!("invalid_request")));
    assert_eq!(oauth(&test, SHOP, json!({ "code": "c2", "client_secret": "wrong" })).await.status(), 401);
    assert_eq!(oauth(&test, SHOP, json!({})).await.status(), 400);
    let own = body(oauth(&test, SHOP, json!({ "grant_type": "client_credentials" })).await).await;
    assert_eq!(own["expires_in"], 86_400);
    let exchange = |subject: &str, kind: &str| {
        json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": subject,
            "subject_token_type": kind,
            "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
            "expiring": "1",
        })
    };
    let kind = "urn:shopify:params:oauth:token-type:offline-access-token";
    let exchanged = oauth(&test, SHOP, exchange(own["access_token"].as_str().unwrap(), kind)).await;
    assert_eq!(body(exchanged).await["expires_in"], 3_600);
    assert_eq!(oauth(&test, SHOP, exchange("nonsense", kind)).await.status(), 400);
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    assert_eq!(oauth(&test, SHOP, exchange("a.b.c", id_token)).await.status(), 400);
}

#[tokio::test]
async fn store_credit_is_credited_and_debited_within_its_bounds() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let credit = "mutation($id: ID!, $c: StoreCreditAccountCreditInput!) { storeCreditAccountCredit(id: $id, creditInput: $c) \
                  { storeCreditAccountTransaction { balanceAfterTransaction { amount } account { id owner { ... on Customer { id } } } } \
                  userErrors { code field } } }";
    let amount = |text: &str| json!({ "creditAmount": { "amount": text, "currencyCode": "USD" } });
    let customer = "gid://shopify/Customer/7";
    let first = ask(&test, &token, credit, json!({ "id": customer, "c": amount("7.23") })).await;
    let transaction = &first["data"]["storeCreditAccountCredit"]["storeCreditAccountTransaction"];
    assert_eq!(transaction["balanceAfterTransaction"]["amount"], "7.23", "{first}");
    assert_eq!(transaction["account"]["owner"]["id"], customer);
    for (id, amount, code) in [
        (customer, "0", "NEGATIVE_OR_ZERO_AMOUNT"),
        (customer, "100000", "CREDIT_LIMIT_EXCEEDED"),
        ("gid://shopify/Customer/999999999999999", "1", "OWNER_NOT_FOUND"),
        ("gid://shopify/StoreCreditAccount/1", "1", "ACCOUNT_NOT_FOUND"),
    ] {
        let refused = ask(
            &test,
            &token,
            credit,
            json!({ "id": id, "c": { "creditAmount": { "amount": amount, "currencyCode": "USD" } } }),
        )
        .await;
        assert_eq!(refused["data"]["storeCreditAccountCredit"]["userErrors"][0]["code"], code);
    }
    let debit = "mutation($id: ID!, $d: StoreCreditAccountDebitInput!) { storeCreditAccountDebit(id: $id, debitInput: $d) \
                 { storeCreditAccountTransaction { amount { amount } } userErrors { code } } }";
    let take =
        |text: &str| json!({ "id": customer, "d": { "debitAmount": { "amount": text, "currencyCode": "USD" } } });
    let taken = ask(&test, &token, debit, take("7.00")).await;
    assert_eq!(taken["data"]["storeCreditAccountDebit"]["storeCreditAccountTransaction"]["amount"]["amount"], "-7.0");
    let refused = ask(&test, &token, debit, take("7.00")).await;
    assert_eq!(refused["data"]["storeCreditAccountDebit"]["userErrors"][0]["code"], "INSUFFICIENT_FUNDS");
}

#[tokio::test]
async fn customers_and_metafields_are_written_and_read() {
    let test = TestSandbox::start().await;
    let token = token(&test, SHOP).await;
    let create = "mutation($i: CustomerInput!) { customerCreate(input: $i) { customer { id displayName tags defaultEmailAddress \
                  { emailAddress marketingState } } userErrors { message } } }";
    let created =
        ask(&test, &token, create, json!({ "i": { "email": "a@example.com", "firstName": "A", "tags": ["z", "b"] } }))
            .await;
    let customer = created["data"]["customerCreate"]["customer"].clone();
    assert_eq!((&customer["displayName"], &customer["tags"]), (&json!("A"), &json!(["b", "z"])), "{created}");
    assert_eq!(customer["defaultEmailAddress"]["marketingState"], "NOT_SUBSCRIBED");
    let taken = ask(&test, &token, create, json!({ "i": { "email": "A@example.com" } })).await;
    assert_eq!(taken["data"]["customerCreate"]["userErrors"][0]["message"], "Email has already been taken");
    let set = "mutation($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { namespace jsonValue } \
               userErrors { code message } } }";
    let balance = json!({ "m": [{ "ownerId": customer["id"], "namespace": "$app", "key": "points", "type": "number_integer", "value": "120" }] });
    let written = ask(&test, &token, set, balance).await;
    assert_eq!(
        written["data"]["metafieldsSet"]["metafields"],
        json!([{ "namespace": "app--347082227713", "jsonValue": 120 }]),
        "{written}"
    );
    let wrong =
        json!({ "m": [{ "ownerId": customer["id"], "key": "points", "type": "number_integer", "value": "many" }] });
    assert_eq!(ask(&test, &token, set, wrong).await["data"]["metafieldsSet"]["userErrors"][0]["code"], "INVALID_VALUE");
    let read = "query($id: ID!) { customer(id: $id) { metafield(namespace: \"$app\", key: \"points\") { value } } }";
    let read = ask(&test, &token, read, json!({ "id": customer["id"] })).await;
    assert_eq!(read["data"]["customer"]["metafield"]["value"], "120");
    let consent = "mutation($i: CustomerEmailMarketingConsentUpdateInput!) { customerEmailMarketingConsentUpdate(input: $i) \
                   { customer { defaultEmailAddress { marketingState } } userErrors { code } } }";
    let input = json!({ "i": { "customerId": customer["id"], "emailMarketingConsent": { "marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN" } } });
    let consented = ask(&test, &token, consent, input).await;
    let shown = &consented["data"]["customerEmailMarketingConsentUpdate"]["customer"]["defaultEmailAddress"];
    assert_eq!(shown["marketingState"], "SUBSCRIBED", "{consented}");
}
