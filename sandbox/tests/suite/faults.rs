//! Every fault, as a caller of a partner meets it, and how faults are set, shown and ended.

use std::time::Duration;

use reqwest::Method;
use sandbox::{Faults, Partner};
use serde_json::json;
use tokio::time::Instant;

use crate::support::{TestSandbox, json as body};

/// Longer than any answer on the loopback takes.
const CALLER_TIMEOUT: Duration = Duration::from_millis(400);

#[tokio::test]
async fn faults_are_set_shown_and_ended_while_it_runs() {
    let test = TestSandbox::start().await;
    let set = test.fault(Partner::Echo, json!({ "status": 503 })).await;
    assert_eq!(set.status(), 200);
    assert_eq!(body(set).await["status"], 503);
    assert_eq!(test.status("/echo/a").await, 503);
    let shown = body(test.get("/_sandbox/faults").await).await;
    assert_eq!((&shown["echo"]["status"], &shown["echo"]["hang"]), (&json!(503), &json!(false)));
    assert_eq!(test.fault(Partner::Echo, body(test.get("/_sandbox/faults/echo").await).await).await.status(), 200);
    let ended = test.request(Method::DELETE, "/_sandbox/faults/echo").send().await.unwrap();
    assert_eq!(ended.status(), 204);
    assert_eq!(test.status("/echo/a").await, 200);
}

#[tokio::test]
async fn faults_that_cannot_be_are_refused_and_leave_the_others() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "status": 429 })).await;
    for wrong in [
        json!({ "staus": 500 }),
        json!({ "status": 200 }),
        json!({ "status": 99 }),
        json!({ "error_rate": 1.5 }),
        json!({ "latency_ms": -1 }),
        json!({ "latency_ms": 600_001 }),
        json!({ "rate_per_s": 0 }),
        json!({ "garbage": 2_000_000_000 }),
        json!([1]),
    ] {
        let answer = test.fault(Partner::Echo, wrong.clone()).await;
        assert_eq!(answer.status(), 400, "{wrong}");
        assert!(!body(answer).await["error"].as_str().unwrap().is_empty());
    }
    assert_eq!(test.status("/echo/a").await, 429);
}

#[tokio::test]
async fn a_share_of_errors_hits_about_that_share_and_the_same_requests_each_time() {
    let run = async || {
        let test = TestSandbox::start().await;
        test.fault(Partner::Echo, json!({ "error_rate": 0.3, "status": 429 })).await;
        let mut hit = Vec::new();
        for _ in 0..200 {
            hit.push(test.status("/echo/a").await == 429);
        }
        hit
    };
    let (first, second) = (run().await, run().await);
    assert_eq!(first, second);
    let hits = first.iter().filter(|hit| **hit).count();
    assert!((40..=80).contains(&hits), "{hits} of 200");
}

#[tokio::test]
async fn an_error_rate_alone_fails_with_500_and_hits_can_be_counted_down() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "error_rate": 1, "hits_max": 2 })).await;
    assert_eq!(
        [test.status("/echo/a").await, test.status("/echo/a").await, test.status("/echo/a").await],
        [500, 500, 200]
    );
}

#[tokio::test]
async fn a_fault_of_one_account_leaves_the_others_alone() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "status": 500, "account": "bad" })).await;
    assert_eq!((test.status("/echo/bad/x").await, test.status("/echo/good/x").await), (500, 200));
    test.fault(Partner::Echo, json!({ "shop_gone": "bad" })).await;
    assert_eq!((test.status("/echo/bad/x").await, test.status("/echo/good/x").await), (404, 200));
    test.fault(Partner::Echo, json!({ "shop_gone": true })).await;
    assert_eq!(test.status("/echo/good/x").await, 404);
}

#[tokio::test]
async fn a_rate_that_is_set_refuses_what_is_above_it_for_each_account() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "rate_per_s": 2, "retry_after_s": 0.5 })).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(test.status("/echo/a").await);
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(test.get("/echo/a").await.headers()["retry-after"], "0.5");
    assert_eq!(test.status("/echo/b").await, 200);
    test.clock.advance(Duration::from_millis(500));
    assert_eq!([test.status("/echo/a").await, test.status("/echo/a").await], [200, 429]);
    let totals = body(test.get("/_sandbox/totals").await).await;
    assert_eq!(totals["echo"], json!({ "200": 4, "429": 3 }));
    assert_eq!(test.sandbox.totals(Partner::Echo)[&429], 3);
}

