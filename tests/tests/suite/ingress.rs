//! What the webhook endpoint answers, and what it records, for everything a sender can do.

use futures::future::join_all;
use serde_json::{Value, json};
use shopify::testing::{app_uninstalled, customer, customers_data_request, customers_redact, shop_redact};
use store::crypto::{Encrypted, WebhookBody};
use tests::TestApp;
use tests::settings::SHOPIFY_SECRET_PREVIOUS;
use tests::settings::keys;

use crate::support::{ADA, at, order, take};

async fn recorded(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM api_logs").await
}

#[tokio::test]
async fn a_webhook_is_answered_200_and_recorded_with_all_its_headers_and_bytes() {
    let app = TestApp::start().await;
    let body = order(1, 1_000).json();
    take(&app, "orders/create", body.clone()).await;
    let row = app.texts("SELECT concat_ws(' ', endpoint, status, job_kind, api_version, (event_id IS NOT NULL)::text, (triggered_at IS NOT NULL)::text) FROM api_logs").await;
    assert_eq!(row, ["orders/create success award-points 2026-07 true true"]);
    let stored = sqlx::query_scalar("SELECT body FROM api_log_bodies").fetch_one(&app.pool).await.unwrap();
    let raw = Encrypted::<WebhookBody>::from_stored(stored).open(&keys(), &app.shops[0].merchant_id).unwrap();
    assert_eq!(raw, body.as_bytes());
    app.finish().await;
}

#[tokio::test]
async fn the_same_webhook_eight_times_at_once_and_again_later_has_one_effect() {
    let app = TestApp::start().await;
    let webhook = app.webhook("orders/create", order(1, 1_000).json()).id("the-same");
    let answers = join_all((0..8).map(|_| webhook.send())).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    app.settled().await;
    for _ in 0..8 {
        webhook.send().await.ok();
    }
    app.settled().await;
    assert_eq!(recorded(&app).await, 1);
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 1);
    assert_eq!(app.balance(ADA).await, Some(100));
    app.finish().await;
}

#[tokio::test]
async fn commits_that_race_for_the_same_webhooks_record_each_once() {
    let app = TestApp::start().await;
    let webhooks: Vec<_> = (1..=40).map(|id| app.webhook("orders/create", order(id, 1_000).json())).collect();
    let sent = join_all((0..4).flat_map(|_| &webhooks).map(|webhook| webhook.send())).await;
    assert!(sent.iter().all(|answer| answer.status == 200), "{sent:?}");
    app.settled().await;
    assert_eq!(recorded(&app).await, 40);
    assert_eq!(app.number("SELECT count(*) FROM api_log_bodies").await, 40);
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 40);
    app.finish().await;
}

