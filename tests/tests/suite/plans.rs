//! What PostgreSQL reads for a webhook must not depend on when its plans were made.

use futures::future::join_all;
use tests::TestApp;
use tests::wait::wait_until;

use crate::support::order_of;

const ORDERS: i64 = 400;
const AT_ONCE: usize = 40;
/// Index entries read for one webhook: its record to take, its order to lock and to save, its customer, and dead versions of
/// them. A plan that walks an index and asks the keys reads hundreds.
const ENTRIES_READ_MAX: i64 = 8;

async fn take_in_waves(app: &TestApp, webhooks: &[tests::Webhook]) {
    for wave in webhooks.chunks(AT_ONCE) {
        assert!(join_all(wave.iter().map(tests::Webhook::send)).await.iter().all(|answer| answer.status == 200));
        app.settled().await;
    }
}

#[tokio::test]
async fn plans_made_on_empty_tables_still_look_up_by_key_when_these_have_grown() {
    let app = TestApp::builder().without_scheduler().start().await;
    // What autovacuum does after a truncation: "empty" is then known, not assumed.
    app.execute("VACUUM ANALYZE orders, api_logs, customers").await;
    let mut webhooks = Vec::new();
    for topic in ["orders/create", "orders/updated"] {
        webhooks.extend((1..=ORDERS).map(|id| app.webhook(topic, order_of(id, 1_000 + id % 97, 1_000).json())));
    }
    take_in_waves(&app, &webhooks).await;
    let of = |figure| {
        format!(
            "SELECT sum({figure})::bigint FROM pg_stat_user_indexes WHERE relname IN ('orders', 'api_logs', 'customers')"
        )
    };
    let webhooks = 2 * ORDERS;
    // The servers' processes report when they have been idle for a while.
    wait_until("the look-ups of each webhook are reported", async || {
        app.number(&of("idx_scan")).await >= 3 * webhooks
            || app.number(&of("idx_tup_read")).await > ENTRIES_READ_MAX * webhooks
    })
    .await;
    let read = app.number(&of("idx_tup_read")).await;
    assert!(read <= ENTRIES_READ_MAX * webhooks, "{read} entries read for {webhooks} webhooks");
    // It has the record's id as its last column: a look-up in it asks all entries of the merchant, and counts as one.
    let astray = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'idx_api_logs_merchant_id_endpoint'";
    assert_eq!(app.number(astray).await, 0, "records are looked up by their key");
    app.finish().await;
}

#[tokio::test]
async fn the_end_of_a_webhook_and_a_balance_touch_no_index() {
    let app = TestApp::builder().without_scheduler().start().await;
    let webhooks: Vec<_> =
        (1..=ORDERS).map(|id| app.webhook("orders/create", order_of(id, 1_000 + id % 97, 1_000).json())).collect();
    take_in_waves(&app, &webhooks).await;
    for table in ["api_logs", "customers"] {
        let of = |figure| format!("SELECT {figure} FROM pg_stat_user_tables WHERE relname = '{table}'");
        wait_until("the updates are reported", async || app.number(&of("n_tup_upd")).await >= ORDERS).await;
        let (all, within_page) = (app.number(&of("n_tup_upd")).await, app.number(&of("n_tup_hot_upd")).await);
        assert!(within_page * 10 >= all * 9, "{table}: {within_page} of {all} updates left the indexes alone");
    }
    app.finish().await;
}
