//! The programs as an operator meets them: help, mistakes in the configuration, health, logs, and how they end.

use std::time::Duration;

use futures::future::join_all;
use tests::TestApp;
use tests::process::{Process, run};
use tests::settings::{ADMIN_TOKEN, EMAIL_INDEX_KEY, PII_KEY, SHOPIFY_SECRET, SHOPIFY_SECRET_PREVIOUS};
use tests::{wait_at_most, wait_until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{ADA, order, order_of};

const ROLES: [&str; 3] = ["loyalnest-api", "loyalnest-workers", "loyalnest-scheduler"];

#[tokio::test]
async fn help_names_every_variable_and_needs_none() {
    for (program, variables) in [
        (
            "loyalnest-api",
            &["APP_DATABASE_URL", "REDIS_URL", "SHOPIFY_API_SECRET", "ADMIN_TOKEN", "LOYALNEST_API_ADDR"][..],
        ),
        ("loyalnest-workers", &["APP_DATABASE_URL", "REDIS_URL", "WORKERS_CONCURRENCY", "LOYALNEST_WORKERS_ADDR"]),
        ("loyalnest-scheduler", &["APP_DATABASE_URL", "SCHEDULER_SWEEP_INTERVAL_SECONDS", "LOYALNEST_SCHEDULER_ADDR"]),
        ("loyalnest", &["DATABASE_URL", "migrate", "seed", "verify"]),
    ] {
        let help = run(program, &["--help"], &[]).await;
        assert_eq!(help.code, Some(0), "{help:?}");
        for variable in variables {
            assert!(help.out.contains(variable), "{program} --help does not name {variable}");
        }
    }
}

#[tokio::test]
async fn a_missing_configuration_is_refused_with_all_names_at_once() {
    for (program, arguments, missing) in [
        ("loyalnest-api", &[][..], &["APP_DATABASE_URL", "REDIS_URL", "SHOPIFY_API_SECRET", "ADMIN_TOKEN"][..]),
        ("loyalnest-workers", &[], &["APP_DATABASE_URL", "REDIS_URL", "PII_KEY", "EMAIL_INDEX_KEY"]),
        ("loyalnest-scheduler", &[], &["APP_DATABASE_URL", "REDIS_URL"]),
        ("loyalnest", &["verify"], &["DATABASE_URL", "PII_KEY"]),
    ] {
        let ended = run(program, arguments, &[]).await;
        assert!(ended.code.is_some_and(|code| code != 0), "{ended:?}");
        for name in missing {
            assert!(ended.err.contains(name), "{program} does not say that {name} is missing: {}", ended.err);
        }
    }
}

#[tokio::test]
async fn a_wrong_value_is_named_but_a_secret_is_never_echoed() {
    let app = TestApp::builder().without_roles().start().await;
    let mut environment = app.servers.environment();
    environment.retain(|(name, _)| !matches!(*name, "ADMIN_TOKEN" | "PII_KEY" | "DATABASE_CONNECTIONS_MAX"));
    environment.extend([("ADMIN_TOKEN", "hunter2".to_owned()), ("PII_KEY", "swordfish".to_owned())]);
    environment.push(("DATABASE_CONNECTIONS_MAX", "many".to_owned()));
    for (program, wrong) in [("loyalnest-api", "ADMIN_TOKEN"), ("loyalnest-workers", "PII_KEY")] {
        let ended = run(program, &[], &environment).await;
        assert!(ended.code.is_some_and(|code| code != 0));
        for name in [wrong, "DATABASE_CONNECTIONS_MAX", "many"] {
            assert!(ended.err.contains(name), "{name}: {}", ended.err);
        }
        assert!(!ended.err.contains("hunter2") && !ended.err.contains("swordfish"), "{}", ended.err);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_roles_answer_for_their_health_log_without_secrets_and_end_when_asked() {
    let mut app = TestApp::builder().without_roles().start().await;
    let mut environment = app.servers.environment();
    environment.retain(|(name, _)| *name != "LOG_LEVEL");
    environment.push(("LOG_LEVEL", "info,store=debug,api=debug,workers=debug,jobs=debug".to_owned()));
    let mut processes = Vec::new();
    for role in ROLES {
        let (process, addr) = Process::role(role, &environment).await;
        let is_api = role == "loyalnest-api";
        let internal = format!("http://{}", if is_api { process.internal_addr() } else { addr });
        for path in ["/healthz", "/readyz", "/metrics"] {
            let answer = app.http.get(format!("{internal}{path}")).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{role} {path}");
        }
        if is_api {
            (app.base, app.internal) = (format!("http://{addr}"), internal);
        }
        processes.push(process);
    }
    app.deliver("orders/create", order(1, 1_000).json()).await;
    app.webhook("orders/create", order(2, 1_000).json()).secret("guess").send().await;
    app.settled().await;
    assert_eq!(app.balance(ADA).await, Some(100));
    let metrics = app.get_internal("/metrics").await.ok().text;
    assert!(metrics.contains("ingress_webhook_messages_total"), "{metrics}");

    for mut process in processes {
        process.terminate().await;
        let status = process.ended().await;
        let log = process.log();
        assert!(status.success(), "{status}: {log}");
        for line in log.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "not JSON: {line}");
        }
        let secrets =
            [SHOPIFY_SECRET, SHOPIFY_SECRET_PREVIOUS, ADMIN_TOKEN, PII_KEY, EMAIL_INDEX_KEY, &app.shops[0].key];
        for secret in secrets.into_iter().chain(["ada@example.com", "Ada"]) {
            assert!(!log.contains(secret), "a secret in a log: {secret}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn one_request_id_goes_through_api_and_job() {
    let mut app = TestApp::builder().without_roles().start().await;
    let mut environment = app.servers.environment();
    environment.retain(|(name, _)| *name != "LOG_LEVEL");
    environment.push(("LOG_LEVEL", "debug".to_owned()));
    let (_api, addr) = Process::role("loyalnest-api", &environment).await;
    app.base = format!("http://{addr}");
    // A job that dies leaves its trace in the dead letter.
    app.webhook("orders/create", "{}").also("x-request-id", "the-request-of-this-test").send().await.ok();
    app.start_workers().await;
    app.settled().await;
    let traces = app.texts("SELECT trace_id FROM dead_letters").await;
    assert_eq!(traces.len(), 1);
    assert!(!traces[0].is_empty());
    app.expect_dead_letters(1);
    app.finish().await;
}

#[tokio::test]
async fn a_worker_that_is_asked_to_stop_finishes_what_it_has_and_nothing_runs_twice() {
    let app = TestApp::builder().without_workers().start().await;
    for id in 1..=150 {
        app.deliver("orders/create", order_of(id, 100 + id % 7, 1_000).json()).await;
    }
    let (mut worker, _) = Process::role("loyalnest-workers", &app.servers.environment()).await;
    wait_until("it works", async || app.number("SELECT count(*) FROM points_transactions").await > 0).await;
    worker.terminate().await;
    let status = worker.ended().await;
    assert!(status.success(), "{status}: {}", worker.log());
    for kind in jobs::JobKind::ALL {
        let counts = app.queues.queue(kind).counts().await.unwrap();
        assert_eq!((counts.running, counts.rescued_total, counts.stale_total), (0, 0, 0), "{kind}: {counts:?}");
        assert_eq!(
            counts.done_total,
            u64::try_from(app.number("SELECT count(*) FROM api_logs WHERE status = 'success'").await).unwrap()
                * u64::from(kind == jobs::JobKind::AwardPoints)
        );
    }
    let (_worker, _) = Process::role("loyalnest-workers", &app.servers.environment()).await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 150);
    app.finish().await;
}

#[tokio::test]
async fn an_api_that_drains_is_not_ready_and_answers_what_it_took() {
    let mut app = TestApp::builder().without_api().start().await;
    let (mut api, addr) = Process::role("loyalnest-api", &app.servers.environment()).await;
    app.base = format!("http://{addr}");
    // A request whose body is not complete holds the drain open.
    let body = order(1, 1_000).json().into_bytes();
    let slow = SlowRequest::begin(addr, &app.shops[0].domain, &body).await;
    api.terminate().await;
    let status = slow.finish(&body).await;
    assert!(status.contains(" 200 ") || status.is_empty(), "{status}");
    assert!(api.ended().await.success(), "{}", api.log());
    if !status.is_empty() {
        app.settled().await;
        assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 1);
    }
    wait_at_most(Duration::from_secs(5), "nobody listens any more", async || {
        tokio::net::TcpStream::connect(addr).await.is_err()
    })
    .await;
    app.finish().await;
}

/// A webhook sent in two halves.
struct SlowRequest(tokio::net::TcpStream);

impl SlowRequest {
    async fn begin(addr: std::net::SocketAddr, shop: &str, body: &[u8]) -> Self {
        use tokio::io::AsyncWriteExt as _;
        let delivery = shopify::testing::Delivery::new("orders/create", shop, 1);
        let mut head = format!(
            "POST /v1/api/shopify/webhook HTTP/1.1\r\nhost: {addr}\r\ncontent-length: {}\r\nconnection: close\r\n",
            body.len()
        );
        for (name, value) in delivery.headers(SHOPIFY_SECRET.as_bytes(), body) {
            head += &format!("{name}: {value}\r\n");
        }
        let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        stream.write_all(&body[..100]).await.unwrap();
        stream.flush().await.unwrap();
        Self(stream)
    }

    /// The status line; empty when the connection was refused before the server had taken the request.
    async fn finish(mut self, body: &[u8]) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        if self.0.write_all(&body[100..]).await.is_err() {
            return String::new();
        }
        let mut answer = String::new();
        let _ = self.0.read_to_string(&mut answer).await;
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

#[tokio::test]
async fn the_tool_migrates_seeds_and_finds_drift() {
    let app = TestApp::start().await;
    let environment = app.servers.environment();
    for arguments in [
        &["migrate"][..],
        &["migrate"],
        &["seed", "--merchants", "3", "--customers", "9"],
        &["seed", "--merchants", "3", "--customers", "9"],
    ] {
        let ended = run("loyalnest", arguments, &environment).await;
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
    }
    let load = "SELECT count(*) FROM merchants WHERE shopify_domain LIKE 'load-_.myshopify.com' AND plan_id = 'plus'";
    assert_eq!(app.number(load).await, 3);
    let key = format!("lnk_{}", "k".repeat(43));
    for _ in 0..2 {
        let demo = run("loyalnest", &["seed", "--demo", "--api-key", &key], &environment).await;
        assert_eq!(demo.code, Some(0), "{demo:?}");
        assert!(demo.out.contains(&format!("PARTNER_API_KEY={key}")) && demo.out.contains("DEMO_SHOP="), "{demo:?}");
    }
    app.get("/v1/api/webhooks/retries", &key).await.ok();
    app.deliver("orders/create", order(1, 1_000).json()).await;
    app.settled().await;
    for damage in [
        "UPDATE customers SET points_balance = points_balance + 1",
        "UPDATE orders SET target_points = target_points + 1, awarded_points = awarded_points + 1",
        "UPDATE point_lots SET remaining = remaining - 1",
        // What refers to nothing; the same again mends it.
        "UPDATE orders SET customer_id = reverse(customer_id)",
        "UPDATE point_lots SET lot_id = reverse(lot_id)",
    ] {
        app.execute(damage).await;
        let found = run("loyalnest", &["verify"], &environment).await;
        assert!(found.code.is_some_and(|code| code != 0) && found.out.contains("drift"), "{damage}: {found:?}");
        app.execute(
            &damage.replace(" + 1", " - 1#").replace(" - 1#", " - 1").replace("remaining - 1", "remaining + 1"),
        )
        .await;
        let clean = run("loyalnest", &["verify"], &environment).await;
        assert_eq!(clean.code, Some(0), "{clean:?}");
    }
    // A webhook that waits, and of which the sweep knows nothing.
    app.execute("WITH known AS (DELETE FROM webhook_batches) UPDATE api_logs SET status = 'pending'").await;
    for (shop, found) in [(None, true), (Some("shop-1.myshopify.com"), true), (Some("shop-2.myshopify.com"), false)] {
        let arguments: Vec<&str> =
            ["verify"].into_iter().chain(shop.into_iter().flat_map(|shop| ["--shop", shop])).collect();
        let ended = run("loyalnest", &arguments, &environment).await;
        assert_eq!(ended.out.contains("waits, and no row of webhook_batches names it"), found, "{shop:?}: {ended:?}");
        assert_eq!(ended.code == Some(0), !found, "{shop:?}: {ended:?}");
    }
    app.execute("UPDATE api_logs SET status = 'success'").await;
    app.finish().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place_and_are_then_served() {
    let app = TestApp::builder().without_roles().start().await;
    let mut environment = app.servers.environment();
    environment.push(("API_CONNECTIONS_MAX", "16".to_owned()));
    let (_api, addr) = Process::role("loyalnest-api", &environment).await;
    let idle = join_all((0..16).map(|_| TcpStream::connect(addr))).await;
    let mut late = TcpStream::connect(addr).await.unwrap();
    late.write_all(b"GET /healthz HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let waits = timeout(Duration::from_millis(500), late.read_to_string(&mut answer)).await;
    assert!(waits.is_err(), "{answer}");
    drop(idle);
    late.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    app.finish().await;
}
