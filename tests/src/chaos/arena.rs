//! One row's world: a database, a Redis, the roles as processes, and the moment at which the fault was over.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jobs::{Counts, JobKind};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::evidence::{self, LogCounts};
use super::{Load, Stage, Tally};
use crate::app::TestApp;
use crate::postgres_server::PostgresServer;
use crate::process::{Log, Process, run};
use crate::redis_server::{Persistence, RedisServer};
use crate::wait::{wait_at_most, wait_until};

const API: &str = "loyalnest-api";
const SCHEDULER: &str = "loyalnest-scheduler";
const WORKERS: &str = "loyalnest-workers";
const FAULTY_WORKERS: &str = "loyalnest-chaos-worker";
/// The end of every run is logged at this level, and counted from there: a log outlives its process.
const WORKERS_LOG_LEVEL: &str = "info,jobs=debug";
const SHOPS: usize = 3;
/// Longest a load may take to be worked off once the fault is over, unless the row says otherwise.
const SETTLED_MAX: Duration = Duration::from_secs(90);
/// How often a process is stopped in the hope that it is in the middle of its jobs.
const CATCH_TRIES_MAX: u32 = 500;

/// For workers that must not be taken for silent, however busy the machine is: the default lease.
pub(super) fn long_lease() -> [(&'static str, String); 1] {
    [("WORKERS_LEASE_SECONDS", "15".to_owned())]
}

/// What may happen to the jobs of a row: beyond it the row fails.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Runs again and rescues together, at least: otherwise the fault has not bitten.
    pub again_min: u64,
    /// Runs again and rescues together, at most, not counting what the load's own races may cause.
    pub again_max: u64,
    /// Jobs that die.
    pub dead: u64,
    /// How long the load may take to be worked off.
    pub settled_max: Duration,
}

impl Bounds {
    /// So many runs again and rescues together, nothing dead.
    pub fn again(min: u64, max: u64) -> Self {
        Self { again_min: min, again_max: max, dead: 0, settled_max: SETTLED_MAX }
    }
}

/// The world of one row.
pub struct Arena {
    pub app: TestApp,
    pub redis: tokio::sync::Mutex<RedisServer>,
    /// The PostgreSQL of the run, this row's until it ends.
    pub postgres: tokio::sync::Mutex<OwnedMutexGuard<PostgresServer>>,
    kept: Vec<Process>,
    logs: Mutex<Vec<Arc<Log>>>,
    mended: Mutex<Instant>,
}

impl Arena {
    /// Database and Redis, no roles.
    pub async fn bare(stage: &Stage, redis: Persistence) -> Self {
        let postgres = stage.postgres().await;
        let redis = RedisServer::start_keeping(redis).await;
        let builder = TestApp::builder().postgres(&postgres.url()).redis(&redis.url()).shops(SHOPS);
        Self {
            app: builder.without_roles().start().await,
            redis: redis.into(),
            postgres: postgres.into(),
            kept: Vec::new(),
            logs: Mutex::default(),
            mended: Instant::now().into(),
        }
    }

    /// With one api and one scheduler, and a Redis that keeps nothing on disk.
    pub async fn start(stage: &Stage) -> Self {
        Self::start_with(stage, Persistence::None).await
    }

    /// With one api and one scheduler.
    pub async fn start_with(stage: &Stage, redis: Persistence) -> Self {
        let mut arena = Self::bare(stage, redis).await;
        arena.keep_api().await;
        arena.keep_scheduler().await;
        arena
    }

    /// Starts the api, which runs until the row ends.
    pub async fn keep_api(&mut self) {
        let (api, addr) = self.process(API, &[], &[]).await;
        self.app.base = format!("http://{addr}");
        self.kept.push(api);
    }

    /// Starts a scheduler that runs until the row ends.
    pub async fn keep_scheduler(&mut self) {
        let scheduler = self.scheduler(&[]).await;
        self.kept.push(scheduler);
    }

