//! The whole on another kind of Redis than one good server: a cluster, and servers that are not fit for jobs.

use std::net::SocketAddr;

use tests::process::{Process, run};
use tests::redis_server::RedisServer;
use tests::{TestApp, wait_until};

use crate::support::order_of;

#[tokio::test]
async fn webhooks_become_points_on_a_cluster_and_duplicates_are_known() {
    let redis = RedisServer::start_cluster().await;
    let url = redis.url().replace("redis://", "redis+cluster://");
    let app = TestApp::builder().redis(&url).start().await;
    let webhooks: Vec<_> =
        (1..=30).map(|id| app.webhook("orders/create", order_of(id, 100 + id % 7, 1_000).json())).collect();
    for _ in 0..2 {
        for webhook in &webhooks {
            webhook.send().await.ok();
        }
    }
    app.settled().await;
    assert_eq!(app.number("SELECT sum(points_balance)::bigint FROM customers").await, 3_000);
    assert_eq!(app.number("SELECT count(*) FROM api_logs").await, 30);
    let health = app.get("/v1/api/health", "").await.ok();
    assert_eq!(health.json()["status"], "ok", "{}", health.text);
    app.finish().await;
}

async fn readyz(app: &TestApp, addr: SocketAddr) -> (u16, String) {
    let answer = app.http.get(format!("http://{addr}/readyz")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_redis_that_evicts_jobs_makes_workers_unready_and_says_the_remedy() {
    let redis = RedisServer::start_with(&["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"]).await;
    let app = TestApp::builder().without_roles().redis(&redis.url()).start().await;
    let environment = app.servers.environment();
    for role in ["loyalnest-workers", "loyalnest-scheduler"] {
        let (process, addr) = Process::role(role, &environment).await;
        wait_until("it has looked at Redis", async || readyz(&app, addr).await.0 == 503).await;
        let (_, body) = readyz(&app, addr).await;
        assert!(body.contains("noeviction"), "{body}");
        let log = process.log();
        assert!(log.lines().any(|line| line.contains("ERROR") && line.contains("noeviction")), "{log}");
        assert!(log.lines().any(|line| line.contains("WARN") && line.contains("appendonly")), "{log}");
        let metrics = app.http.get(format!("http://{addr}/metrics")).send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains(r#"redis_risk_nodes{state="eviction"} 1"#), "{metrics}");
        assert!(metrics.contains(r#"redis_risk_nodes{state="version"} 0"#), "{metrics}");
    }
    let (api, addr) = Process::role("loyalnest-api", &environment).await;
    let health = || async {
        let answer = app.http.get(format!("http://{addr}/v1/api/health")).send().await.unwrap();
        answer.text().await.unwrap()
    };
    wait_until("the api shows it, too", async || health().await.contains("not fit for jobs")).await;
    assert_eq!(readyz(&app, api.internal_addr()).await.0, 200, "it takes webhooks without Redis");
    app.finish().await;
}

#[tokio::test]
async fn an_address_that_is_no_redis_is_refused_at_the_start_with_the_forms_there_are() {
    let app = TestApp::builder().without_roles().start().await;
    for role in ["loyalnest-api", "loyalnest-workers", "loyalnest-scheduler"] {
        let mut environment = app.servers.environment();
        environment.retain(|(name, _)| *name != "REDIS_URL");
        environment.push(("REDIS_URL", "memcached://:hunter2@127.0.0.1:11211".to_owned()));
        let ended = run(role, &[], &environment).await;
        assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
        for part in ["REDIS_URL", "redis+sentinel://", "redis+cluster://"] {
            assert!(ended.err.contains(part), "{role}: {}", ended.err);
        }
        assert!(!ended.err.contains("hunter2"), "{}", ended.err);
    }
    app.finish().await;
}
