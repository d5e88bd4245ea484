//! Judge.me and Yotpo, who call us: their webhooks are sent to an address on the loopback, here to the echo.

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use sandbox::Partner;
use serde_json::json;
use sha2::Sha256;

use crate::support::{TestSandbox, json as body};

#[tokio::test]
async fn judge_me_sends_a_review_signed_in_hex() {
    let test = TestSandbox::start().await;
    let order = json!({
        "url": format!("{}/echo/judgeme/webhook", test.sandbox.url()),
        "secret": "hush",
        "topic": "review/published",
        "review": { "id": 77, "rating": 4 },
    });
    let sent = test.request(Method::POST, "/_sandbox/judgeme/send").json(&order).send().await.unwrap();
    assert_eq!(body(sent).await["status"], 200);
    let received = &test.sandbox.requests(Partner::Echo, 0)[0];
    let review = &received.json()["review"];
    assert_eq!((&review["id"], &review["rating"], &review["published"]), (&json!(77), &json!(4), &json!(true)));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"hush").unwrap();
    mac.update(received.body.as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(received.headers["judgeme-hmac-sha256"], signature);
    let recorded = &test.sandbox.requests(Partner::JudgeMe, 0)[0];
    assert_eq!((recorded.status, &recorded.body), (Some(200), &received.body));
}

#[tokio::test]
async fn yotpo_sends_an_event_with_an_id_and_no_signature() {
    let test = TestSandbox::start().await;
    let url = format!("{}/echo/yotpo/unguessable", test.sandbox.url());
    let order = json!({ "url": url, "event": "review_updated", "data": { "score": 3 }, "eventid": "e-1" });
    let sent = test.sandbox.send_review(Partner::Yotpo, &order).await.unwrap();
    assert_eq!(sent["status"], 200);
    let received = &test.sandbox.requests(Partner::Echo, 0)[0];
    assert_eq!(received.path, "/yotpo/unguessable");
    assert_eq!((&received.json()["event"], &received.json()["data"]["score"]), (&json!("review_updated"), &json!(3)));
    assert_eq!(received.headers["eventid"], "e-1");
    assert!(!received.headers.keys().any(|name| name.contains("hmac")));
}

#[tokio::test]
async fn nothing_is_sent_beyond_the_loopback_and_failures_are_told() {
    let test = TestSandbox::start().await;
    let send = async |order: serde_json::Value| {
        let answer = test.request(Method::POST, "/_sandbox/yotpo/send").json(&order).send().await.unwrap();
        (answer.status().as_u16(), body(answer).await)
    };
    for url in ["http://example.com/hook", "http://10.0.0.1/hook", "https://127.0.0.1/hook", "not a url"] {
        let (status, refused) = send(json!({ "url": url })).await;
        assert_eq!(status, 400, "{url}: {refused}");
    }
    let (status, failed) = send(json!({ "url": "http://127.0.0.1:9/hook" })).await;
    assert_eq!((status, &failed["status"]), (200, &serde_json::Value::Null), "{failed}");
    let unsigned = test.sandbox.send_review(Partner::JudgeMe, &json!({ "url": "http://127.0.0.1:9/" })).await;
    assert!(unsigned.unwrap_err().contains("secret"));
}
