//! Slack's incoming webhooks: `ok`, one message a second, and refusals in a word.

use std::time::Duration;

use reqwest::Method;
use sandbox::Partner;
use serde_json::{Value, json};

use crate::support::TestSandbox;

async fn send(test: &TestSandbox, path: &str, body: &Value) -> (u16, String) {
    let answer = test.request(Method::POST, path).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_message_is_answered_with_ok_and_a_second_one_must_wait_for_a_second() {
    let test = TestSandbox::start().await;
    let message = json!({ "text": "95 % of the limit", "blocks": [{ "type": "section" }] });
    assert_eq!(send(&test, "/slack/services/T1/B1/x", &message).await, (200, "ok".to_owned()));
    assert_eq!(send(&test, "/slack/services/T1/B1/x", &message).await, (429, "rate_limited".to_owned()));
    assert_eq!(send(&test, "/slack/services/T1/B1/y", &message).await.0, 200, "a webhook of its own");
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(send(&test, "/slack/services/T1/B1/x", &message).await.0, 200);
    let refused = test.request(Method::POST, "/slack/services/T1/B1/x").json(&message).send().await.unwrap();
    assert_eq!(refused.headers()["retry-after"], "1");
}

#[tokio::test]
async fn what_slack_refuses_is_refused() {
    let test = TestSandbox::start().await;
    let text = json!({ "text": "x" });
    for (path, body, status, word) in [
        ("/slack/services/T1/B1/a", json!({}), 400, "no_text"),
        ("/slack/services/T1/B1/b", json!({ "text": 5 }), 400, "invalid_payload"),
        ("/slack/services/T1/B1/c", json!([]), 400, "invalid_payload"),
        ("/slack/services/T1/B1/d", json!({ "blocks": [{}] }), 400, "invalid_blocks"),
        ("/slack/services/T1/B1/e", json!({ "text": "x".repeat(40_001) }), 400, "msg_too_long"),
        ("/slack/services/nobody", text.clone(), 404, "no_service"),
        ("/slack/services/X1/B1/f", text, 404, "no_service"),
    ] {
        assert_eq!(send(&test, path, &body).await, (status, word.to_owned()), "{path}");
    }
    assert_eq!(test.post("/slack/services/T1/B1/g", "text=x").await.text().await.unwrap(), "invalid_payload");
}

#[tokio::test]
async fn faults_speak_slacks_words() {
    let test = TestSandbox::start().await;
    for (faults, status, word) in [
        (json!({ "shop_gone": true }), 404, "no_service"),
        (json!({ "status": 410 }), 410, "channel_is_archived"),
        (json!({ "status": 403 }), 403, "action_prohibited"),
        (json!({ "status": 429 }), 429, "rate_limited"),
        (json!({ "status": 500 }), 500, "rollup_error"),
    ] {
        test.fault(Partner::Slack, faults).await;
        let answer = send(&test, "/slack/services/T1/B1/x", &json!({ "text": "x" })).await;
        assert_eq!(answer, (status, word.to_owned()));
    }
}
