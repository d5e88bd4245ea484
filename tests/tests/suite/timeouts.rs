//! Statements that PostgreSQL cancels for taking too long: the job fails alone, and its attempt counts.

use tests::{TestApp, wait_until};

use crate::support::order_of;

/// The order whose statement is cancelled.
const SLOW_ORDER: i64 = 13;

/// Lets PostgreSQL cancel every write of that order, as it does after `statement_timeout`.
async fn cancel_writes_of(app: &TestApp, order: i64) {
    let function = "CREATE FUNCTION cancels() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = 'query_canceled'; END $$";
    app.execute(function).await;
    let trigger = format!(
        "CREATE TRIGGER cancels BEFORE INSERT OR UPDATE ON orders FOR EACH ROW WHEN (NEW.shopify_order_id = {order})
         EXECUTE FUNCTION cancels()"
    );
    app.execute(&trigger).await;
}

#[tokio::test]
async fn an_order_whose_statement_times_out_fails_alone_and_its_attempts_count() {
    let mut app = TestApp::builder().without_workers().start().await;
    cancel_writes_of(&app, SLOW_ORDER).await;
    for id in 1..=40 {
        app.deliver("orders/create", order_of(id, 100 + id % 5, 1_000).json()).await;
    }
    app.start_workers().await;
    wait_until("all orders but one are awarded", async || {
        app.number("SELECT count(*) FROM points_transactions").await == 39
    })
    .await;
    wait_until("its attempts count", async || {
        app.number("SELECT coalesce(max(attempt), 0)::bigint FROM job_attempts WHERE outcome = 'retried'").await >= 3
    })
    .await;
    let classes = app.texts("SELECT DISTINCT outcome || ' ' || error_class FROM job_attempts").await;
    assert_eq!(classes, ["retried postgres_timeout"]);
    assert_eq!(app.number("SELECT count(DISTINCT job_id) FROM job_attempts").await, 1, "no other job runs twice");
    app.execute("DROP TRIGGER cancels ON orders").await;
    app.settled().await;
    assert_eq!(app.number("SELECT count(*) FROM points_transactions").await, 40);
    app.finish().await;
}
