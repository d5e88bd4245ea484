//! `verify-balances` on large installations: what interrupts a pass does not begin it anew.

use jobs::{JobId, Lane, Maintenance, MaintenanceTask, NewJob};
use platform::clock::SystemClock;
use tests::{TestApp, wait_until};

const CUSTOMERS: i64 = 40_000;
const LOOKED_AT: &str = "SELECT coalesce(max(looked_at), 0) FROM task_progress";
const FINISHED: &str = "SELECT count(*) FROM task_progress WHERE finished_at IS NOT NULL";

/// Gives the first shop many customers without points, their ids in order.
async fn add_customers(app: &TestApp) {
    let sql = format!(
        "INSERT INTO customers (merchant_id, customer_id) SELECT '{}', lpad(n::text, 26, '0') FROM generate_series(1, {CUSTOMERS}) n",
        app.shops[0].merchant_id
    );
    app.execute(&sql).await;
    app.execute("ANALYZE customers").await;
}

/// Makes the balance of that customer wrong.
async fn drift(app: &TestApp, customer: i64) {
    let sql = format!(
        "UPDATE customers SET points_balance = points_balance + 1 WHERE customer_id = lpad('{customer}', 26, '0')"
    );
    assert_eq!(app.execute(&sql).await, 1);
}

async fn tick(app: &TestApp) {
    let (task, tick) = (MaintenanceTask::VerifyBalances, SystemClock::shared().now());
    let id = JobId::parse(&app.ids.ulid()).unwrap();
    app.queues.enqueue(&[NewJob::of(id, &Maintenance { task, tick }, Lane::platform())]).await.unwrap();
}

#[tokio::test]
async fn a_pass_that_is_interrupted_goes_on_where_it_was() {
    let mut app = TestApp::builder().without_roles().start().await;
    add_customers(&app).await;
    tick(&app).await;
    app.start_workers().await;
    wait_until("the pass is under way", async || app.number(LOOKED_AT).await > 0).await;
    app.stop_workers().await;
    let so_far = app.number(LOOKED_AT).await;
    assert_eq!(app.number(FINISHED).await, 0, "it was interrupted after {so_far} of {CUSTOMERS}");
    // One that was looked at before, and one that was not.
    drift(&app, 1).await;
    drift(&app, CUSTOMERS).await;
    app.start_workers().await;
    wait_until("the pass is at its end", async || app.number(FINISHED).await == 1 && app.jobs().await == 0).await;
    assert_eq!(app.number(LOOKED_AT).await, CUSTOMERS, "each was looked at once");
    assert_eq!(app.number("SELECT found FROM task_progress").await, 1, "the pass did not begin anew");
    // The next pass does.
    tick(&app).await;
    wait_until("the next pass is at its end", async || {
        app.jobs().await == 0 && app.number("SELECT found FROM task_progress").await == 2
    })
    .await;
    assert_eq!(app.number(LOOKED_AT).await, CUSTOMERS);
    app.execute("UPDATE customers SET points_balance = 0").await;
    app.finish().await;
}

#[tokio::test]
async fn two_runs_at_the_same_time_are_one_pass() {
    let mut app = TestApp::builder().without_roles().start().await;
    add_customers(&app).await;
    tick(&app).await;
    tick(&app).await;
    app.start_workers().await;
    app.start_workers().await;
    wait_until("both runs have ended", async || app.jobs().await == 0).await;
    assert_eq!(app.number(FINISHED).await, 1);
    assert_eq!(app.number(LOOKED_AT).await, CUSTOMERS);
    app.finish().await;
}
