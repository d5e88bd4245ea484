//! Rows about jobs that end their process, and about very many due jobs.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::LogId;
use platform::clock::SystemClock;
use tokio::time::{Instant, sleep};

use crate::chaos::scenario::{Bounds, Scenario, long_lease};
use crate::chaos::{ChaosRun, Load, Tally};

/// Maximum number of jobs that one worker holds: the slots of both queues.
const HELD_MAX: u64 = 512;
/// Times the poisoned job ends its process: at its first run and after each of three rescues.
const DEATHS: u32 = 4;
/// Time within which the poisoned job must be dead.
const DEATHS_MAX: Duration = Duration::from_secs(60);
const LOOK_PAUSE: Duration = Duration::from_millis(20);
const MANY: i64 = 50_000;
/// Time within which the large load must be processed, on a slow machine with a debug build.
const MANY_MAX: Duration = Duration::from_secs(400);

pub(super) async fn poison(chaos_run: ChaosRun) -> Tally {
    const ORDERS: i64 = 80;
    /// Index of the poisoned order: amid the others, and not cancelled.
    const POISONED: i64 = 41;
    let scenario = Scenario::start(&chaos_run).await;
    let mut load = Load::of(ORDERS, &scenario.app);
    scenario.send(&load).await;
    let log_id = poisoned_log(&scenario, POISONED).await;
    load.give_up(POISONED);
    let mut deaths = 0;
    let begun = Instant::now();
    while scenario.app.pending_webhooks().await > 0 {
        let mut worker = scenario.faulty_worker(&["--abort-on", log_id.as_str()]).await;
        while worker.is_running() && scenario.app.pending_webhooks().await > 0 {
            assert!(begun.elapsed() < DEATHS_MAX, "the poisoned job is still alive after {deaths} deaths");
            sleep(LOOK_PAUSE).await;
        }
        if !worker.is_running() {
            deaths += 1;
            scenario.fault_ended();
        }
    }
    // The last of them was ended here, and may not have told Redis of all it has done.
    let _worker = scenario.worker().await;
    assert_eq!(deaths, DEATHS, "deaths of workers");
    let reasons = scenario.app.texts("SELECT reason FROM dead_letters").await;
    assert!(reasons.iter().all(|reason| reason.starts_with("poison")), "{reasons:?}");
    let bounds = Bounds { dead: 1, ..Bounds::again(u64::from(DEATHS), u64::from(DEATHS) * HELD_MAX) };
    scenario.verify_outcome(&load, bounds).await.note(format!("{deaths} workers died of it"))
}

/// Returns the id of the record of this order's webhook.
async fn poisoned_log(scenario: &Scenario, order: i64) -> LogId {
    let sql = format!("SELECT log_id FROM api_logs WHERE payload::jsonb @? '$.** ? (@.order_id == {order})'");
    let found = scenario.app.texts(&sql).await;
    let [log_id] = found.as_slice() else { panic!("order {order} has {} records", found.len()) };
    LogId::parse(log_id).unwrap()
}

pub(super) async fn due_at_once(chaos_run: ChaosRun) -> Tally {
    let mut scenario = Scenario::start(&chaos_run).await;
    let load = Load::plain(MANY, &scenario.app);
    let due: chrono::DateTime<Utc> = SystemClock::shared().now() + TimeDelta::seconds(1);
    load.record_due(&scenario.app, due).await;
    assert_eq!(scenario.app.jobs().await, load.jobs(), "all jobs are in Redis");
    assert_eq!(scenario.entries().await, 0, "nobody works yet");
    scenario.keep_scheduler().await;
    scenario.fault_ended();
    let worker = scenario.worker_with(&long_lease()).await;
    let bounds = Bounds { settled_max: MANY_MAX, ..Bounds::again(0, 0) };
    let tally = scenario.verify_outcome(&load, bounds).await;
    drop(worker);
    let rate = tally.jobs * 1_000 / tally.recovery_ms.max(1);
    tally.note(format!("{rate} jobs a second by one worker"))
}
