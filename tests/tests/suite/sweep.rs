//! What the sweep remembers: every webhook that waits for its job, and none that has ended.

use platform::clock::ManualClock;
use tests::TestApp;
use tests::redis_server::RedisServer;
use tests::wait::wait_until;

use crate::support::order_of;

const REMEMBERED: &str = "SELECT coalesce(sum(cardinality(log_ids)), 0)::bigint FROM webhook_batches";

#[tokio::test]
async fn webhooks_that_have_ended_are_forgotten() {
    let app = TestApp::builder().without_scheduler().start().await;
    for id in 1..=10 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    app.deliver("products/update", serde_json::json!({ "id": 1 }).to_string()).await; // needs no job
    app.settled().await;
    assert_eq!(app.number(REMEMBERED).await, 10);
    let mut app = app;
    app.start_scheduler().await;
    wait_until("the sweep has seen them", async || app.number("SELECT count(*) FROM webhook_batches").await == 0).await;
    app.finish().await;
}

#[tokio::test]
async fn webhooks_are_swept_however_wrong_the_schedulers_clock_is() {
    let redis = RedisServer::start().await;
    for clock in ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"] {
        let mut app = TestApp::builder().redis(&redis.url()).without_roles().start().await;
        app.start_api().await;
        app.deliver("orders/create", order_of(1, 101, 1_000).json()).await;
        redis.flush().await;
        app.set_clock(ManualClock::new(clock.parse().unwrap()));
        app.start_scheduler().await;
        wait_until("the webhook is enqueued again", async || app.jobs().await == 1).await;
        app.start_workers().await;
        app.settled().await;
        app.finish().await;
    }
}

#[tokio::test]
async fn of_a_commit_whose_webhooks_have_partly_ended_the_others_are_remembered() {
    let redis = RedisServer::start().await;
    let mut app = TestApp::builder().redis(&redis.url()).without_roles().start().await;
    app.start_api().await;
    for id in 1..=6 {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    // As if one commit had recorded all of them, and four had ended.
    app.execute(
        "WITH apart AS (DELETE FROM webhook_batches RETURNING merchant_ids[1] AS merchant_id, log_ids[1] AS log_id)
         INSERT INTO webhook_batches (merchant_ids, log_ids) SELECT array_agg(merchant_id), array_agg(log_id) FROM apart",
    )
    .await;
    app.execute("UPDATE api_logs SET status = 'failed' WHERE log_id NOT IN (SELECT log_id FROM api_logs ORDER BY log_id DESC LIMIT 2)").await;
    redis.flush().await;
    app.start_scheduler().await;
    wait_until("two are remembered, and enqueued again", async || {
        app.number(REMEMBERED).await == 2 && app.jobs().await == 2
    })
    .await;
    let forgotten = "SELECT count(*) FROM api_logs WHERE status = 'pending' AND log_id NOT IN (SELECT unnest(log_ids) FROM webhook_batches)";
    assert_eq!(app.number(forgotten).await, 0);
    app.start_workers().await;
    wait_until("they are done, and forgotten", async || app.number(REMEMBERED).await == 0).await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 2);
    app.finish().await;
}