    /// Starts a scheduler with these variables, too.
    pub async fn scheduler(&self, environment: &[(&'static str, String)]) -> Process {
        self.process(SCHEDULER, &[], environment).await.0
    }

    /// Starts the real workers.
    pub async fn worker(&self) -> Process {
        self.worker_with(&[]).await
    }

    /// Starts the real workers with these variables, too.
    pub async fn worker_with(&self, environment: &[(&'static str, String)]) -> Process {
        self.process(WORKERS, &[], environment).await.0
    }

    /// Starts workers whose handlers are disturbed as these arguments say: see [`super::faulty`].
    pub async fn faulty_worker(&self, arguments: &[&str]) -> Process {
        self.faulty_worker_with(arguments, &[]).await
    }

    /// The same with these variables, too.
    pub async fn faulty_worker_with(&self, arguments: &[&str], environment: &[(&'static str, String)]) -> Process {
        self.process(FAULTY_WORKERS, arguments, environment).await.0
    }

    async fn process(
        &self,
        name: &str,
        arguments: &[&str],
        further: &[(&'static str, String)],
    ) -> (Process, std::net::SocketAddr) {
        let mut environment = self.app.servers.environment();
        environment.push(("LOG_LEVEL", WORKERS_LOG_LEVEL.to_owned()));
        environment.extend_from_slice(further);
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let (process, addr) = Process::role_with(name, &arguments, &environment).await;
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).push(process.log_file());
        (process, addr)
    }

    /// The counts of all queues together; None while Redis does not answer.
    pub async fn counts(&self) -> Option<Counts> {
        let mut sum = Counts::default();
        for kind in JobKind::ALL {
            let counts = self.app.queues.queue(kind).counts().await.ok()?;
            sum.waiting += counts.waiting;
            sum.delayed += counts.delayed;
            sum.running += counts.running;
            sum.dead += counts.dead;
            sum.enqueued_total += counts.enqueued_total;
            sum.stale_total += counts.stale_total;
            sum.rescued_total += counts.rescued_total;
        }
        Some(sum)
    }

    /// Jobs under lease.
    pub async fn running(&self) -> u64 {
        self.counts().await.map_or(0, |counts| counts.running)
    }

    /// Ledger entries.
    pub async fn entries(&self) -> u64 {
        u64::try_from(self.app.number("SELECT count(*) FROM points_transactions").await).unwrap()
    }

    /// Waits until so many entries are in the ledger.
    pub async fn until_entries(&self, entries: u64) {
        let what = format!("{entries} entries are in the ledger");
        wait_until(&what, async || self.entries().await >= entries).await;
    }

    /// Stops the only worker (SIGSTOP) at a moment at which it holds jobs. Answers how many.
    pub async fn catch_running(&self, worker: &Process) -> u64 {
        for _ in 0..CATCH_TRIES_MAX {
            wait_until("the worker holds jobs", async || self.running().await > 0).await;
            worker.signal("-STOP").await;
            let running = self.running().await;
            if running > 0 {
                return running;
            }
            worker.signal("-CONT").await;
        }
        panic!("the worker was never caught with a job");
    }

    /// Sends every webhook of the load until it was answered 200. What is late by then counts as not recovered.
    pub async fn send(&self, load: &Load) {
        load.send(&self.app).await;
        self.mended();
    }

    /// The same over that time.
    pub async fn send_over(&self, load: &Load, span: Duration) {
        load.send_over(&self.app, span).await;
        self.mended();
    }

    /// The fault is over: from here, or from the end of the load where that is later, the time to recover counts.
    pub fn mended(&self) {
        *self.mended.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Waits until all is worked off, and compares. Fails the row, saying what differs, unless nothing is lost,
    /// nothing doubled, `loyalnest verify` finds no drift, and the runs are within bounds.
    pub async fn judge(mut self, load: &Load, bounds: Bounds) -> Tally {
        wait_at_most(bounds.settled_max, "all jobs have ended", async || {
            self.app.pending_webhooks().await == 0 && self.app.jobs().await == 0
        })
        .await;
        let recovery = self.mended.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        // The tables were filled in one go: without statistics the comparison would take minutes.
        self.app.execute("ANALYZE").await;
        let findings = evidence::compare(&self.app, load).await;
        let verify = run("loyalnest", &["verify"], &self.app.servers.environment()).await;
        let logs: Vec<String> = self.logs.lock().unwrap().iter().map(|log| log.text()).collect();
        let LogCounts { runs_again, rescued, outcomes } = evidence::count(&logs);
        let dead = u64::try_from(self.app.number("SELECT count(*) FROM dead_letters").await).unwrap();
        assert!(findings.wrong.is_empty(), "the accounts are wrong:\n  {}", findings.wrong.join("\n  "));
        assert_eq!(verify.code, Some(0), "loyalnest verify finds drift: {} {}", verify.out, verify.err);
        let again = runs_again + rescued;
        assert!(
            (bounds.again_min..=bounds.again_max + load.conflicts_max()).contains(&again),
            "{runs_again} runs again and {rescued} rescues are not within {} to {}; runs by outcome: {outcomes:?}",
            bounds.again_min,
            bounds.again_max
        );
        assert_eq!(dead, bounds.dead, "dead jobs");
        self.kept.clear();
        self.app.expect_dead_letters(i64::try_from(dead).unwrap());
        self.app.finish().await;
        Tally {
            jobs: load.jobs(),
            lost: findings.lost,
            doubled: findings.doubled,
            runs_again,
            rescued,
            dead,
            recovery_ms: u64::try_from(recovery.as_millis()).unwrap(),
            note: String::new(),
        }
    }
}

impl Tally {
    /// With what else was seen.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}