#[tokio::test]
async fn one_delivery_id_at_two_shops_is_two_webhooks() {
    let app = TestApp::start().await;
    let second = app.shops[1].domain.clone();
    app.webhook("orders/create", order(1, 1_000).json()).id("w").send().await.ok();
    app.webhook("orders/create", order(1, 1_000).json()).id("w").shop(&second).send().await.ok();
    app.settled().await;
    assert_eq!(recorded(&app).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_topic_that_is_not_needed_is_recorded_and_answered_200() {
    let app = TestApp::start().await;
    app.webhook("products/update", r#"{"id":1}"#).send().await.ok();
    let row = app.texts("SELECT concat_ws(' ', endpoint, status, error) FROM api_logs").await;
    assert_eq!(row, ["products/update success topic not needed"]);
    app.finish().await;
}

#[tokio::test]
async fn topics_of_later_handlers_are_recorded_as_pending_visible_and_not_lost() {
    let app = TestApp::start().await;
    let shop = app.shops[0].clone();
    let bodies = [
        ("customers/create", customer(ADA, Some("ada@example.com"), at(0))),
        ("customers/update", customer(ADA, Some("ada@example.com"), at(1))),
        ("customers/data_request", customers_data_request(&shop.domain, ADA, "ada@example.com", &[1, 2])),
        ("customers/redact", customers_redact(&shop.domain, ADA, "ada@example.com", &[1, 2])),
        ("shop/redact", shop_redact(&shop.domain)),
        ("app/uninstalled", app_uninstalled(&shop.domain)),
    ];
    for (topic, body) in &bodies {
        app.deliver(topic, body.clone()).await;
    }
    let waiting = app.texts("SELECT endpoint FROM api_logs WHERE status = 'pending' AND job_kind IS NULL AND payload IS NOT NULL ORDER BY log_id").await;
    assert_eq!(waiting, bodies.map(|(topic, _)| topic));
    assert_eq!(app.number("SELECT count(*) FROM api_log_bodies").await, 6);
    let seen = app.get("/v1/api/webhooks/retries?status=pending", &shop.key).await.ok().json();
    assert_eq!(seen["retries"].as_array().unwrap().len(), 6);
    app.finish().await;
}

#[tokio::test]
async fn refusals_leave_nothing_behind() {
    let app = TestApp::start().await;
    let good = || app.webhook("orders/create", order(1, 1_000).json());
    for (name, code) in [
        ("x-shopify-topic", "missing_header"),
        ("x-shopify-shop-domain", "missing_header"),
        ("x-shopify-webhook-id", "missing_header"),
    ] {
        good().without(name).send().await.refused(400, code);
        good().header(name, " ").send().await.refused(400, code);
    }
    good().header("x-shopify-shop-domain", "evil.example.com").send().await.refused(400, "malformed_header");
    good().header("x-shopify-webhook-id", "a b").send().await.refused(400, "malformed_header");
    good().header("x-shopify-webhook-id", [b'w', 0xff]).send().await.refused(400, "missing_header");
    good().secret("another secret").send().await.refused(401, "invalid_signature");
    good().header("x-shopify-hmac-sha256", "AAAA").send().await.refused(401, "invalid_signature");
    good().header("x-shopify-hmac-sha256", "not base64!").send().await.refused(401, "invalid_signature");
    good().without("x-shopify-hmac-sha256").send().await.refused(401, "invalid_signature");
    good().shop("nobody.myshopify.com").send().await.refused(404, "unknown_shop");
    good().content_type("text/plain").send().await.refused(415, "unsupported_media_type");
    good().content_type("application/x-www-form-urlencoded").send().await.refused(415, "unsupported_media_type");
    for body in [&b""[..], b"{", b"not json", b"{} {}", b"{\"id\":1,}", &[0xff, 0xfe]] {
        app.webhook("orders/create", body).send().await.refused(400, "invalid_json");
        app.webhook("products/update", body).send().await.refused(400, "invalid_json");
    }
    let wrong_method = app.get("/v1/api/shopify/webhook", "").await;
    assert_eq!(wrong_method.status, 405);
    assert_eq!(recorded(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn the_signature_comes_first_so_that_nobody_learns_which_shops_exist() {
    let app = TestApp::start().await;
    let nobody = app.webhook("orders/create", "not json").shop("nobody.myshopify.com").secret("guess");
    nobody.send().await.refused(401, "invalid_signature");
    app.finish().await;
}

#[tokio::test]
async fn both_secrets_are_valid_while_they_rotate() {
    let app = TestApp::start().await;
    app.webhook("orders/create", order(1, 1_000).json()).secret(SHOPIFY_SECRET_PREVIOUS).send().await.ok();
    app.webhook("orders/create", order(2, 1_000).json()).send().await.ok();
    app.settled().await;
    assert_eq!(app.balance(ADA).await, Some(200));
    app.finish().await;
}

#[tokio::test]
async fn senders_habits_are_accepted() {
    let app = TestApp::start().await;
    let body = |id| order(id, 1_000).json();
    let domain = app.shops[0].domain.to_uppercase();
    app.webhook("orders/create", body(1)).shop(&domain).send().await.ok();
    app.webhook("orders/create", body(2)).content_type("application/json; charset=utf-8").send().await.ok();
    app.webhook("orders/create", body(3)).without("content-type").send().await.ok();
    app.webhook("orders/create", body(4))
        .without("x-shopify-event-id")
        .without("x-shopify-api-version")
        .without("x-shopify-triggered-at")
        .send()
        .await
        .ok();
    // The signature is over the bytes as sent: escapes and blanks are not normalised away.
    app.webhook("orders/create", body(5).replace('/', "\\/")).send().await.ok();
    app.webhook("orders/create", format!(" \n{} ", body(6))).send().await.ok();
    app.settled().await;
    assert_eq!(app.balance(ADA).await, Some(600));
    app.finish().await;
}

#[tokio::test]
async fn a_header_sent_twice_never_lets_an_unsigned_body_in() {
    let app = TestApp::start().await;
    let body = order(1, 1_000).json();
    let signature = shopify::sign(b"guess", body.as_bytes());
    let two = app.webhook("orders/create", body).secret("guess").also("x-shopify-hmac-sha256", &signature);
    two.send().await.refused(401, "invalid_signature");
    assert_eq!(recorded(&app).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn json_of_another_shape_is_taken_and_its_job_is_dead_with_the_reason() {
    let mut app = TestApp::start().await;
    let bodies = [json!([]), json!({}), json!(null), json!({ "id": "x" }), json!({ "id": 1, "line_items": "none" })];
    for body in &bodies {
        app.webhook("orders/create", body.to_string()).send().await.ok();
    }
    app.webhook("refunds/create", r#"{"id":1}"#).send().await.ok();
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'failed' AND error LIKE '%shape: %'").await, 6);
    assert_eq!(app.number("SELECT count(*) FROM dead_letters WHERE reason LIKE '%shape: %' AND attempts = 1").await, 6);
    let key = app.shops[0].key.clone();
    let failed = app.get("/v1/api/webhooks/retries", &key).await.ok().json();
    let reasons: Vec<&str> =
        failed["retries"].as_array().unwrap().iter().filter_map(|row| row["reason"].as_str()).collect();
    assert_eq!(reasons.len(), 6);
    assert!(reasons.iter().all(|reason| reason.contains("shape: ")), "{reasons:?}");
    app.expect_dead_letters(6);
    app.finish().await;
}

/// An order's body, changed.
fn changed(id: i64, change: impl FnOnce(&mut Value)) -> String {
    let mut body: Value = serde_json::from_str(&order(id, 1_000).json()).unwrap();
    change(&mut body);
    body.to_string()
}

#[tokio::test]
async fn what_json_allows_does_not_trip_the_database() {
    let app = TestApp::start().await;
    let nul = "a\u{0}b";
    app.deliver(
        "orders/create",
        changed(1, |body| {
            body["source_name"] = json!(nul);
            body["email"] = json!(nul);
            body["customer"]["email"] = json!(nul);
            body["customer"]["locale"] = json!(nul);
        }),
    )
    .await;
    app.deliver("orders/create", changed(2, |body| body["customer"] = json!(null))).await;
    app.deliver(
        "orders/create",
        changed(3, |body| body["note"] = json!("\u{10ffff} \u{fffd} \u{202e} '; DROP TABLE orders; --")),
    )
    .await;
    app.deliver("orders/create", changed(i64::MAX, |_| {})).await;
    app.deliver("orders/create", changed(5, |body| body["unknown"] = json!({ "deep": [1, { "x": null }] }))).await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM api_logs WHERE status = 'success'").await, 5);
    assert_eq!(app.balance(ADA).await, Some(400));
    app.finish().await;
}

#[tokio::test]
async fn lone_surrogates_and_numbers_out_of_range_are_never_a_5xx() {
    let app = TestApp::start().await;
    let order = order(1, 1_000).json();
    let odd = [
        order.replacen("\"web\"", "\"\\ud800\"", 1),
        order.replacen("\"id\":1,", "\"id\":1e400,", 1),
        order.replacen("\"id\":1,", "\"id\":99999999999999999999999999,", 1),
        order.replacen("\"id\":1,", "\"id\":-1,", 1),
        order.replacen("10.00", "9999999999999999999999999999.99", 10),
    ];
    // Bytes that are no text, in a field that is skipped, and in one that is read.
    let not_text = [&b"{\"id\":\"\xff\"}"[..], b"{\"id\":1,\"note\":\"\xff\"}"].map(<[u8]>::to_vec);
    for body in odd.map(String::into_bytes).into_iter().chain(not_text) {
        let answer = app.webhook("orders/create", body).send().await;
        assert!(answer.status < 500, "{}: {}", answer.status, answer.text);
    }
    app.settled().await;
    let dead = app.number("SELECT count(*) FROM dead_letters").await;
    let mut app = app;
    app.expect_dead_letters(dead);
    app.finish().await;
}

#[tokio::test]
async fn ids_of_eighteen_digits_keep_every_digit() {
    let app = TestApp::start().await;
    let (id, customer) = (820_982_911_946_154_508, 706_405_506_998_224_979);
    take(&app, "orders/create", order(id, 1_000).customer(customer, None).json()).await;
    assert_eq!(app.texts("SELECT source_key FROM points_transactions").await, [format!("order:{id}:paid")]);
    assert_eq!(app.balance(customer).await, Some(100));
    app.finish().await;
}

#[tokio::test]
async fn an_order_of_three_megabytes_is_taken_and_one_over_the_limit_is_not() {
    let app = TestApp::start().await;
    let large = (1..3_600).fold(order(1, 100), |order, _| order.line(100, 1));
    let body = large.json();
    assert!(body.len() > 3_000_000, "{}", body.len());
    take(&app, "orders/create", body).await;
    assert_eq!(app.balance(ADA).await, Some(36_000));
    let over = app.webhook("orders/create", vec![b' '; 16 * 1_024 * 1_024 + 1]);
    if let Ok(answer) = over.try_send().await {
        answer.refused(413, "body_too_large");
    }
    assert_eq!(recorded(&app).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn deep_nesting_does_not_overflow_the_stack() {
    let app = TestApp::start().await;
    let deep = |open: &str, close: &str| format!("{{\"x\":{}{}}}", open.repeat(200_000), close.repeat(200_000));
    for (topic, body) in [
        ("orders/create", deep("[", "]")),
        ("products/update", deep("[", "]")),
        ("orders/create", deep("{\"a\":", "}").replace(":}", ":1}")),
        ("orders/create", "[".repeat(1_000_000)),
    ] {
        let answer = app.webhook(topic, body).send().await;
        assert!(matches!(answer.status, 200 | 400), "{}: {}", answer.status, answer.text);
    }
    app.get("/healthz", "").await.ok();
    app.settled().await;
    let dead = app.number("SELECT count(*) FROM dead_letters").await;
    let mut app = app;
    app.expect_dead_letters(dead);
    app.finish().await;
}

#[tokio::test]
async fn one_bad_row_does_not_take_its_neighbours_along() {
    let mut app = TestApp::start().await;
    let mut webhooks: Vec<_> = (1..=40).map(|id| app.webhook("orders/create", order(id, 1_000).json())).collect();
    webhooks.push(app.webhook("orders/create", json!({ "id": 1 }).to_string()));
    // Their points leave the range of a balance: refused in the plan, dead, and alone.
    webhooks.push(app.webhook("orders/create", order(99, 900_000_000_000_000_000).json()));
    webhooks.push(app.webhook("orders/create", order(98, 910_000_000_000_000_000).json()));
    let answers = join_all(webhooks.iter().map(tests::Webhook::send)).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions WHERE delta = 100").await, 40);
    let dead = app.number("SELECT count(*) FROM dead_letters").await;
    assert!(dead >= 1, "{dead}");
    app.expect_dead_letters(dead);
    app.finish().await;
}
