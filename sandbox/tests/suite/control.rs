//! `/_sandbox`: the record of requests, and the page.

use reqwest::Method;
use sandbox::Partner;

use crate::support::{TestSandbox, json, start};

#[tokio::test]
async fn the_record_has_each_request_as_it_was_sent() {
    let test = TestSandbox::start().await;
    let sent = test.request(Method::POST, "/echo/a%20b?x=1&y=%2F").header("X-Twice", "1").header("X-Twice", "2");
    sent.body("{\"points\": 120}").send().await.unwrap();
    test.post("/echo/binary", vec![0xff, 0x00]).await;
    let all = json(test.get("/_sandbox/requests").await).await;
    let first = &all[0];
    assert_eq!((first["n"].as_u64(), first["status"].as_u64()), (Some(1), Some(200)), "{first}");
    assert_eq!((first["partner"].as_str(), first["method"].as_str()), (Some("echo"), Some("POST")));
    assert_eq!(first["path"], "/a%20b?x=1&y=%2F");
    assert_eq!(first["headers"]["x-twice"], "1, 2");
    assert_eq!(first["body"], "{\"points\": 120}");
    assert_eq!(first["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap(), start());
    let keys: Vec<&String> = first.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["at", "body", "headers", "method", "n", "partner", "path", "status"]);
    assert_eq!(all[1]["body"], "data:application/octet-stream;base64,/wA=");
}

#[tokio::test]
async fn since_and_partner_select_and_delete_forgets_without_using_a_number_again() {
    let test = TestSandbox::start().await;
    for path in ["/echo/1", "/echo/2", "/echo/3"] {
        test.get(path).await;
    }
    let numbers = async |path: &str| {
        let requests = json(test.get(path).await).await;
        requests.as_array().unwrap().iter().map(|request| request["n"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("/_sandbox/requests?partner=echo&since=1").await, [2, 3]);
    assert_eq!(numbers("/_sandbox/requests?since=3").await, [0; 0]);
    let forgotten = test.request(Method::DELETE, "/_sandbox/requests").send().await.unwrap();
    assert_eq!(forgotten.status(), 204);
    assert_eq!(numbers("/_sandbox/requests").await, [0; 0]);
    test.get("/echo/4").await;
    assert_eq!(numbers("/_sandbox/requests").await, [4]);
    assert_eq!(test.sandbox.requests(Partner::Echo, 0).len(), 1);
}

#[tokio::test]
async fn what_the_sandbox_does_not_know_is_refused_with_a_reason() {
    let test = TestSandbox::start().await;
    for (path, status) in [
        ("/_sandbox/requests?partner=nobody", 400),
        ("/_sandbox/requests?since=soon", 400),
        ("/_sandbox/nothing", 404),
        ("/_sandbox/faults/nobody", 404),
    ] {
        let answer = test.get(path).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert!(!json(answer).await["error"].as_str().unwrap().is_empty(), "{path}");
    }
    assert_eq!(test.post("/_sandbox/requests", "").await.status(), 405);
    assert_eq!(test.status("/nobody/at/all").await, 404);
}

#[tokio::test]
async fn the_page_shows_requests_escaped_and_loads_nothing_from_elsewhere() {
    let test = TestSandbox::start().await;
    test.post("/echo/one", "<script>alert(1)</script>").await;
    let page = test.get("/_sandbox/?partner=echo").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let html = page.text().await.unwrap();
    assert!(html.starts_with("<!doctype html><html lang=en>") && html.contains("name=viewport"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(!html.contains("http://") && !html.contains("https://"), "{html}");
    for asset in ["/_sandbox/page.css", "/_sandbox/page.js"] {
        assert!(html.contains(asset), "{asset}");
        let text = test.get(asset).await.text().await.unwrap();
        assert!(!text.contains("http://") && !text.contains("https://"), "{asset}");
    }
    assert_eq!(test.get("/").await.headers()["content-type"], "text/html; charset=utf-8");
}
