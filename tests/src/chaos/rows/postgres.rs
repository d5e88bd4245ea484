//! Rows that stop or stall PostgreSQL.

use std::time::Duration;

use futures::future::join_all;
use futures::join;
use tokio::time::{Instant, sleep};

use crate::chaos::load::send;
use crate::chaos::scenario::{Bounds, Scenario};
use crate::chaos::{ChaosRun, Load, Tally};
use crate::client::Webhook;
use crate::wait::wait_at_most;

/// Snoozes while PostgreSQL is unavailable count as repeated runs: about one per second for each held job.
const HELD_MAX: u64 = 1_024;
/// Attempts of the slow order's job that must count before its statement is fast: the last one is run alone.
const SLOW_ATTEMPTS_MIN: i64 = 3;
/// Longest until the others are done and those attempts are over: each may take the timeouts of its batch and of its own run.
const SLOW_MAX: Duration = Duration::from_secs(180);
const GONE: Duration = Duration::from_secs(30);
/// Shops that the api has not looked up when PostgreSQL becomes unavailable, with one webhook each.
const COLD_SHOPS: usize = 500;
/// Longest until a webhook is answered 503 then: the deadline of the look-up in the api (1.5 s), and the rest for a busy machine.
const REFUSED_MAX: Duration = Duration::from_secs(4);

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

pub(super) async fn cold_merchant_cache(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start_with_shops(&chaos_run, COLD_SHOPS).await;
    let load = Load::plain(i64::try_from(COLD_SHOPS).unwrap(), &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let webhooks = load.webhooks(&scenario.app);
    let (silent, gone) = {
        let mut postgres = scenario.postgres.lock().await;
        postgres.pause();
        let silent = refused_in_time(&webhooks).await;
        postgres.resume();
        postgres.stop().await;
        let gone = refused_in_time(&webhooks).await;
        postgres.run().await;
        (silent, gone)
    };
    scenario.fault_ended();
    send(&webhooks).await;
    send(&webhooks).await;
    let recorded = scenario.app.number("SELECT count(*) FROM api_logs").await;
    assert_eq!(recorded as u64, load.jobs(), "each webhook is recorded once");
    let tally = scenario.verify_outcome(&load, Bounds::again(0, HELD_MAX)).await;
    tally.note(format!("each delivery was answered 503 within {} ms and {} ms", silent.as_millis(), gone.as_millis()))
}

/// Sends webhooks at once and returns the time of the slowest answer. Fails the row unless each is 503 with `Retry-After` in time.
async fn refused_in_time(webhooks: &[Webhook]) -> Duration {
    let begun = Instant::now();
    let answers = join_all(webhooks.iter().map(async |webhook| (webhook.send().await, begun.elapsed()))).await;
    let mut slowest = Duration::ZERO;
    for (answer, elapsed) in answers {
        assert!(answer.retry_after.as_deref().is_some_and(|seconds| seconds.parse::<u32>().is_ok()), "{answer:?}");
        answer.refused(503, "unavailable");
        slowest = slowest.max(elapsed);
    }
    assert!(slowest < REFUSED_MAX, "a webhook was answered after {slowest:?}");
    slowest
}
