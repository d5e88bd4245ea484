//! The API's document says what the API does: it is the one of the code, it is served, and answers are of its schemas.

use std::fs;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use serde_json::Value;
use shopify::testing::RefundPayload;
use tests::environment::root;
use tests::{Answer, TestApp};

use crate::support::{ADA, order, take};

const POINTS: &str = "/v1/api/customers/{id}/points";
const RETRIES: &str = "/v1/api/webhooks/retries";
const WEBHOOK: &str = "/v1/api/shopify/webhook";

fn document() -> Value {
    serde_json::from_str(api::openapi_json()).unwrap()
}

#[test]
fn the_committed_document_is_that_of_the_code() {
    let committed = fs::read_to_string(root().join("api/openapi.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&committed).unwrap(), document(), "run ./dev.sh gen");
}

#[tokio::test]
async fn the_document_and_its_page_are_served_compressed_and_load_nothing_from_elsewhere() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    assert_eq!(app.get("/openapi.json", "").await.ok().json(), document());
    let page = app.get("/docs", "").await.ok().text;
    for part in ["<!doctype html>", "<html lang=\"en\">", "name=\"viewport\"", "<title>LoyalNest API</title>"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let mut bytes = page.len();
    let sources = page.split(['"', '\'']).filter(|text| text.starts_with('/'));
    for path in sources.map(str::to_owned).collect::<Vec<_>>() {
        let request = app.http.get(format!("{}{path}", app.base)).header(ACCEPT_ENCODING, "gzip");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()[CONTENT_ENCODING], "gzip", "{path}");
        bytes += answer.bytes().await.unwrap().len();
    }
    assert!((100_000..600_000).contains(&bytes), "{bytes}");
    assert!(!page.contains("//"), "it loads from elsewhere: {page}");
    app.finish().await;
}

/// Fails unless an answer is one that the document describes for the operation.
#[track_caller]
fn assert_described(document: &Value, method: &str, path: &str, answer: &Answer) {
    let response = &document["paths"][path][method]["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{method} {path} is not described to answer {}", answer.status);
    let status = answer.status;
    let mut schema = response["content"]["application/json"]["schema"].clone();
    assert!(schema.is_object(), "{method} {path} {status} has no schema");
    schema["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&answer.json()).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{method} {path} {status}: {errors:?} in {}", answer.text);
    let headers = response["headers"].as_object().unwrap();
    for (name, header) in headers {
        let header = document.pointer(header["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
        let required = header["required"] == true;
        assert!(!required || answer.headers.contains_key(name), "{method} {path} {status} lacks {name}");
    }
}

#[tokio::test]
async fn answers_are_what_the_document_says() {
    let mut app = TestApp::builder().without_scheduler().start().await;
    let paid = order(1, 10_000);
    take(&app, "orders/create", paid.json()).await;
    take(&app, "refunds/create", RefundPayload::of(&paid, 5).line(0, 0, 2_500, 0).json()).await;
    app.webhook("orders/create", "{}").id("w-1").send().await.ok();
    app.settled().await;
    let document = document();
    let key = app.shops[0].key.clone();
    let points_only = app.add_key(&app.shops[0].domain, &["points:read"]).await;
    let points = format!("/v1/api/customers/{ADA}/points");
    for (path, asked, token) in [
        (POINTS, format!("{points}?limit=1"), key.as_str()),
        (POINTS, points.clone(), ""),
        (POINTS, format!("{points}?limit=0"), &key),
        (POINTS, "/v1/api/customers/1/points".to_owned(), &key),
        (RETRIES, RETRIES.to_owned(), &key),
        (RETRIES, format!("{RETRIES}?status=pending"), &key),
        (RETRIES, format!("{RETRIES}?endpoint=%00"), &key),
        (RETRIES, RETRIES.to_owned(), &points_only),
        ("/v1/api/health", "/v1/api/health".to_owned(), ""),
    ] {
        assert_described(&document, "get", path, &app.get(&asked, token).await);
    }
    let webhook = app.webhook("orders/create", order(2, 1_000).json());
    for sent in [webhook.clone(), webhook.clone(), webhook.clone().secret("guess"), webhook.without("x-shopify-topic")]
    {
        assert_described(&document, "post", WEBHOOK, &sent.send().await);
    }
    let post = app.http.post(format!("{}{points}", app.base)).send().await.unwrap();
    let refused = Answer::of(post).await.refused(405, "method_not_allowed");
    assert_eq!(refused.headers["allow"], "GET, HEAD");
    assert_described(&document, "get", POINTS, &refused);
    app.settled().await;
    app.expect_dead_letters(1);
    app.finish().await;
}
