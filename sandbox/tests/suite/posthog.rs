//! PostHog: one event or a batch, 200 for whatever could be read, and refusals of what could not.

use sandbox::Partner;
use serde_json::{Value, json};

use crate::support::{TestSandbox, json as body};

async fn post(test: &TestSandbox, path: &str, body: &Value) -> reqwest::Response {
    test.request(reqwest::Method::POST, &format!("/posthog{path}")).json(body).send().await.unwrap()
}

fn batch(events: &[Value]) -> Value {
    json!({ "api_key": "phc_test", "historical_migration": false, "batch": events })
}

fn event() -> Value {
    json!({
        "event": "points_earned",
        "uuid": "019dc65a-306d-784c-a67e-269f27b6613f",
        "properties": { "distinct_id": "customer-7", "points": 5 },
        "timestamp": "2026-11-22T10:00:00Z",
    })
}

#[tokio::test]
async fn events_are_taken_alone_and_in_batches() {
    let test = TestSandbox::start().await;
    let taken = post(&test, "/batch/", &batch(&[event(), event()])).await;
    assert_eq!(taken.status(), 200);
    assert_eq!(body(taken).await, json!({ "status": "Ok" }));
    let mut alone = event();
    alone["api_key"] = json!("phc_test");
    alone["distinct_id"] = json!("customer-7");
    assert_eq!(post(&test, "/i/v0/e/", &alone).await.status(), 200);
    assert_eq!(test.sandbox.requests(Partner::PostHog, 0)[0].json()["batch"][0], event());
}

#[tokio::test]
async fn what_posthog_refuses_is_refused() {
    let test = TestSandbox::start().await;
    let mut nobody = event();
    nobody["properties"] = json!({});
    let mut unnamed = event();
    unnamed["event"] = json!("");
    let mut no_uuid = event();
    no_uuid["uuid"] = json!("7");
    for wrong in [batch(&[nobody]), batch(&[unnamed]), batch(&[no_uuid]), batch(&[]), json!({ "api_key": "phc_test" })]
    {
        assert_eq!(post(&test, "/batch/", &wrong).await.status(), 400, "{wrong}");
    }
    let refused = post(&test, "/batch/", &json!({ "api_key": "secret", "batch": [event()] })).await;
    assert_eq!(refused.status(), 401);
    assert_eq!(body(refused).await["code"], "invalid_api_key");
    assert_eq!(test.post("/posthog/batch/", batch(&[event()]).to_string()).await.status(), 400, "no content type");
    assert_eq!(post(&test, "/decide/", &batch(&[event()])).await.status(), 404);
    let mut large = event();
    large["properties"]["text"] = json!("x".repeat(20 * 1_024 * 1_024));
    assert_eq!(post(&test, "/batch/", &batch(&[large])).await.status(), 413);
}

#[tokio::test]
async fn faults_and_a_limit_hit_one_project() {
    let test = TestSandbox::start().await;
    test.fault(Partner::PostHog, json!({ "rate_per_s": 1, "account": "phc_test" })).await;
    assert_eq!(post(&test, "/batch/", &batch(&[event()])).await.status(), 200);
    let refused = post(&test, "/batch/", &batch(&[event()])).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (429, "1"));
    let mut other = batch(&[event()]);
    other["api_key"] = json!("phc_other");
    assert_eq!(post(&test, "/batch/", &other).await.status(), 200);
    test.fault(Partner::PostHog, json!({ "shop_gone": true })).await;
    assert_eq!(post(&test, "/batch/", &other).await.status(), 401);
    test.fault(Partner::PostHog, json!({ "status": 503 })).await;
    assert_eq!(post(&test, "/batch/", &other).await.status(), 503);
}
