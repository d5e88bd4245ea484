//! Rows that harm Redis.

use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::arena::{Arena, Bounds, long_lease};
use crate::chaos::{Load, Stage, Tally};
use crate::redis_server::Persistence;
use crate::wait::wait_until;

/// Jobs that two workers hold at most: both queues' slots.
const HELD_MAX: u64 = 1_024;
/// How long Redis is away at a restart.
const AWAY: Duration = Duration::from_millis(700);
/// What Redis may take beyond what it holds, at maxmemory: less than the load's jobs need.
const ROOM_BYTES: u64 = 16 * 1_024;

pub(super) async fn restarted(stage: Stage) -> Tally {
    let arena = Arena::start_with(&stage, Persistence::EverySecond).await;
    let load = Load::of(500, &arena.app);
    let _workers = (arena.worker().await, arena.worker().await);
    let restarting = async {
        arena.until_entries(50).await;
        arena.redis.lock().await.stop().await;
        sleep(AWAY).await;
        arena.redis.lock().await.run().await;
        arena.until_entries(200).await;
        arena.redis.lock().await.kill().await;
        sleep(AWAY).await;
        arena.redis.lock().await.run().await;
        arena.mended();
    };
    join!(arena.send_over(&load, Duration::from_secs(5)), restarting);
    arena.judge(&load, Bounds::again(0, 2 * HELD_MAX)).await.note("once asked to end, once killed")
}

pub(super) async fn flushed(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(500, &arena.app);
    let _workers = (arena.worker().await, arena.worker().await);
    let flushing = async {
        for entries in [50, 200] {
            arena.until_entries(entries).await;
            wait_until("jobs are in Redis", async || arena.app.jobs().await > 0).await;
            arena.redis.lock().await.flush().await;
        }
        arena.mended();
    };
    join!(arena.send_over(&load, Duration::from_secs(3)), flushing);
    arena.judge(&load, Bounds::again(0, 2 * HELD_MAX)).await
}

pub(super) async fn stalled_shortly(stage: Stage) -> Tally {
    stalled(stage, Duration::from_millis(600), &long_lease(), 0).await
}

pub(super) async fn stalled_long(stage: Stage) -> Tally {
    stalled(stage, Duration::from_secs(10), &[], HELD_MAX).await
}

async fn stalled(stage: Stage, stall: Duration, lease: &[(&'static str, String)], again_max: u64) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(400, &arena.app);
    let _workers = (arena.worker_with(lease).await, arena.worker_with(lease).await);
    let stalling = async {
        arena.until_entries(50).await;
        wait_until("jobs run", async || arena.running().await > 0).await;
        arena.redis.lock().await.signal("-STOP").await;
        sleep(stall).await;
        arena.redis.lock().await.signal("-CONT").await;
        arena.mended();
    };
    join!(arena.send_over(&load, Duration::from_secs(3)), stalling);
    arena.judge(&load, Bounds::again(0, again_max)).await
}

pub(super) async fn full(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(600, &arena.app);
    // Nobody works yet, so that what is taken in stays.
    let filling = async {
        wait_until("some jobs are in Redis", async || arena.app.jobs().await >= 30).await;
        arena.redis.lock().await.allow_more(Some(ROOM_BYTES)).await;
    };
    join!(arena.send_over(&load, Duration::from_secs(3)), filling);
    let (recorded, queued) = (arena.app.pending_webhooks().await, arena.app.jobs().await);
    assert_eq!(recorded as u64, load.jobs(), "every webhook is recorded, though Redis is full");
    assert!(queued < load.jobs(), "Redis was not full: it took all {queued} jobs");
    // Ending jobs needs no room: what Redis holds is worked off while it is full.
    let _workers = (arena.worker_with(&long_lease()).await, arena.worker_with(&long_lease()).await);
    let worked_off = u64::try_from(recorded).unwrap() - queued;
    wait_until("what Redis holds is worked off while it is full", async || {
        arena.app.pending_webhooks().await as u64 <= worked_off
    })
    .await;
    arena.redis.lock().await.allow_more(None).await;
    arena.mended();
    arena.judge(&load, Bounds::again(0, 0)).await.note(format!("{queued} jobs fitted, the sweep brought the others"))
}
