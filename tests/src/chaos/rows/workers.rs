//! Rows that harm a worker.

use std::path::PathBuf;
use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::arena::{Arena, Bounds, long_lease};
use crate::chaos::{Load, Stage, Tally};
use crate::proxy::Proxy;
use crate::wait::wait_until;

/// Jobs that one worker holds at most: both queues' slots.
const HELD_MAX: u64 = 512;
const CLOCK_AHEAD: Duration = Duration::from_secs(600);
const CUT: Duration = Duration::from_millis(1_500);

pub(super) async fn killed(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(600, &arena.app);
    let mut held = Vec::new();
    let killing = async {
        // The first dies with hardly anything done, the last when most is.
        for done in [1, 150, 300, 450] {
            let mut worker = arena.worker().await;
            arena.until_entries(done).await;
            held.push(arena.catch_running(&worker).await);
            worker.kill().await;
        }
        arena.mended();
        arena.worker().await
    };
    let ((), _worker) = join!(arena.send(&load), killing);
    arena.judge(&load, Bounds::again(1, 4 * HELD_MAX)).await.note(format!("{held:?} jobs under lease at the kills"))
}

pub(super) async fn stopped(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(300, &arena.app);
    let sleeper = arena.worker().await;
    let (held, ()) = join!(arena.catch_running(&sleeper), arena.send(&load));
    arena.mended();
    let worker = arena.worker().await;
    wait_until("the other worker has done all", async || arena.app.pending_webhooks().await == 0).await;
    sleeper.signal("-CONT").await;
    let mut late = 0;
    wait_until("the late results are refused", async || {
        late = arena.counts().await.map_or(0, |counts| counts.stale_total);
        late > 0
    })
    .await;
    drop(worker);
    arena
        .judge(&load, Bounds::again(1, 2 * HELD_MAX))
        .await
        .note(format!("{held} jobs held, {late} late results refused"))
}

pub(super) async fn killed_before_settle(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(120, &arena.app);
    // Its work is committed, and Redis is not told for so long that it never is.
    let mut doomed = arena.faulty_worker(&["--after-ms", "600000"]).await;
    arena.send(&load).await;
    arena.until_entries(100).await;
    doomed.signal("-STOP").await;
    let committed = arena.entries().await;
    doomed.kill().await;
    arena.mended();
    let _worker = arena.worker().await;
    let bounds = Bounds::again(committed, HELD_MAX);
    arena.judge(&load, bounds).await.note(format!("{committed} entries were committed, none settled"))
}

pub(super) async fn drained(stage: Stage) -> Tally {
    const RUNNING: u64 = 100;
    let arena = Arena::start(&stage).await;
    let load = Load::plain(160, &arena.app);
    arena.send(&load).await;
    let slow = ["--before-ms", "2000", "--concurrency", "100"];
    let mut first = arena.faulty_worker_with(&slow, &long_lease()).await;
    wait_until("100 jobs are claimed", async || arena.running().await == RUNNING).await;
    // Claimed is not begun: on a busy machine the handlers start a moment later, and what has not begun by then must not.
    tokio::time::sleep(Duration::from_secs(1)).await;
    first.terminate().await;
    arena.mended();
    assert!(first.ended().await.success(), "the worker did not drain: {}", first.log());
    let entries = arena.entries().await;
    assert_eq!(entries, RUNNING, "the drain ends what runs and begins nothing: {}", first.log());
    let counts = arena.counts().await.expect("Redis answers");
    assert_eq!((counts.running, counts.waiting), (0, 60), "the rest waits for others");
    let _worker = arena.worker_with(&long_lease()).await;
    arena.judge(&load, Bounds::again(0, 0)).await
}

pub(super) async fn clock_ahead(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(300, &arena.app);
    let shifted = shifted_clock(&format!("+{}s", CLOCK_AHEAD.as_secs()));
    let ahead = arena.worker_with(&[&shifted[..], &long_lease()[..]].concat()).await;
    let right = arena.worker_with(&long_lease()).await;
    assert!(log_seconds(&ahead) - log_seconds(&right) > 590.0, "the worker's clock is not ahead: {}", ahead.log());
    arena.send_over(&load, Duration::from_secs(6)).await;
    wait_until("all is done", async || arena.app.pending_webhooks().await == 0).await;
    let [by_ahead, by_right] = [&ahead, &right].map(|worker| worker.log().matches("\"job ended\"").count());
    assert!(by_ahead > 0 && by_right > 0, "one of the workers did nothing: {by_ahead} and {by_right} runs");
    arena.judge(&load, Bounds::again(0, 0)).await.note(format!("{by_ahead} runs by the worker that is ahead"))
}

/// Variables that shift a process's clocks, by libfaketime.
fn shifted_clock(by: &str) -> [(&'static str, String); 2] {
    let installed = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut libraries = installed.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let library: Option<PathBuf> = libraries.find(|library| library.is_file());
    let library = library.expect("libfaketime is not installed: apt-get install faketime (`./dev.sh chaos` does)");
    [("LD_PRELOAD", library.to_str().expect("a path of Debian's is text").to_owned()), ("FAKETIME", by.to_owned())]
}

/// The time of the first line of a process's log.
fn log_seconds(process: &crate::process::Process) -> f64 {
    let log = process.log();
    let line: serde_json::Value = serde_json::from_str(log.lines().next().expect("it has logged")).unwrap();
    let time: chrono::DateTime<chrono::Utc> = line["timestamp"].as_str().unwrap().parse().unwrap();
    time.timestamp_millis() as f64 / 1_000.0
}

pub(super) async fn cut_off(stage: Stage) -> Tally {
    let arena = Arena::start(&stage).await;
    let load = Load::of(400, &arena.app);
    let url = arena.redis.lock().await.url();
    let proxy = Proxy::before(&url).await;
    let _worker = arena.worker_with(&[("REDIS_URL", proxy.url(&url))]).await;
    let cutting = async {
        arena.until_entries(20).await;
        for harm in [Proxy::cut, Proxy::silence, Proxy::slow_down, Proxy::cut] {
            harm(&proxy);
            sleep(CUT).await;
            proxy.restore();
            arena.mended();
            sleep(CUT).await;
        }
    };
    join!(arena.send_over(&load, CUT * 8), cutting);
    arena.judge(&load, Bounds::again(0, 2 * HELD_MAX)).await
}
