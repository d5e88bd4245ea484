//! Who may read what, and how much: keys, scopes, merchants, quotas, the administrator; and how pages are turned.

use serde_json::Value;
use tests::process::{Ended, run};
use tests::redis_server::RedisServer;
use tests::{Answer, TestApp, wait_until};

use crate::support::{ADA, BOB, order, order_of, take};

const RETRIES: &str = "/v1/api/webhooks/retries";

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
async fn a_key_of_a_merchant_that_left_is_refused_from_the_next_request_on() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let (key, other) = (app.shops[0].key.clone(), app.shops[1].key.clone());
    let set = async |status: &str| {
        let domain = &app.shops[0].domain;
        let sql = format!("UPDATE merchants SET status = '{status}' WHERE shopify_domain = '{domain}'");
        assert_eq!(app.execute(&sql).await, 1);
    };
    for status in ["uninstalled", "redacted"] {
        app.get(RETRIES, &key).await.ok();
        set(status).await;
        app.get(RETRIES, &key).await.refused(401, "unauthorized");
        app.get(RETRIES, &other).await.ok();
        set("active").await;
        wait_until("a merchant that came back has its key again", async || app.get(RETRIES, &key).await.status == 200)
            .await;
    }
    app.finish().await;
}

/// Runs `loyalnest keys` with these arguments.
async fn keys(app: &TestApp, arguments: &[&str]) -> Ended {
    let arguments: Vec<&str> = ["keys"].iter().chain(arguments).copied().collect();
    run("loyalnest", &arguments, &app.servers.environment()).await
}

#[tokio::test]
async fn the_command_makes_a_key_that_works_and_revokes_it_from_the_next_request_on() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let shop = app.shops[0].domain.as_str();
    let create = ["create", "--shop", shop, "--name", "Acme reports", "--scope", "webhooks:read"];
    let made = keys(&app, &create).await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let value = |name: &str| {
        let line = made.out.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("{}", made.out)).to_owned()
    };
    let (id, key) = (value("API_KEY_ID"), value("PARTNER_API_KEY"));
    app.get(RETRIES, &key).await.ok();
    app.get(&format!("/v1/api/customers/{ADA}/points"), &key).await.refused(403, "insufficient_scope");
    let listed = keys(&app, &["list", "--shop", shop]).await.out;
    let line = listed.lines().find(|line| line.contains(&id)).unwrap_or_else(|| panic!("{listed}"));
    assert!(line.contains("Acme reports") && line.contains("webhooks:read"), "{line}");
    assert!(!listed.contains(&key), "a key is shown once");
    let other_shops = keys(&app, &["revoke", "--shop", &app.shops[1].domain, &id]).await;
    assert!(other_shops.code != Some(0) && other_shops.err.contains(&id), "{other_shops:?}");
    assert_eq!(keys(&app, &["revoke", "--shop", shop, &id]).await.code, Some(0));
    app.get(RETRIES, &key).await.refused(401, "unauthorized");
    app.get(RETRIES, &app.shops[0].key).await.ok();
    app.finish().await;
}

#[tokio::test]
async fn the_command_refuses_what_would_be_no_use() {
    let app = TestApp::builder().without_roles().start().await;
    let shop = app.shops[0].domain.clone();
    app.execute(&format!("UPDATE merchants SET status = 'uninstalled' WHERE shopify_domain = '{shop}'")).await;
    for (shop, name, scope, why) in [
        ("nobody.myshopify.com", "x", "points:read", "nobody.myshopify.com"),
        (&shop, "x", "points:read", "uninstalled"),
        (&app.shops[1].domain, "x", "points:delete", "points:delete"),
        (&app.shops[1].domain, " ", "points:read", "--name"),
    ] {
        let ended = keys(&app, &["create", "--shop", shop, "--name", name, "--scope", scope]).await;
        assert!(ended.code != Some(0) && format!("{}{}", ended.err, ended.out).contains(why), "{ended:?}");
    }
    app.finish().await;
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// The seconds after which a refused request may be made again.
fn retry_after(answer: &Answer) -> u64 {
    answer.retry_after.as_deref().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_key_that_has_spent_its_quota_is_answered_429_by_every_process() {
    let builder = TestApp::builder().without_workers().without_scheduler();
    let mut app = builder.api_settings(|settings| settings.api.key_requests_per_minute_max = 3).start().await;
    let (key, other) = (app.shops[0].key.clone(), app.shops[1].key.clone());
    let first = app.get(RETRIES, &key).await.ok();
    assert_eq!(header(&first, "ratelimit-policy"), "\"key\";q=3;w=60");
    assert_eq!(header(&first, "ratelimit"), "\"key\";r=2;t=60");
    let refused = app.get("/v1/api/customers/x/points", &key).await.refused(400, "invalid_parameter");
    assert!(header(&refused, "ratelimit").starts_with("\"key\";r=1;t="), "what is refused counts, too");
    app.start_api().await;
    app.get(RETRIES, &key).await.ok();
    let refused = app.get(RETRIES, &key).await.refused(429, "rate_limited");
    assert!((1..=60).contains(&retry_after(&refused)), "{refused:?}");
    assert!(header(&refused, "ratelimit").starts_with("\"key\";r=0;t="), "{refused:?}");
    app.get(RETRIES, &other).await.ok();
    let admin = app.get_as_admin(&format!("{RETRIES}?shop={}", app.shops[0].domain)).await.ok();
    assert_eq!(header(&admin, "ratelimit"), "", "the administrator has no quota");
    app.finish().await;
}

#[tokio::test]
async fn without_redis_reads_go_on_and_each_process_counts_by_itself() {
    let mut redis = RedisServer::start().await;
    let builder = TestApp::builder().without_workers().without_scheduler().redis(&redis.url());
    let app = builder.api_settings(|settings| settings.api.key_requests_per_minute_max = 3).start().await;
    redis.kill().await;
    let key = app.shops[0].key.clone();
    for left in [2, 1, 0] {
        let answer = app.get(RETRIES, &key).await.ok();
        assert!(header(&answer, "ratelimit").starts_with(&format!("\"key\";r={left};")), "{answer:?}");
    }
    let refused = app.get(RETRIES, &key).await.refused(429, "rate_limited");
    assert!((1..=60).contains(&retry_after(&refused)), "{refused:?}");
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
async fn text_that_postgresql_cannot_hold_is_refused_wherever_it_stands() {
    let app = TestApp::builder().without_workers().without_scheduler().start().await;
    let key = app.shops[0].key.clone();
    let points = format!("/v1/api/customers/{ADA}/points");
    for query in ["endpoint=%00", "endpoint=a%00b", "status=%00", "cursor=%00", "shop=%00", "merchant_id=%00", "%00=1"]
    {
        app.get(&format!("{RETRIES}?{query}"), &key).await.refused(400, "invalid_parameter");
        app.get_as_admin(&format!("{RETRIES}?{query}")).await.refused(400, "invalid_parameter");
        app.get(&format!("{points}?{query}"), &key).await.refused(400, "invalid_parameter");
    }
    for id in ["%00", "a%00b", "1%00", "%00%00"] {
        app.get(&format!("/v1/api/customers/{id}/points"), &key).await.refused(400, "invalid_parameter");
    }
    // What only looks like it is text as any other.
    app.get(&format!("{RETRIES}?endpoint=%2500"), &key).await.ok();
    app.get(&format!("{RETRIES}?endpoint=%EF%BF%BD%F0%9F%8E%81"), &key).await.ok();
    app.get(&format!("{RETRIES}?endpoint=%ff%fe"), &key).await.ok();
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
