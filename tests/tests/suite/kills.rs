//! Real processes that are killed in the middle of their work: nothing is lost, nothing is doubled.

use futures::StreamExt as _;
use futures::stream;
use tests::TestApp;
use tests::process::{Process, run};
use tests::redis_server::RedisServer;
use tests::{Webhook, wait_until};

use crate::support::order_of;

const WORKERS: &str = "loyalnest-workers";
const CUSTOMERS: i64 = 23;

/// So many orders, each of another amount.
fn orders(app: &TestApp, count: i64) -> Vec<Webhook> {
    (1..=count).map(|id| app.webhook("orders/create", order_of(id, 100 + id % CUSTOMERS, id * 100).json())).collect()
}

async fn send_all(webhooks: &[Webhook]) {
    stream::iter(webhooks).for_each_concurrent(16, |webhook| async { drop(webhook.send().await.ok()) }).await;
}

async fn awarded(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM points_transactions").await
}

/// Every order once, and `verify` as an operator runs it.
async fn assert_exact(app: &TestApp, count: i64) {
    app.settled().await;
    assert_eq!(awarded(app).await, count);
    assert_eq!(
        app.number("SELECT sum(points_balance)::bigint FROM customers").await,
        (1..=count).map(|id| id * 10).sum::<i64>()
    );
    let verify = run("loyalnest", &["verify"], &app.servers.environment()).await;
    assert_eq!(verify.code, Some(0), "{verify:?}");
    assert!(verify.out.contains(&format!("{count} orders: 0 drifts")), "{verify:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_are_killed_in_mid_flight_lose_and_double_nothing() {
    let app = TestApp::builder().without_workers().start().await;
    let count = 400;
    let webhooks = orders(&app, count);
    let environment = app.servers.environment();
    let killing = async {
        let mut kills = 0;
        // The first dies with hardly anything done, the last when most is.
        for done in [1, count / 4, count / 2, count * 3 / 4] {
            let (mut worker, _) = Process::role(WORKERS, &environment).await;
            wait_until("the worker is in the middle of its work", async || awarded(&app).await >= done).await;
            worker.kill().await;
            kills += 1;
        }
        kills
    };
    let ((), kills) = futures::join!(send_all(&webhooks), killing);
    assert_eq!(kills, 4);
    let (mut worker, _) = Process::role(WORKERS, &environment).await;
    assert_exact(&app, count).await;
    worker.terminate().await;
    assert!(worker.ended().await.success(), "{}", worker.log());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_between_commit_and_settlement_does_not_double() {
    let app = TestApp::builder().without_workers().start().await;
    send_all(&orders(&app, 60)).await;
    let environment = app.servers.environment();
    let (mut worker, _) = Process::role(WORKERS, &environment).await;
    // Stopped as soon as a commit is seen: what it has not yet told Redis, it never will.
    wait_until("something is committed", async || awarded(&app).await > 0).await;
    worker.signal("-STOP").await;
    let committed = awarded(&app).await;
    worker.kill().await;
    assert!(committed > 0);
    let (_worker, _) = Process::role(WORKERS, &environment).await;
    assert_exact(&app, 60).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_stopped_past_its_lease_settles_late_and_harmlessly() {
    let app = TestApp::builder().without_workers().start().await;
    let environment = app.servers.environment();
    let (sleeper, _) = Process::role(WORKERS, &environment).await;
    let webhooks = orders(&app, 120);
    let stopping = async {
        wait_until("the first worker is busy", async || awarded(&app).await > 0).await;
        sleeper.signal("-STOP").await;
    };
    futures::join!(send_all(&webhooks), stopping);
    let (_worker, _) = Process::role(WORKERS, &environment).await;
    app.settled().await;
    sleeper.signal("-CONT").await;
    assert_exact(&app, 120).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_three_roles_as_processes_with_redis_flushed_and_workers_killed() {
    let redis = RedisServer::start().await;
    let mut app = TestApp::builder().redis(&redis.url()).without_roles().start().await;
    let environment = app.servers.environment();
    let (mut api, addr) = Process::role("loyalnest-api", &environment).await;
    app.base = format!("http://{addr}");
    let (_scheduler, _) = Process::role("loyalnest-scheduler", &environment).await;
    let (mut first, _) = Process::role(WORKERS, &environment).await;
    let (_second, _) = Process::role(WORKERS, &environment).await;
    let webhooks = orders(&app, 200);
    let breaking = async {
        wait_until("work is under way", async || awarded(&app).await > 10).await;
        redis.flush().await;
        first.kill().await;
        wait_until("work goes on", async || awarded(&app).await > 80).await;
        redis.flush().await;
    };
    futures::join!(send_all(&webhooks), breaking);
    assert_exact(&app, 200).await;
    api.terminate().await;
    assert!(api.ended().await.success(), "{}", api.log());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_is_killed_has_recorded_whatever_it_answered() {
    let mut app = TestApp::builder().without_api().start().await;
    let environment = app.servers.environment();
    let (mut api, addr) = Process::role("loyalnest-api", &environment).await;
    app.base = format!("http://{addr}");
    let webhooks = orders(&app, 150);
    let answered = std::sync::atomic::AtomicI64::new(0);
    let sending = stream::iter(&webhooks).for_each_concurrent(8, |webhook| async {
        // A connection that breaks is no answer: Shopify tries again.
        if webhook.try_send().await.is_ok_and(|answer| answer.status == 200) {
            answered.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        }
    });
    let killing = async {
        wait_until("some are recorded", async || app.number("SELECT count(*) FROM api_logs").await > 40).await;
        api.kill().await;
    };
    futures::join!(sending, killing);
    app.settled().await;
    assert!(awarded(&app).await >= answered.into_inner(), "answered 200 and lost");
    let (_api, addr) = Process::role("loyalnest-api", &environment).await;
    let again: Vec<_> = webhooks.iter().map(|webhook| webhook.clone().to(&format!("http://{addr}"))).collect();
    send_all(&again).await;
    assert_exact(&app, 150).await;
    app.finish().await;
}
