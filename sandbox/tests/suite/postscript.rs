//! Postscript: 15 requests a second without a word of when to call again, and subscribers who are unknown or opted out.

use std::time::Duration;

use reqwest::{Method, Response};
use sandbox::Partner;
use serde_json::{Value, json};

use crate::support::{TestSandbox, json as body};

async fn post(test: &TestSandbox, path: &str, body: &Value) -> Response {
    let request = test.request(Method::POST, &format!("/postscript/api/v2/{path}"));
    request.header("authorization", "Bearer sk_test").json(body).send().await.unwrap()
}

fn event(phone: &str) -> Value {
    json!({ "type": "PointsEarned", "phone": phone, "occurred_at": "2026-11-22 10:00:00.000000", "properties": { "points": 5 } })
}

fn message(phone: &str) -> Value {
    json!({ "phone": phone, "country": "US", "body": "5 points", "category": "transactional" })
}

#[tokio::test]
async fn events_and_messages_are_taken_with_202() {
    let test = TestSandbox::start().await;
    let taken = post(&test, "events", &event("+15005550006")).await;
    assert_eq!(taken.status(), 202);
    assert_eq!(body(taken).await["event_ids"].as_array().unwrap().len(), 1);
    let by_email = json!({ "type": "Points", "email": "a@example.com" });
    assert_eq!(post(&test, "events", &by_email).await.status(), 202);
    assert_eq!(post(&test, "message_requests", &message("+15005550006")).await.status(), 202);
}

#[tokio::test]
async fn subscribers_who_are_unknown_or_opted_out_are_refused() {
    let test = TestSandbox::start().await;
    for (phone, status, text) in [("+15005550001", 404, "not found"), ("+15005550004", 400, "opted out")] {
        for answer in
            [post(&test, "events", &event(phone)).await, post(&test, "message_requests", &message(phone)).await]
        {
            assert_eq!(answer.status().as_u16(), status);
            let error = body(answer).await;
            assert_eq!(error["success"], false);
            assert!(error["error_message"].as_str().unwrap().contains(text), "{error}");
        }
    }
}

#[tokio::test]
async fn the_sixteenth_request_of_a_second_is_refused_without_a_retry_after() {
    let test = TestSandbox::start().await;
    for _ in 0..15 {
        assert_eq!(post(&test, "events", &event("+15005550006")).await.status(), 202);
    }
    let refused = post(&test, "events", &event("+15005550006")).await;
    assert_eq!(refused.status(), 429);
    assert!(!refused.headers().contains_key("retry-after"));
    let expected = json!({ "error_code": 3002, "error_message": "Rate limit exceeded", "success": false });
    assert_eq!(body(refused).await, expected);
    test.clock.advance(Duration::from_secs(1));
    assert_eq!(post(&test, "events", &event("+15005550006")).await.status(), 202);
}

#[tokio::test]
async fn what_postscript_refuses_is_refused() {
    let test = TestSandbox::start().await;
    let mut strange = event("+15005550006");
    strange["type"] = json!("Points Earned!");
    let mut when = event("+15005550006");
    when["occurred_at"] = json!("2026-11-22T10:00:00Z");
    let mut to_nobody = event("+15005550006");
    to_nobody.as_object_mut().unwrap().remove("phone");
    for wrong in [strange, when, to_nobody, event("5005550006"), json!([])] {
        assert_eq!(post(&test, "events", &wrong).await.status(), 400, "{wrong}");
    }
    let mut long = message("+15005550006");
    long["body"] = json!("x".repeat(1_601));
    let mut unnamed = message("+15005550006");
    unnamed["category"] = json!("spam");
    for wrong in [long, unnamed] {
        assert_eq!(post(&test, "message_requests", &wrong).await.status(), 400);
    }
    assert_eq!(test.post("/postscript/api/v2/events", "{}").await.status(), 401);
    let plain =
        test.request(Method::POST, "/postscript/api/v2/events").header("authorization", "Bearer sk_a").body("{}");
    assert_eq!(plain.send().await.unwrap().status(), 415);
    assert_eq!(post(&test, "nothing", &json!({})).await.status(), 404);
}

#[tokio::test]
async fn faults_speak_postscripts_words() {
    let test = TestSandbox::start().await;
    for (faults, status, code) in [
        (json!({ "status": 429 }), 429, 3002),
        (json!({ "shop_gone": true }), 401, 1001),
        (json!({ "status": 502 }), 502, 5020),
    ] {
        test.fault(Partner::Postscript, faults).await;
        let answer = post(&test, "events", &event("+15005550006")).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(body(answer).await["error_code"], code);
    }
}
