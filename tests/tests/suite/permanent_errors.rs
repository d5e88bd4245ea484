//! A job whose error would come back at every attempt is dead after the first one, with the reason, and alone of its batch.

use tests::TestApp;
use tests::wait::wait_until;

use crate::support::{order, order_of};

const DEAD: &str = "SELECT attempts || ' ' || error_class || ': ' || reason FROM dead_letters";

#[tokio::test]
async fn an_order_that_a_constraint_refuses_is_dead_at_once_with_the_constraints_name() {
    let mut app = TestApp::start().await;
    app.execute("ALTER TABLE orders ADD CONSTRAINT no_thirteen CHECK (shopify_order_id <> 13)").await;
    for id in [11, 12, 13, 14] {
        app.deliver("orders/create", order_of(id, 100 + id, 1_000).json()).await;
    }
    app.expect_dead_letters(1);
    wait_until("the jobs have ended", async || {
        app.pending_webhooks().await == 0 && app.number("SELECT count(*) FROM dead_letters").await == 1
    })
    .await;
    let dead = app.texts(DEAD).await;
    assert!(dead[0].starts_with("1 postgres_refused: the ledger was not written: constraint no_thirteen"), "{dead:?}");
    assert_eq!(app.number("SELECT count(*) FROM orders").await, 3, "the others of its batch are processed");
    app.settled().await;
    app.finish().await;
}

#[tokio::test]
async fn an_order_whose_stored_facts_cannot_be_read_is_dead_at_once() {
    // The second would be an order of which nothing is known, if arrays were read as structs.
    for unreadable in ["\"unreadable\"", "[]"] {
        let mut app = TestApp::start().await;
        app.deliver("orders/create", order(1, 1_000).json()).await;
        app.settled().await;
        let kept = app.texts("SELECT facts::text FROM orders").await.remove(0);
        app.execute(&format!("UPDATE orders SET facts = '{unreadable}'")).await;
        app.deliver("orders/updated", order(1, 2_000).json()).await;
        app.expect_dead_letters(1);
        wait_until("the job is dead", async || app.number("SELECT count(*) FROM dead_letters").await == 1).await;
        let dead = app.texts(DEAD).await;
        assert!(dead[0].starts_with("1 corrupt_row: the ledger was not written: stored orders.facts"), "{dead:?}");
        app.execute(&format!("UPDATE orders SET facts = '{}'", kept.replace('\'', "''"))).await;
        app.settled().await;
        app.finish().await;
    }
}
