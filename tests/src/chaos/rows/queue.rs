//! Rows about jobs that harm, and about too many of them.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use domain::LogId;
use platform::clock::SystemClock;
use tokio::time::{Instant, sleep};

use crate::chaos::arena::{Arena, Bounds, long_lease};
use crate::chaos::{Load, Stage, Tally};

/// Jobs that one worker holds at most: both queues' slots.
const HELD_MAX: u64 = 512;
/// How often the poisoned job ends its process: at its first run, and after each of three rescues.
const DEATHS: u32 = 4;
/// Longest until all is over but the worker still dies.
const DEATHS_MAX: Duration = Duration::from_secs(60);
const LOOK_PAUSE: Duration = Duration::from_millis(20);
const MANY: i64 = 50_000;
/// Longest for the many, on a slow machine with a debug build.
const MANY_MAX: Duration = Duration::from_secs(400);

pub(super) async fn poison(stage: Stage) -> Tally {
    const ORDERS: i64 = 80;
    /// Amid the others, and not cancelled.
    const POISONED: i64 = 41;
    let arena = Arena::start(&stage).await;
    let mut load = Load::of(ORDERS, &arena.app);
    arena.send(&load).await;
    let log_id = poisoned_log(&arena, POISONED).await;
    load.give_up(POISONED);
    let mut deaths = 0;
    let begun = Instant::now();
    while arena.app.pending_webhooks().await > 0 {
        let mut worker = arena.faulty_worker(&["--abort-on", log_id.as_str()]).await;
        while worker.is_running() && arena.app.pending_webhooks().await > 0 {
            assert!(begun.elapsed() < DEATHS_MAX, "the poisoned job is still alive after {deaths} deaths");
            sleep(LOOK_PAUSE).await;
        }
        if !worker.is_running() {
            deaths += 1;
            arena.mended();
        }
    }
    // The last of them was ended here, and may not have told Redis of all it has done.
    let _worker = arena.worker().await;
    assert_eq!(deaths, DEATHS, "deaths of workers");
    let reasons = arena.app.texts("SELECT reason FROM dead_letters").await;
    assert!(reasons.iter().all(|reason| reason.starts_with("poison")), "{reasons:?}");
    let bounds = Bounds { dead: 1, ..Bounds::again(u64::from(DEATHS), u64::from(DEATHS) * HELD_MAX) };
    arena.judge(&load, bounds).await.note(format!("{deaths} workers died of it"))
}

/// The record of this order's webhook.
async fn poisoned_log(arena: &Arena, order: i64) -> LogId {
    let sql = format!("SELECT log_id FROM api_logs WHERE payload::jsonb @? '$.** ? (@.order_id == {order})'");
    let found = arena.app.texts(&sql).await;
    let [log_id] = found.as_slice() else { panic!("order {order} has {} records", found.len()) };
    LogId::parse(log_id).unwrap()
}

pub(super) async fn due_at_once(stage: Stage) -> Tally {
    let mut arena = Arena::start(&stage).await;
    let load = Load::plain(MANY, &arena.app);
    let due: chrono::DateTime<Utc> = SystemClock::shared().now() + TimeDelta::seconds(1);
    load.record_due(&arena.app, due).await;
    assert_eq!(arena.app.jobs().await, load.jobs(), "all jobs are in Redis");
    assert_eq!(arena.entries().await, 0, "nobody works yet");
    arena.keep_scheduler().await;
    arena.mended();
    let worker = arena.worker_with(&long_lease()).await;
    let bounds = Bounds { settled_max: MANY_MAX, ..Bounds::again(0, 0) };
    let tally = arena.judge(&load, bounds).await;
    drop(worker);
    let rate = tally.jobs * 1_000 / tally.recovery_ms.max(1);
    tally.note(format!("{rate} jobs a second by one worker"))
}
