//! Klaviyo: what it takes, what it refuses and how, its limits, and that an event counts once.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response};
use sandbox::Partner;
use serde_json::{Value, json};

use crate::support::{TestSandbox, json as body};

fn call(test: &TestSandbox, path: &str, body: &Value) -> RequestBuilder {
    let request = test.request(Method::POST, &format!("/klaviyo/api/{path}"));
    let request = request.header("authorization", "Klaviyo-API-Key pk_test").header("revision", "2026-07-15");
    request.header("content-type", "application/vnd.api+json").body(body.to_string())
}

async fn post(test: &TestSandbox, path: &str, body: &Value) -> Response {
    call(test, path, body).send().await.unwrap()
}

fn event(unique_id: &str) -> Value {
    json!({ "data": { "type": "event", "attributes": {
        "properties": { "points": 120 },
        "time": "2026-11-22T10:00:00Z",
        "value": 12.5,
        "value_currency": "USD",
        "unique_id": unique_id,
        "metric": { "data": { "type": "metric", "attributes": { "name": "Points Earned" } } },
        "profile": { "data": { "type": "profile", "attributes": { "email": "a@example.com" } } },
    } } })
}

async fn events(test: &TestSandbox) -> Vec<Value> {
    let request = test.request(Method::GET, "/klaviyo/api/events").header("authorization", "Klaviyo-API-Key pk_test");
    let answer = request.header("revision", "2026-07-15").send().await.unwrap();
    body(answer).await["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_event_is_taken_with_202_and_counts_once_for_its_unique_id() {
    let test = TestSandbox::start().await;
    for unique_id in ["ledger-1", "ledger-1", "ledger-2"] {
        let answer = post(&test, "events", &event(unique_id)).await;
        assert_eq!(answer.status(), 202);
        assert_eq!(answer.headers()["ratelimit-limit"], "350, 350;w=1, 3500;w=60");
        assert!(answer.text().await.unwrap().is_empty());
    }
    assert_eq!(events(&test).await.len(), 2);
    // Without a unique id, the second of its time stands for it.
    let mut unnamed = event("");
    unnamed["data"]["attributes"]["unique_id"] = Value::Null;
    post(&test, "events", &unnamed).await;
    unnamed["data"]["attributes"]["properties"]["points"] = json!(7);
    post(&test, "events", &unnamed).await;
    assert_eq!(events(&test).await.len(), 3);
    assert_eq!(test.sandbox.requests(Partner::Klaviyo, 0)[0].json(), event("ledger-1"));
}

#[tokio::test]
async fn what_klaviyo_refuses_is_refused_with_an_error_that_says_where() {
    let test = TestSandbox::start().await;
    let mut unknown = event("1");
    unknown["data"]["attributes"]["points"] = json!(1);
    let mut nobody = event("1");
    nobody["data"]["attributes"]["profile"]["data"]["attributes"] = json!({});
    let mut no_metric = event("1");
    no_metric["data"]["attributes"].as_object_mut().unwrap().remove("metric");
    let mut no_email = event("1");
    no_email["data"]["attributes"]["profile"]["data"]["attributes"]["email"] = json!("nobody");
    for (wrong, pointer) in [
        (unknown, "/data/attributes/points"),
        (nobody, "/data/attributes/profile/data"),
        (no_metric, "/data/attributes/metric"),
        (no_email, "/data/attributes/profile/data/attributes/email"),
        (json!({ "data": [] }), "/data"),
    ] {
        let answer = post(&test, "events", &wrong).await;
        assert_eq!(answer.status(), 400, "{wrong}");
        assert_eq!(answer.headers()["content-type"], "application/vnd.api+json");
        let error = &body(answer).await["errors"][0];
        assert_eq!((&error["status"], &error["code"]), (&json!(400), &json!("invalid")), "{error}");
        assert_eq!(error["source"]["pointer"], pointer, "{error}");
    }
    assert_eq!(events(&test).await, [] as [Value; 0]);
}

#[tokio::test]
async fn headers_are_required_as_klaviyo_requires_them() {
    let test = TestSandbox::start().await;
    let send = async |key: Option<&str>, revision: Option<&str>, content_type: &str| {
        let mut request = test.request(Method::POST, "/klaviyo/api/events").header("content-type", content_type);
        if let Some(key) = key {
            request = request.header("authorization", key);
        }
        if let Some(revision) = revision {
            request = request.header("revision", revision);
        }
        let answer = request.body(event("1").to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        let error = answer.json::<Value>().await.unwrap_or_default();
        (status, error["errors"][0]["code"].as_str().unwrap_or_default().to_owned())
    };
    let (key, json_api) = (Some("Klaviyo-API-Key pk_test"), "application/vnd.api+json");
    assert_eq!(send(key, Some("2026-07-15"), json_api).await, (202, String::new()));
    assert_eq!(send(None, Some("2026-07-15"), json_api).await, (401, "not_authenticated".to_owned()));
    assert_eq!(send(Some("Bearer pk_test"), Some("2026-07-15"), json_api).await.0, 401);
    assert_eq!(send(Some("Klaviyo-API-Key nonsense"), Some("2026-07-15"), json_api).await.0, 401);
    assert_eq!(send(key, None, json_api).await, (400, "invalid".to_owned()));
    assert_eq!(send(key, Some("soon"), json_api).await.0, 400);
    assert_eq!(send(key, Some("2023-07-15"), json_api).await, (410, "gone".to_owned()));
    assert_eq!(send(key, Some("2026-07-15"), "application/json").await, (415, "unsupported_media_type".to_owned()));
    assert_eq!(send(key, Some("2026-07-15"), "text/plain").await.0, 415);
}

#[tokio::test]
async fn each_endpoint_has_its_tier_of_a_second_and_of_a_minute() {
    let test = TestSandbox::start().await;
    let deletion = json!({ "data": { "type": "data-privacy-deletion-job", "attributes": {
        "profile": { "data": { "type": "profile", "attributes": { "email": "a@example.com" } } },
    } } });
    let send = async || post(&test, "data-privacy-deletion-jobs", &deletion).await;
    for _ in 0..3 {
        assert_eq!(send().await.status(), 202);
    }
    let refused = send().await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(body(refused).await["errors"][0]["code"], "throttled");
    let mut taken = 3;
    for _ in 0..30 {
        test.clock.advance(Duration::from_secs(1));
        for _ in 0..3 {
            taken += u32::from(send().await.status() == 202);
        }
    }
    assert!((85..=92).contains(&taken), "60 at once, and one a second for 30 seconds, not {taken}");
    assert_eq!(post(&test, "events", &event("1")).await.status(), 202, "another endpoint has limits of its own");
}

#[tokio::test]
async fn a_bulk_request_is_taken_whole_or_not_at_all() {
    let test = TestSandbox::start().await;
    let bulk = |unique_ids: &[&str]| {
        let events = unique_ids.iter().map(|id| {
            let attributes = json!({
                "properties": {},
                "unique_id": id,
                "metric": { "data": { "type": "metric", "attributes": { "name": "Points Earned" } } },
            });
            json!({ "type": "event", "attributes": attributes })
        });
        json!({ "data": { "type": "event-bulk-create-job", "attributes": { "events-bulk-create": { "data": [{
            "type": "event-bulk-create",
            "attributes": {
                "profile": { "data": { "type": "profile", "attributes": { "external_id": "7" } } },
                "events": { "data": events.collect::<Vec<_>>() },
            },
        }] } } } })
    };
    assert_eq!(post(&test, "event-bulk-create-jobs", &bulk(&["1", "2"])).await.status(), 202);
    let again = post(&test, "event-bulk-create-jobs", &bulk(&["3", "2"])).await;
    assert_eq!(again.status(), 400, "a repeated unique id fails the whole request");
    assert_eq!(post(&test, "event-bulk-create-jobs", &bulk(&["4", "4"])).await.status(), 400);
    assert_eq!(events(&test).await.len(), 2);
    let names: Vec<String> = (0..1_001).map(|n| n.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(post(&test, "event-bulk-create-jobs", &bulk(&names)).await.status(), 400);
}

#[tokio::test]
async fn profiles_are_imported_subscribed_and_deleted() {
    let test = TestSandbox::start().await;
    let profile = |attributes: Value| json!({ "data": { "type": "profile", "attributes": attributes } });
    let first = post(&test, "profile-import", &profile(json!({ "email": "a@example.com", "locale": "ar" }))).await;
    assert_eq!(first.status(), 201);
    let id = body(first).await["data"]["id"].as_str().unwrap().to_owned();
    let second = post(&test, "profile-import", &profile(json!({ "email": "a@example.com", "first_name": "A" }))).await;
    assert_eq!(second.status(), 200);
    let second = body(second).await;
    assert_eq!((second["data"]["id"].as_str(), &second["data"]["attributes"]["locale"]), (Some(&*id), &json!("ar")));
    let many = json!({ "data": { "type": "profile-bulk-import-job", "attributes": { "profiles": { "data": [
        { "type": "profile", "attributes": { "external_id": "1" } },
        { "type": "profile", "attributes": { "external_id": "2" } },
    ] } } } });
    let job = post(&test, "profile-bulk-import-jobs", &many).await;
    assert_eq!(job.status(), 202);
    assert_eq!(body(job).await["data"]["attributes"]["total_count"], 2);
    let subscribe = json!({ "data": { "type": "profile-subscription-bulk-create-job", "attributes": { "profiles": { "data": [
        { "type": "profile", "attributes": {
            "phone_number": "+15005550006",
            "subscriptions": { "sms": { "marketing": { "consent": "SUBSCRIBED" } } },
        } },
    ] } } } });
    assert_eq!(post(&test, "profile-subscription-bulk-create-jobs", &subscribe).await.status(), 202);
    let delete = |attributes: Value| {
        json!({ "data": { "type": "data-privacy-deletion-job", "attributes": {
            "profile": { "data": { "type": "profile", "attributes": attributes } },
        } } })
    };
    let both = delete(json!({ "email": "a@example.com", "phone_number": "+15005550006" }));
    assert_eq!(post(&test, "data-privacy-deletion-jobs", &both).await.status(), 400);
    assert_eq!(
        post(&test, "data-privacy-deletion-jobs", &delete(json!({ "email": "a@example.com" }))).await.status(),
        202
    );
    let anew = post(&test, "profile-import", &profile(json!({ "email": "a@example.com" }))).await;
    assert_eq!(anew.status(), 201, "the deleted profile is gone");
}

#[tokio::test]
async fn faults_speak_klaviyos_words() {
    let test = TestSandbox::start().await;
    for (faults, status, code) in [
        (json!({ "status": 429, "retry_after_s": 0.5 }), 429, "throttled"),
        (json!({ "status": 500 }), 500, "error"),
        (json!({ "status": 403 }), 403, "permission_denied"),
        (json!({ "shop_gone": true }), 401, "not_authenticated"),
        (json!({ "shop_gone": "pk_test" }), 401, "not_authenticated"),
    ] {
        test.fault(Partner::Klaviyo, faults.clone()).await;
        let answer = post(&test, "events", &event("1")).await;
        assert_eq!(answer.status().as_u16(), status, "{faults}");
        if status == 429 {
            assert_eq!(answer.headers()["retry-after"], "0.5");
        }
        assert_eq!(body(answer).await["errors"][0]["code"], code);
    }
    test.sandbox.end_faults(Partner::Klaviyo);
    assert!(events(&test).await.is_empty(), "what is refused has no effect");
}
