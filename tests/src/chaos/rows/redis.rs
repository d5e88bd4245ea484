//! Rows that stop, stall, empty or fill Redis.

use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::scenario::{Bounds, Scenario, long_lease};
use crate::chaos::{ChaosRun, Load, Tally};
use crate::redis_server::Persistence;
use crate::wait::wait_until;

/// Maximum number of jobs that two workers hold: the slots of both queues.
const HELD_MAX: u64 = 1_024;
/// Downtime of Redis during a restart.
const AWAY: Duration = Duration::from_millis(700);
/// Free memory of Redis below maxmemory, in bytes: less than the load's jobs need.
const ROOM_BYTES: u64 = 16 * 1_024;

pub(super) async fn restarted(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start_with(&chaos_run, Persistence::EverySecond).await;
    let load = Load::of(500, &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let restarting = async {
        scenario.wait_for_entries(50).await;
        scenario.redis.lock().await.stop().await;
        sleep(AWAY).await;
        scenario.redis.lock().await.run().await;
        scenario.wait_for_entries(200).await;
        scenario.redis.lock().await.kill().await;
        sleep(AWAY).await;
        scenario.redis.lock().await.run().await;
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(5)), restarting);
    scenario.verify_outcome(&load, Bounds::again(0, 2 * HELD_MAX)).await.note("once asked to end, once killed")
}

pub(super) async fn flushed(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(500, &scenario.app);
    let _workers = (scenario.worker().await, scenario.worker().await);
    let flushing = async {
        for entries in [50, 200] {
            scenario.wait_for_entries(entries).await;
            wait_until("jobs are in Redis", async || scenario.app.jobs().await > 0).await;
            scenario.redis.lock().await.flush().await;
        }
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(3)), flushing);
    scenario.verify_outcome(&load, Bounds::again(0, 2 * HELD_MAX)).await
}

pub(super) async fn stalled_shortly(chaos_run: ChaosRun) -> Tally {
    stalled(chaos_run, Duration::from_millis(600), &long_lease(), 0).await
}

pub(super) async fn stalled_long(chaos_run: ChaosRun) -> Tally {
    stalled(chaos_run, Duration::from_secs(10), &[], HELD_MAX).await
}

async fn stalled(chaos_run: ChaosRun, stall: Duration, lease: &[(&'static str, String)], again_max: u64) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(400, &scenario.app);
    let _workers = (scenario.worker_with(lease).await, scenario.worker_with(lease).await);
    let stalling = async {
        scenario.wait_for_entries(50).await;
        wait_until("jobs run", async || scenario.running().await > 0).await;
        scenario.redis.lock().await.signal("-STOP").await;
        sleep(stall).await;
        scenario.redis.lock().await.signal("-CONT").await;
        scenario.fault_ended();
    };
    join!(scenario.send_over(&load, Duration::from_secs(3)), stalling);
    scenario.verify_outcome(&load, Bounds::again(0, again_max)).await
}

pub(super) async fn full(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(600, &scenario.app);
    // Nobody works yet, so that what is taken in stays.
    let filling = async {
        wait_until("some jobs are in Redis", async || scenario.app.jobs().await >= 30).await;
        scenario.redis.lock().await.allow_more(Some(ROOM_BYTES)).await;
    };
    join!(scenario.send_over(&load, Duration::from_secs(3)), filling);
    let (recorded, queued) = (scenario.app.pending_webhooks().await, scenario.app.jobs().await);
    assert_eq!(recorded as u64, load.jobs(), "every webhook is recorded, though Redis is full");
    assert!(queued < load.jobs(), "Redis was not full: it took all {queued} jobs");
    // Ending jobs needs no room: what Redis holds is worked off while it is full.
    let _workers = (scenario.worker_with(&long_lease()).await, scenario.worker_with(&long_lease()).await);
    let worked_off = u64::try_from(recorded).unwrap() - queued;
    wait_until("what Redis holds is worked off while it is full", async || {
        scenario.app.pending_webhooks().await as u64 <= worked_off
    })
    .await;
    scenario.redis.lock().await.allow_more(None).await;
    scenario.fault_ended();
    scenario
        .verify_outcome(&load, Bounds::again(0, 0))
        .await
        .note(format!("{queued} jobs fitted, the sweep brought the others"))
}
