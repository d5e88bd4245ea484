//! What others read from us, word for word: a change here is a change for them. `cargo insta review` accepts one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use platform::clock::ManualClock;
use serde_json::{Value, json};
use shopify::testing::RefundPayload;
use tests::TestApp;

use crate::support::{ADA, order, take};

fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

/// Ids and the database's own instants differ from run to run.
fn steady(mut value: Value) -> Value {
    fn walk(name: &str, value: &mut Value) {
        match value {
            Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| walk(name, value)),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(name, item)),
            Value::String(text) if name.ends_with("created_at") || name.ends_with("finished_at") => {
                *text = "[instant]".to_owned()
            }
            Value::String(text) if text.len() == 26 && domain::LogId::parse(text).is_ok() => *text = "[id]".to_owned(),
            Value::Number(_) if name == "took_ms" => *value = json!("[duration]"),
            _ => {}
        }
    }
    walk("", &mut value);
    value
}

#[tokio::test]
async fn the_answers_to_a_webhook() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let webhook = app.webhook("orders/create", order(1, 1_000).json());
    let topic = app.webhook("products/update", "{}");
    let answers = json!({
        "recorded": webhook.send().await.json(),
        "again": webhook.send().await.json(),
        "another topic": topic.send().await.json(),
        "bad signature": webhook.clone().secret("guess").send().await.json(),
        "no signature": webhook.clone().without("x-shopify-hmac-sha256").send().await.json(),
        "unknown shop": webhook.clone().shop("nobody.myshopify.com").send().await.json(),
        "not JSON": app.webhook("orders/create", "x").send().await.json(),
        "another type": webhook.clone().content_type("text/plain").send().await.json(),
    });
    insta::assert_json_snapshot!("webhook_answers", steady(answers));
    app.finish().await;
}

#[tokio::test]
async fn the_reads() {
    let clock = Arc::new(ManualClock::new(noon()));
    let mut app = TestApp::builder().clock(clock).without_scheduler().start().await;
    let order = order(1, 10_000);
    take(&app, "orders/create", order.json()).await;
    take(&app, "refunds/create", RefundPayload::of(&order, 5).line(0, 0, 2_500, 0).json()).await;
    app.webhook("orders/create", "{}").id("w-1").send().await.ok();
    app.settled().await;
    insta::assert_json_snapshot!("points", steady(app.points(ADA).await));
    let key = app.shops[0].key.clone();
    let unknown = app.get("/v1/api/customers/1/points", &key).await.refused(404, "customer_not_found");
    insta::assert_json_snapshot!("customer_not_found", unknown.json());
    insta::assert_json_snapshot!("retries", steady(app.get("/v1/api/webhooks/retries", &key).await.ok().json()));
    insta::assert_json_snapshot!("health", steady(app.get("/v1/api/health", "").await.ok().json()));
    app.expect_dead_letters(1);
    app.finish().await;
}

#[tokio::test]
async fn what_is_sent_to_others() {
    let app = TestApp::builder().without_scheduler().start().await;
    let order = order(1, 10_000);
    take(&app, "orders/create", order.json()).await;
    take(&app, "refunds/create", RefundPayload::of(&order, 5).line(0, 0, 2_500, 0).json()).await;
    let rows = app
        .texts("SELECT jsonb_build_object('name', name, 'payload', payload)::text FROM outbox ORDER BY name DESC")
        .await;
    let rows: Vec<Value> = rows.iter().map(|row| steady(serde_json::from_str(row).unwrap())).collect();
    insta::assert_json_snapshot!("outbox", rows);
    app.finish().await;
}