#[tokio::test]
async fn latency_delays_the_answer_but_not_the_effect() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "latency_ms": 300 })).await;
    let begun = Instant::now();
    assert_eq!(test.status("/echo/a").await, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    test.fault(Partner::Echo, json!({ "latency_ms": 600_000 })).await;
    let timed_out = test.request(Method::GET, "/echo/b").timeout(CALLER_TIMEOUT).send().await;
    assert!(timed_out.unwrap_err().is_timeout());
    assert_eq!(test.sandbox.requests(Partner::Echo, 1)[0].status, Some(200));
}

#[tokio::test]
async fn a_request_that_hangs_is_recorded_without_a_status() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "hang": true })).await;
    let timed_out = test.request(Method::GET, "/echo/a").timeout(CALLER_TIMEOUT).send().await;
    assert!(timed_out.unwrap_err().is_timeout());
    let recorded = test.sandbox.requests(Partner::Echo, 0);
    assert_eq!((recorded.len(), recorded[0].status), (1, None));
    test.sandbox.end_faults(Partner::Echo);
    assert_eq!(test.status("/echo/a").await, 200);
}

#[tokio::test]
async fn a_cut_ends_the_connection_before_the_answer_is_whole() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "cut": true })).await;
    let cut = test.request(Method::GET, "/echo/a").send().await;
    assert!(cut.is_err(), "{cut:?}");
    assert_eq!(test.sandbox.requests(Partner::Echo, 0).last().unwrap().status, Some(200), "it was carried out");
}

#[tokio::test]
async fn garbage_is_as_long_as_it_is_set_and_never_json() {
    let test = TestSandbox::start().await;
    test.fault(Partner::Echo, json!({ "garbage": true })).await;
    let garbage = test.get("/echo/a").await;
    assert_eq!(garbage.status(), 200);
    let bytes = garbage.bytes().await.unwrap();
    assert_eq!(bytes.len(), 512);
    assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_err());
    test.fault(Partner::Echo, json!({ "garbage": 5_000_000 })).await;
    assert_eq!(test.get("/echo/a").await.bytes().await.unwrap().len(), 5_000_000);
}

#[tokio::test]
async fn the_library_sets_faults_as_the_api_does() {
    let test = TestSandbox::start().await;
    test.sandbox.set_faults(Partner::Echo, Faults { status: Some(502), ..Faults::default() });
    assert_eq!(test.status("/echo/a").await, 502);
    test.sandbox.forget();
    assert!(test.sandbox.requests(Partner::Echo, 0).is_empty());
}

/// The partners that are called; the others call us.
fn called() -> impl Iterator<Item = Partner> {
    Partner::ALL.into_iter().filter(|partner| ![Partner::JudgeMe, Partner::Yotpo].contains(partner))
}

#[tokio::test]
async fn every_partner_that_is_called_has_every_fault_of_the_wire() {
    let test = TestSandbox::start().await;
    for partner in called() {
        let path = format!("/{partner}/demo.myshopify.com/x");
        let call = || test.request(Method::POST, &path).body("{}").timeout(CALLER_TIMEOUT).send();
        test.fault(partner, json!({ "hang": true })).await;
        assert!(call().await.unwrap_err().is_timeout(), "{partner} hangs");
        test.fault(partner, json!({ "cut": true })).await;
        let cut = match call().await {
            Err(_) => true,
            Ok(answer) => answer.bytes().await.is_err(),
        };
        assert!(cut, "{partner} is cut off");
        test.fault(partner, json!({ "garbage": 64 })).await;
        assert_eq!(call().await.unwrap().bytes().await.unwrap().len(), 64, "{partner} sends garbage");
        test.fault(partner, json!({ "latency_ms": 600_000 })).await;
        assert!(call().await.unwrap_err().is_timeout(), "{partner} is slow");
        test.fault(partner, json!({ "error_rate": 1, "status": 502 })).await;
        assert_eq!(call().await.unwrap().status(), 502, "{partner} fails");
        test.sandbox.end_faults(partner);
        assert_ne!(call().await.unwrap().status(), 502, "{partner} is well again");
        assert_eq!(test.sandbox.requests(partner, 0).len(), 6, "all are recorded");
    }
}
