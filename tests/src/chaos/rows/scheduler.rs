//! Rows about the scheduler: two at once, and one that is killed. Its work is the sweep over recorded webhooks without a job
//! and the rescue of expired leases.

use crate::chaos::scenario::{Bounds, Scenario, long_lease};
use crate::chaos::{ChaosRun, Load, Tally};
use crate::redis_server::Persistence;
use crate::wait::wait_until;

/// Creates a scenario whose webhooks are all recorded while Redis knows none of their jobs.
async fn with_lost_jobs(chaos_run: &ChaosRun, load: i64) -> (Scenario, Load) {
    let mut scenario = Scenario::without_roles(chaos_run, Persistence::None).await;
    scenario.keep_api().await;
    let load = Load::of(load, &scenario.app);
    scenario.send(&load).await;
    wait_until("the api has enqueued all", async || scenario.app.jobs().await == load.jobs()).await;
    scenario.redis.lock().await.flush().await;
    (scenario, load)
}

pub(super) async fn two(chaos_run: ChaosRun) -> Tally {
    let (scenario, load) = with_lost_jobs(&chaos_run, 500).await;
    let _schedulers = futures::join!(scenario.scheduler(&[]), scenario.scheduler(&[]));
    wait_until("all are enqueued again", async || scenario.app.jobs().await == load.jobs()).await;
    let enqueued = scenario.counts().await.expect("Redis answers").enqueued_total;
    assert_eq!(enqueued, load.jobs(), "two sweeps enqueue a webhook's job once");
    // Both rescue the jobs of one silent worker.
    let mut silent = scenario.faulty_worker(&["--before-ms", "600000"]).await;
    wait_until("the worker holds jobs", async || scenario.running().await > 0).await;
    silent.signal("-STOP").await;
    let held = scenario.running().await;
    silent.kill().await;
    scenario.fault_ended();
    wait_until("its leases have run out", async || scenario.running().await == 0).await;
    let rescued = scenario.counts().await.expect("Redis answers").rescued_total;
    assert_eq!(rescued, held, "two rescues take a job back once");
    let _worker = scenario.worker_with(&long_lease()).await;
    scenario
        .verify_outcome(&load, Bounds::again(held, held))
        .await
        .note(format!("{enqueued} swept once, {held} rescued once"))
}

pub(super) async fn killed(chaos_run: ChaosRun) -> Tally {
    // Many, and one commit of the ingress at a time: a sweep takes longer than it takes to notice it.
    let (scenario, load) = with_lost_jobs(&chaos_run, 3_000).await;
    let slow = [("SCHEDULER_SWEEP_ROWS_MAX", "1".to_owned())];
    let mut killed_at = Vec::new();
    // Twice: the second begins where nothing is remembered of the first.
    for _ in 0..2 {
        let before = scenario.app.jobs().await;
        let mut scheduler = scenario.scheduler(&slow).await;
        wait_until("the sweep is under way", async || scenario.app.jobs().await > before).await;
        scheduler.kill().await;
        killed_at.push(scenario.app.jobs().await);
    }
    assert!(killed_at.iter().all(|jobs| *jobs < load.jobs()), "the sweep was over before the kill: {killed_at:?}");
    scenario.fault_ended();
    let _scheduler = scenario.scheduler(&slow).await;
    let _worker = scenario.worker_with(&long_lease()).await;
    let note = format!("killed with {killed_at:?} of {} swept", load.jobs());
    scenario.verify_outcome(&load, Bounds::again(0, 0)).await.note(note)
}
