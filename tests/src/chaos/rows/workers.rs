//! Rows that kill, stop or disconnect a worker.

use std::path::PathBuf;
use std::time::Duration;

use futures::join;
use tokio::time::sleep;

use crate::chaos::scenario::{Bounds, Scenario, long_lease};
use crate::chaos::{ChaosRun, Load, Tally};
use crate::proxy::Proxy;
use crate::wait::wait_until;

/// Maximum number of jobs that one worker holds: the slots of both queues.
const HELD_MAX: u64 = 512;
const CLOCK_AHEAD: Duration = Duration::from_secs(600);
const CUT: Duration = Duration::from_millis(1_500);

pub(super) async fn killed(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(600, &scenario.app);
    let mut held = Vec::new();
    let killing = async {
        // The first dies with hardly anything done, the last when most is.
        for done in [1, 150, 300, 450] {
            let mut worker = scenario.worker().await;
            scenario.wait_for_entries(done).await;
            held.push(scenario.stop_while_running(&worker).await);
            worker.kill().await;
        }
        scenario.fault_ended();
        scenario.worker().await
    };
    let ((), _worker) = join!(scenario.send(&load), killing);
    scenario
        .verify_outcome(&load, Bounds::again(1, 4 * HELD_MAX))
        .await
        .note(format!("{held:?} jobs under lease at the kills"))
}

pub(super) async fn stopped(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(300, &scenario.app);
    let sleeper = scenario.worker().await;
    let (held, ()) = join!(scenario.stop_while_running(&sleeper), scenario.send(&load));
    scenario.fault_ended();
    let worker = scenario.worker().await;
    wait_until("the other worker has done all", async || scenario.app.pending_webhooks().await == 0).await;
    sleeper.signal("-CONT").await;
    let mut late = 0;
    wait_until("the late results are refused", async || {
        late = scenario.counts().await.map_or(0, |counts| counts.stale_total);
        late > 0
    })
    .await;
    drop(worker);
    scenario
        .verify_outcome(&load, Bounds::again(1, 2 * HELD_MAX))
        .await
        .note(format!("{held} jobs held, {late} late results refused"))
}

pub(super) async fn killed_before_settle(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(120, &scenario.app);
    // Its work is committed, and Redis is not told for so long that it never is.
    let mut doomed = scenario.faulty_worker(&["--after-ms", "600000"]).await;
    scenario.send(&load).await;
    scenario.wait_for_entries(100).await;
    doomed.signal("-STOP").await;
    let committed = scenario.entries().await;
    doomed.kill().await;
    scenario.fault_ended();
    let _worker = scenario.worker().await;
    let bounds = Bounds::again(committed, HELD_MAX);
    scenario.verify_outcome(&load, bounds).await.note(format!("{committed} entries were committed, none settled"))
}

pub(super) async fn drained(chaos_run: ChaosRun) -> Tally {
    const RUNNING: u64 = 100;
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::plain(160, &scenario.app);
    scenario.send(&load).await;
    let slow = ["--before-ms", "2000", "--concurrency", "100"];
    let mut first = scenario.faulty_worker_with(&slow, &long_lease()).await;
    wait_until("100 jobs are claimed", async || scenario.running().await == RUNNING).await;
    // Claimed is not begun: on a busy machine the handlers start a moment later, and what has not begun by then must not.
    tokio::time::sleep(Duration::from_secs(1)).await;
    first.terminate().await;
    scenario.fault_ended();
    assert!(first.ended().await.success(), "the worker did not drain: {}", first.log());
    let entries = scenario.entries().await;
    assert_eq!(entries, RUNNING, "the drain ends what runs and begins nothing: {}", first.log());
    let counts = scenario.counts().await.expect("Redis answers");
    assert_eq!((counts.running, counts.waiting), (0, 60), "the rest waits for others");
    let _worker = scenario.worker_with(&long_lease()).await;
    scenario.verify_outcome(&load, Bounds::again(0, 0)).await
}

pub(super) async fn clock_ahead(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(300, &scenario.app);
    let shifted = shifted_clock(&format!("+{}s", CLOCK_AHEAD.as_secs()));
    let ahead = scenario.worker_with(&[&shifted[..], &long_lease()[..]].concat()).await;
    let right = scenario.worker_with(&long_lease()).await;
    assert!(log_seconds(&ahead) - log_seconds(&right) > 590.0, "the worker's clock is not ahead: {}", ahead.log());
    scenario.send_over(&load, Duration::from_secs(6)).await;
    wait_until("all is done", async || scenario.app.pending_webhooks().await == 0).await;
    let [by_ahead, by_right] = [&ahead, &right].map(|worker| worker.log().matches("\"job ended\"").count());
    assert!(by_ahead > 0 && by_right > 0, "one of the workers did nothing: {by_ahead} and {by_right} runs");
    scenario
        .verify_outcome(&load, Bounds::again(0, 0))
        .await
        .note(format!("{by_ahead} runs by the worker that is ahead"))
}

/// Returns variables that shift a process's clocks through libfaketime.
fn shifted_clock(by: &str) -> [(&'static str, String); 2] {
    let installed = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut libraries = installed.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    let library: Option<PathBuf> = libraries.find(|library| library.is_file());
    let library = library.expect("libfaketime is not installed: apt-get install faketime (`./dev.sh chaos` does)");
    [("LD_PRELOAD", library.to_str().expect("a path of Debian's is text").to_owned()), ("FAKETIME", by.to_owned())]
}

/// Returns the time of the first line of a process's log.
fn log_seconds(process: &crate::process::Process) -> f64 {
    let log = process.log();
    let line: serde_json::Value = serde_json::from_str(log.lines().next().expect("it has logged")).unwrap();
    let time: chrono::DateTime<chrono::Utc> = line["timestamp"].as_str().unwrap().parse().unwrap();
    time.timestamp_millis() as f64 / 1_000.0
}

pub(super) async fn cut_off(chaos_run: ChaosRun) -> Tally {
    let scenario = Scenario::start(&chaos_run).await;
    let load = Load::of(400, &scenario.app);
    let url = scenario.redis.lock().await.url();
    let proxy = Proxy::before(&url).await;
    let _worker = scenario.worker_with(&[("REDIS_URL", proxy.url(&url))]).await;
    let cutting = async {
        scenario.wait_for_entries(20).await;
        for harm in [Proxy::cut, Proxy::silence, Proxy::slow_down, Proxy::cut] {
            harm(&proxy);
            sleep(CUT).await;
            proxy.restore();
            scenario.fault_ended();
            sleep(CUT).await;
        }
    };
    join!(scenario.send_over(&load, CUT * 8), cutting);
    scenario.verify_outcome(&load, Bounds::again(0, 2 * HELD_MAX)).await
}
