//! Rows about the scheduler: two of them, and one that dies. Its ticks are the sweep over recorded webhooks without a job
//! and the rescue of leases that ran out.

use crate::chaos::arena::{Arena, Bounds, long_lease};
use crate::chaos::{Load, Stage, Tally};
use crate::redis_server::Persistence;
use crate::wait::wait_until;

/// An arena whose webhooks are all recorded and whose Redis knows none of them.
async fn with_lost_jobs(stage: &Stage, load: i64) -> (Arena, Load) {
    let mut arena = Arena::bare(stage, Persistence::None).await;
    arena.keep_api().await;
    let load = Load::of(load, &arena.app);
    arena.send(&load).await;
    wait_until("the api has enqueued all", async || arena.app.jobs().await == load.jobs()).await;
    arena.redis.lock().await.flush().await;
    (arena, load)
}

pub(super) async fn two(stage: Stage) -> Tally {
    let (arena, load) = with_lost_jobs(&stage, 500).await;
    let _schedulers = futures::join!(arena.scheduler(&[]), arena.scheduler(&[]));
    wait_until("all are enqueued again", async || arena.app.jobs().await == load.jobs()).await;
    let enqueued = arena.counts().await.expect("Redis answers").enqueued_total;
    assert_eq!(enqueued, load.jobs(), "two sweeps enqueue a webhook's job once");
    // Both rescue the jobs of one silent worker.
    let mut silent = arena.faulty_worker(&["--before-ms", "600000"]).await;
    wait_until("the worker holds jobs", async || arena.running().await > 0).await;
    silent.signal("-STOP").await;
    let held = arena.running().await;
    silent.kill().await;
    arena.mended();
    wait_until("its leases have run out", async || arena.running().await == 0).await;
    let rescued = arena.counts().await.expect("Redis answers").rescued_total;
    assert_eq!(rescued, held, "two rescues take a job back once");
    let _worker = arena.worker_with(&long_lease()).await;
    arena.judge(&load, Bounds::again(held, held)).await.note(format!("{enqueued} swept once, {held} rescued once"))
}

pub(super) async fn killed(stage: Stage) -> Tally {
    // Many, and one commit of the ingress at a time: a sweep takes longer than it takes to notice it.
    let (arena, load) = with_lost_jobs(&stage, 3_000).await;
    let slow = [("SCHEDULER_SWEEP_ROWS_MAX", "1".to_owned())];
    let mut killed_at = Vec::new();
    // Twice: the second begins where nothing is remembered of the first.
    for _ in 0..2 {
        let before = arena.app.jobs().await;
        let mut scheduler = arena.scheduler(&slow).await;
        wait_until("the sweep is under way", async || arena.app.jobs().await > before).await;
        scheduler.kill().await;
        killed_at.push(arena.app.jobs().await);
    }
    assert!(killed_at.iter().all(|jobs| *jobs < load.jobs()), "the sweep was over before the kill: {killed_at:?}");
    arena.mended();
    let _scheduler = arena.scheduler(&slow).await;
    let _worker = arena.worker_with(&long_lease()).await;
    let note = format!("killed with {killed_at:?} of {} swept", load.jobs());
    arena.judge(&load, Bounds::again(0, 0)).await.note(note)
}
