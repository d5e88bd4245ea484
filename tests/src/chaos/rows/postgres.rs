//! Rows that stop or stall PostgreSQL.

use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::scenario::{Bounds, Scenario};
use crate::chaos::{ChaosRun, Load, Tally};
use crate::wait::wait_at_most;

/// Snoozes while PostgreSQL is unavailable count as repeated runs: about one per second for each held job.
const HELD_MAX: u64 = 1_024;
/// Attempts of the slow order's job that must count before its statement is fast: the last one is run alone.
const SLOW_ATTEMPTS_MIN: i64 = 3;
/// Longest until the others are done and those attempts are over: each may take the timeouts of its batch and of its own run.
const SLOW_MAX: Duration = Duration::from_secs(180);
const GONE: Duration = Duration::from_secs(30);

pub(super) async fn restarted(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(500, &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let restarting = async {
        scenario.wait_for_entries(50).await;
        {
            let mut postgres = scenario.postgres.lock().await;
            postgres.stop().await;
            postgres.run().await;
        }
        scenario.wait_for_entries(200).await;
        let mut postgres = scenario.postgres.lock().await;
        postgres.crash().await;
        postgres.run().await;
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(4)), restarting);
    scenario
        .verify_outcome(&load, Bounds::again(0, 4 * HELD_MAX))
        .await
        .note("senders were answered 503 and sent again")
}

pub(super) async fn gone(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(300, &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let away = async {
        scenario.wait_for_entries(50).await;
        let mut postgres = scenario.postgres.lock().await;
        postgres.stop().await;
        sleep(GONE).await;
        postgres.run().await;
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(3)), away);
    scenario
        .verify_outcome(&load, Bounds::again(0, 30 * HELD_MAX))
        .await
        .note("senders were answered 503 and sent again")
}

pub(super) async fn slow_order(chaos_run: ChaosRun) -> Tally {
    /// Amid the others, and not cancelled: it has one job.
    const SLOW: i64 = 41;
    let scenario = Scenario::start(&chaos_run).await;
    let app = &scenario.app;
    app.execute("CREATE TABLE slow_orders AS SELECT 41::bigint AS shopify_order_id").await;
    app.execute(
        "CREATE FUNCTION sleep_if_slow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
             IF EXISTS (SELECT FROM slow_orders WHERE shopify_order_id = NEW.shopify_order_id) THEN PERFORM pg_sleep(600); END IF;
             RETURN NEW;
         END $$",
    )
    .await;
    app.execute(
        "CREATE TRIGGER sleep_if_slow BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION sleep_if_slow()",
    )
    .await;
    let load = Load::of(400, app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let counted = "SELECT coalesce(max(attempt), 0)::bigint FROM job_attempts WHERE error_class = 'postgres_timeout' AND outcome = 'retried'";
    let others = async {
        wait_at_most(SLOW_MAX, "the others are done, and the slow one's attempts count", async || {
            app.pending_webhooks().await == 1 && app.number(counted).await >= SLOW_ATTEMPTS_MIN
        })
        .await;
    };
    join!(scenario.send_over(&load, Duration::from_secs(20)), others);
    let of_slow = format!("SELECT count(*) FROM orders WHERE shopify_order_id = {SLOW}");
    assert_eq!(scenario.app.number(&of_slow).await, 0, "the slow order was written");
    scenario.app.execute("DELETE FROM slow_orders").await;
    scenario.fault_ended();
    let attempts = scenario.app.number(counted).await;
    let again_min = u64::try_from(SLOW_ATTEMPTS_MIN).unwrap();
    let tally = scenario.verify_outcome(&load, Bounds::again(again_min, 4 * HELD_MAX)).await;
    tally.note(format!("{attempts} attempts of the slow order counted, all others were done meanwhile"))
}
