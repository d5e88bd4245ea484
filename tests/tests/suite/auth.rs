//! Who may read what: keys, scopes, merchants, the administrator; and how pages are turned.

use serde_json::Value;
use tests::TestApp;

use crate::support::{ADA, BOB, order, order_of, take};

#[tokio::test]
async fn without_a_valid_key_nothing_is_read() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    let path = format!("/v1/api/customers/{ADA}/points");
    app.get(&path, "").await.refused(401, "unauthorized");
    for token in ["nonsense", "lnk_short", &format!("lnk_{}", "x".repeat(43)), &"x".repeat(10_000), "' OR 1=1 --"] {
        app.get(&path, token).await.refused(401, "unauthorized");
    }
    let basic = app.http.get(format!("{}{path}", app.base)).basic_auth("a", Some("b")).send().await.unwrap();
    assert_eq!(basic.status(), 401);
    app.finish().await;
}

#[tokio::test]
async fn a_revoked_key_is_refused() {
    let app = TestApp::start().await;
    let key = app.add_key(&app.shops[0].domain, &["points:read"]).await;
    app.execute("UPDATE api_keys SET revoked_at = now() WHERE scopes = ARRAY['points:read']").await;
    app.get(&format!("/v1/api/customers/{ADA}/points"), &key).await.refused(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn a_key_does_only_what_its_scopes_say() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    let domain = app.shops[0].domain.clone();
    let points = format!("/v1/api/customers/{ADA}/points");
    let webhooks = "/v1/api/webhooks/retries";
    for (scopes, may_points, may_webhooks) in [
        (&["points:read"][..], true, false),
        (&["webhooks:read"][..], false, true),
        (&["points:write", "webhooks:write"][..], false, false),
        (&[][..], false, false),
    ] {
        let key = app.add_key(&domain, scopes).await;
        for (path, may) in [(points.as_str(), may_points), (webhooks, may_webhooks)] {
            let answer = app.get(path, &key).await;
            if may { drop(answer.ok()) } else { drop(answer.refused(403, "insufficient_scope")) }
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn another_merchants_customers_do_not_exist() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    let (mine, theirs) = (app.shops[0].clone(), app.shops[1].clone());
    let ours = app.points(ADA).await["customer_id"].as_str().unwrap().to_owned();
    for id in [ADA.to_string(), ours.clone(), format!("gid:%2F%2Fshopify%2FCustomer%2F{ADA}")] {
        let path = format!("/v1/api/customers/{id}/points");
        app.get(&path, &mine.key).await.ok();
        app.get(&path, &theirs.key).await.refused(404, "customer_not_found");
        let named = format!("{path}?merchant_id={}", mine.merchant_id);
        app.get(&named, &mine.key).await.ok();
        app.get(&named, &theirs.key).await.refused(403, "other_merchant");
        app.get(&format!("{path}?shop={}", mine.domain), &theirs.key).await.refused(403, "other_merchant");
        app.get(&format!("{path}?shop=unknown.myshopify.com"), &theirs.key).await.refused(403, "other_merchant");
    }
    let retries = app.get("/v1/api/webhooks/retries?status=success", &theirs.key).await.ok();
    assert_eq!(retries.json()["retries"].as_array().unwrap().len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn the_administrator_names_the_merchant() {
    let app = TestApp::start().await;
    take(&app, "orders/create", order(1, 1_000).json()).await;
    let shop = app.shops[0].clone();
    let path = format!("/v1/api/customers/{ADA}/points");
    app.get_as_admin(&path).await.refused(400, "merchant_required");
    app.get_as_admin(&format!("{path}?merchant_id={}", shop.merchant_id)).await.ok();
    app.get_as_admin(&format!("{path}?shop={}", shop.domain)).await.ok();
    app.get_as_admin(&format!("{path}?merchant_id={}", app.shops[1].merchant_id))
        .await
        .refused(404, "customer_not_found");
    app.get_as_admin(&format!("{path}?merchant_id=01JD8Q3VN7Z9M0A2B4C6D8E0F1")).await.refused(404, "unknown_merchant");
    app.get_as_admin(&format!("{path}?merchant_id=x%27%20OR%201")).await.refused(400, "invalid_parameter");
    app.get_as_admin(&format!("{path}?merchant_id=*")).await.refused(400, "invalid_parameter");
    app.finish().await;
}

#[tokio::test]
async fn malformed_questions_are_400_and_unknown_paths_404() {
    let app = TestApp::start().await;
    let key = app.shops[0].key.clone();
    let path = format!("/v1/api/customers/{ADA}/points");
    for query in ["limit=0", "limit=101", "limit=x", "limit=-1", "cursor=x", "cursor=%27--", "expiring_within_days=0"] {
        let answer = app.get(&format!("{path}?{query}"), &key).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert_eq!(answer.json()["status"], "error", "{query}: {}", answer.text);
    }
    for id in ["abc", "-1", "0x10", "1e3", "99999999999999999999", "gid:%2F%2Fshopify%2FOrder%2F1", "%00"] {
        let answer = app.get(&format!("/v1/api/customers/{id}/points"), &key).await;
        assert_eq!(answer.status, 400, "{id}: {}", answer.text);
    }
    for query in ["status=lost", "limit=1000", "cursor=1"] {
        let answer = app.get(&format!("/v1/api/webhooks/retries?{query}"), &key).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
    }
    app.get("/v1/api/nothing", &key).await.refused(404, "not_found");
    app.finish().await;
}

/// All entries of a paged list, page by page.
async fn all_pages(app: &TestApp, path: &str, list: &str) -> (Vec<Value>, usize) {
    let (mut rows, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = app.get(&format!("{path}{cursor}"), &app.shops[0].key).await.ok().json();
        rows.extend(page[list].as_array().unwrap().iter().cloned());
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (rows, pages),
        }
    }
}

#[tokio::test]
async fn pages_are_complete_and_in_order_without_overlap() {
    let app = TestApp::start().await;
    for id in 1..=11 {
        app.deliver("orders/create", order_of(id, BOB, id * 100).json()).await;
    }
    app.settled().await;
    let (history, pages) = all_pages(&app, &format!("/v1/api/customers/{BOB}/points?limit=4"), "history").await;
    let mut ids: Vec<&str> = history.iter().map(|entry| entry["transaction_id"].as_str().unwrap()).collect();
    assert_eq!((ids.len(), pages), (11, 3));
    assert!(ids.is_sorted_by(|a, b| a > b), "newest first, each once: {ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), 11);
    assert_eq!(history.iter().map(|entry| entry["delta"].as_i64().unwrap()).sum::<i64>(), 660);
    let (webhooks, pages) = all_pages(&app, "/v1/api/webhooks/retries?status=success&limit=11", "retries").await;
    assert_eq!((webhooks.len(), pages), (11, 1));
    app.finish().await;
}
