//! The environment of one row: a database, a Redis, the roles as processes, and the time at which the fault ended.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jobs::{Counts, JobKind};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::comparison::{self, LogCounts};
use super::{ChaosRun, Load, Tally};
use crate::app::TestApp;
use crate::postgres_server::PostgresServer;
use crate::process::{Log, Process, run};
use crate::redis_server::{Persistence, RedisServer};
use crate::wait::{wait_at_most, wait_until};

const API: &str = "loyalnest-api";
const SCHEDULER: &str = "loyalnest-scheduler";
const WORKERS: &str = "loyalnest-workers";
const FAULTY_WORKERS: &str = "loyalnest-chaos-worker";
/// The level at which the end of every job run is logged. Runs are counted from logs, which outlive their process.
const WORKERS_LOG_LEVEL: &str = "info,jobs=debug";
const SHOPS: usize = 3;
/// Default time within which a load must be processed after the end of the fault.
const SETTLED_MAX: Duration = Duration::from_secs(90);
/// Attempts to stop a process while it is running jobs.
const CATCH_TRIES_MAX: u32 = 500;

/// The default lease, for workers whose leases must not expire on a busy machine.
pub(super) fn long_lease() -> [(&'static str, String); 1] {
    [("WORKERS_LEASE_SECONDS", "15".to_owned())]
}

/// Limits on what happens to the jobs of a row; beyond them the row fails.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Minimum of repeated runs and rescues together: fewer mean that the fault had no effect.
    pub again_min: u64,
    /// Maximum of repeated runs and rescues together, without those caused by races of the load itself.
    pub again_max: u64,
    /// Number of jobs that must be dead.
    pub dead: u64,
    /// Time within which the load must be processed.
    pub settled_max: Duration,
}

impl Bounds {
    /// Creates limits for repeated runs and rescues together, without dead jobs.
    pub fn again(min: u64, max: u64) -> Self {
        Self { again_min: min, again_max: max, dead: 0, settled_max: SETTLED_MAX }
    }
}

/// The environment of one row.
pub struct Scenario {
    pub app: TestApp,
    pub redis: tokio::sync::Mutex<RedisServer>,
    /// The PostgreSQL of the run, locked for this row.
    pub postgres: tokio::sync::Mutex<OwnedMutexGuard<PostgresServer>>,
    kept: Vec<Process>,
    logs: Mutex<Vec<Arc<Log>>>,
    fault_ended: Mutex<Instant>,
}

impl Scenario {
    /// Creates the database and Redis without roles.
    pub async fn without_roles(chaos_run: &ChaosRun, redis: Persistence) -> Self {
        Self::with_shops(chaos_run, redis, SHOPS).await
    }

    async fn with_shops(chaos_run: &ChaosRun, redis: Persistence, shops: usize) -> Self {
        let postgres = chaos_run.postgres().await;
        let redis = RedisServer::start_keeping(redis).await;
        let builder = TestApp::builder().postgres(&postgres.url()).redis(&redis.url()).shops(shops);
        Self {
            app: builder.without_roles().start().await,
            redis: redis.into(),
            postgres: postgres.into(),
            kept: Vec::new(),
            logs: Mutex::default(),
            fault_ended: Instant::now().into(),
        }
    }

    /// Starts one api, one scheduler, and a Redis without persistence.
    pub async fn start(chaos_run: &ChaosRun) -> Self {
        Self::start_with(chaos_run, Persistence::None).await
    }

    /// Starts one api, one scheduler, and a Redis with the given persistence.
    pub async fn start_with(chaos_run: &ChaosRun, redis: Persistence) -> Self {
        let mut scenario = Self::without_roles(chaos_run, redis).await;
        scenario.keep_roles().await;
        scenario
    }

    /// Starts one api, one scheduler, and a Redis without persistence, over this many shops.
    pub async fn start_with_shops(chaos_run: &ChaosRun, shops: usize) -> Self {
        let mut scenario = Self::with_shops(chaos_run, Persistence::None, shops).await;
        scenario.keep_roles().await;
        scenario
    }

    async fn keep_roles(&mut self) {
        self.keep_api().await;
        self.keep_scheduler().await;
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

    /// Starts a scheduler with additional variables.
    pub async fn scheduler(&self, environment: &[(&'static str, String)]) -> Process {
        self.process(SCHEDULER, &[], environment).await.0
    }

    /// Starts the real workers.
    pub async fn worker(&self) -> Process {
        self.worker_with(&[]).await
    }

    /// Starts the real workers with additional variables.
    pub async fn worker_with(&self, environment: &[(&'static str, String)]) -> Process {
        self.process(WORKERS, &[], environment).await.0
    }

    /// Starts workers with faults injected around their handlers: see [`super::faulty`].
    pub async fn faulty_worker(&self, arguments: &[&str]) -> Process {
        self.faulty_worker_with(arguments, &[]).await
    }

    /// Starts workers with injected faults and additional variables.
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

    /// Returns the sums of the counts of all queues; `None` while Redis does not answer.
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

    /// Returns the number of jobs under lease.
    pub async fn running(&self) -> u64 {
        self.counts().await.map_or(0, |counts| counts.running)
    }

    /// Returns the number of ledger entries.
    pub async fn entries(&self) -> u64 {
        u64::try_from(self.app.number("SELECT count(*) FROM points_transactions").await).unwrap()
    }

    /// Waits until the ledger has at least this many entries.
    pub async fn wait_for_entries(&self, entries: u64) {
        let what = format!("{entries} entries are in the ledger");
        wait_until(&what, async || self.entries().await >= entries).await;
    }

    /// Stops the only worker (SIGSTOP) while it holds jobs. Returns their number.
    pub async fn stop_while_running(&self, worker: &Process) -> u64 {
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

    /// Sends every webhook of the load until it is answered 200, then sets the end of the fault.
    pub async fn send(&self, load: &Load) {
        load.send(&self.app).await;
        self.fault_ended();
    }

    /// Sends every webhook of the load spread over `span`, then sets the end of the fault.
    pub async fn send_over(&self, load: &Load, span: Duration) {
        load.send_over(&self.app, span).await;
        self.fault_ended();
    }

    /// Sets the end of the fault to now. The recovery time counts from the last call.
    pub fn fault_ended(&self) {
        *self.fault_ended.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Waits until the load is processed and verifies the outcome. Fails the row with the differences unless nothing is lost,
    /// nothing is doubled, `loyalnest verify` finds no drift, and the runs are within `bounds`.
    pub async fn verify_outcome(mut self, load: &Load, bounds: Bounds) -> Tally {
        wait_at_most(bounds.settled_max, "all jobs have ended", async || {
            self.app.pending_webhooks().await == 0 && self.app.jobs().await == 0
        })
        .await;
        let recovery = self.fault_ended.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        // The tables were filled in one go: without statistics the comparison would take minutes.
        self.app.execute("ANALYZE").await;
        let findings = comparison::compare(&self.app, load).await;
        let verify = run("loyalnest", &["verify"], &self.app.servers.environment()).await;
        let logs: Vec<String> = self.logs.lock().unwrap().iter().map(|log| log.text()).collect();
        let LogCounts { runs_again, rescued, outcomes } = comparison::count(&logs);
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
    /// Adds a note with further observations.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}
