//! Recurring jobs: claims the ticks of each entry in PostgreSQL, once in the cluster, and enqueues their jobs.
//!
//! Any number of schedulers run this. A tick is a row under a key of its own, and its job's id is made from that key: who
//! inserts the row enqueues the job. Who is killed in between leaves a row that says so, and every pass looks for those,
//! so that the tick still happens, and once: a job that is enqueued again is the same job, and one that was done before
//! finds its tick finished. Time is PostgreSQL's, so no scheduler's clock matters.

mod owners;
mod plan;

use chrono::{DateTime, Utc};
use jobs::{JobId, Lane, Maintenance, MaintenanceTask, NewJob, Queues, tick_key};
use platform::config::{CronConfig, CronRule};
use platform::metrics;
use platform::schedule::{CatchUp, Schedule};
use store::Store;
use store::cron::{CronAdvance, CronCursor, CronDefinition};

use crate::passes::PassError;
use plan::{Plan, plan};

/// A tick this old that nobody has enqueued is the reconciler's; the scheduler that claimed it was killed, or Redis is unavailable.
const CLAIMED_SECONDS_MAX: f64 = 5.0;
/// A tick enqueued this long ago and not finished is enqueued again, which changes nothing while its job is there.
const ENQUEUED_SECONDS_MAX: f64 = 60.0;
/// Ticks that one pass enqueues again at most.
const UNFINISHED_ROWS_MAX: i64 = 500;

/// A recurring job.
#[derive(Debug)]
struct Entry {
    task: MaintenanceTask,
    schedule: Schedule,
    catch_up: CatchUp,
}

/// The result of a pass, in ticks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Claimed here and enqueued.
    pub enqueued: u64,
    /// Passed without a run, those of entries that nobody has among them.
    pub missed: u64,
    /// Claimed before, by any scheduler, and enqueued again.
    pub recovered: u64,
}

/// The entries of this installation.
pub struct Cron {
    store: Store,
    queues: Queues,
    entries: Vec<Entry>,
    registered: bool,
    /// When its first pass was.
    looking_since: Option<DateTime<Utc>>,
}

impl Cron {
    /// The entries of that configuration.
    #[must_use]
    pub fn new(store: Store, queues: Queues, config: &CronConfig) -> Self {
        let entries = MaintenanceTask::ALL.into_iter().filter_map(|task| match rule(config, task) {
            CronRule::On(schedule, catch_up) => Some(Entry { task, schedule: schedule.clone(), catch_up: *catch_up }),
            CronRule::Off => None,
        });
        let entries: Vec<Entry> = entries.collect();
        // From zero, so that an alert sees the first one.
        for entry in &entries {
            metrics::cron_ticks(entry.task.name(), "missed", 0);
        }
        Self { store, queues, entries, registered: false, looking_since: None }
    }

    pub(crate) async fn pass(&mut self) -> Result<u64, PassError> {
        let ticked = self.run(None).await?;
        Ok(ticked.enqueued + ticked.recovered)
    }

    /// One pass: every due tick is decided, and what was left undone is found. `now` is PostgreSQL's, unless given.
    ///
    /// # Errors
    /// Fails when PostgreSQL or Redis is unavailable: the next pass enqueues what was claimed and not enqueued.
    pub async fn run(&mut self, now: Option<DateTime<Utc>>) -> Result<Ticked, PassError> {
        let (clock, mut cursors) = self.store.cron_cursors().await?;
        let now = now.unwrap_or(clock);
        self.looking_since.get_or_insert(now);
        if !self.registered || self.entries.iter().any(|entry| active(&cursors, entry).is_none()) {
            self.register(now).await?;
            (_, cursors) = self.store.cron_cursors().await?;
        }
        self.see(&cursors, now).await?;
        let mut ticked = Ticked::default();
        for entry in &self.entries {
            if let Some(cursor) = active(&cursors, entry) {
                self.decide(entry, cursor.decided_until, now, &mut ticked).await?;
            }
        }
        ticked.missed += self.retire(&cursors, now).await?;
        ticked.recovered = self.recover().await?;
        Ok(ticked)
    }

    async fn register(&mut self, now: DateTime<Utc>) -> Result<(), PassError> {
        let definitions: Vec<CronDefinition> = self.entries.iter().map(|entry| entry.definition(now)).collect();
        self.store.register_cron(&definitions, now).await?;
        self.registered = true;
        Ok(())
    }

    /// Decides what is due of one entry, and enqueues what was claimed.
    async fn decide(
        &self,
        entry: &Entry,
        mut cursor: DateTime<Utc>,
        now: DateTime<Utc>,
        ticked: &mut Ticked,
    ) -> Result<(), PassError> {
        while let Some(plan) = plan(&entry.schedule, entry.catch_up, cursor, now) {
            let Some(claimed) = self.claim(entry, cursor, &plan).await? else { return Ok(()) };
            entry.tell(&plan, &claimed, now);
            self.enqueue(entry.task, &claimed).await?;
            ticked.missed += plan.missed;
            ticked.enqueued += claimed.len() as u64;
            cursor = plan.until;
        }
        Ok(())
    }

    /// The ticks that are this scheduler's; `None`: another decided first.
    async fn claim(
        &self,
        entry: &Entry,
        from: DateTime<Utc>,
        plan: &Plan,
    ) -> Result<Option<Vec<DateTime<Utc>>>, PassError> {
        let name = entry.task.name();
        let ids: Vec<JobId> = plan.run.iter().map(|tick| JobId::of_tick(name, *tick)).collect();
        let claim: Vec<(DateTime<Utc>, &str)> = plan.run.iter().copied().zip(ids.iter().map(JobId::as_str)).collect();
        let advance = CronAdvance {
            name,
            from,
            to: plan.until,
            next_tick: entry.schedule.next_after(plan.until),
            claim: &claim,
            missed: plan.missed,
            last_missed: plan.last_missed,
        };
        Ok(self.store.claim_ticks(&advance).await?)
    }

    /// Enqueues the jobs of claimed ticks, and notes that it did. Returns the number that was missing in Redis.
    async fn enqueue(&self, task: MaintenanceTask, ticks: &[DateTime<Utc>]) -> Result<u64, PassError> {
        if ticks.is_empty() {
            return Ok(0);
        }
        let jobs: Vec<NewJob> = ticks.iter().map(|tick| job(task, *tick)).collect();
        let added = self.queues.enqueue_missing(&jobs).await? as u64;
        let ids: Vec<&str> = jobs.iter().map(|job| job.id().as_str()).collect();
        self.store.ticks_enqueued(&ids).await?;
        Ok(added)
    }

    /// Enqueues again what was claimed and never enqueued, or was lost with Redis. Takes no input.
    async fn recover(&self) -> Result<u64, PassError> {
        let names = MaintenanceTask::ALL.map(MaintenanceTask::name);
        let unfinished =
            self.store.unfinished_ticks(&names, CLAIMED_SECONDS_MAX, ENQUEUED_SECONDS_MAX, UNFINISHED_ROWS_MAX).await?;
        let mut recovered = 0;
        for task in MaintenanceTask::ALL {
            let of_task = unfinished.iter().filter(|unfinished| unfinished.name == task.name());
            let ticks: Vec<DateTime<Utc>> = of_task.map(|unfinished| unfinished.tick).collect();
            let added = self.enqueue(task, &ticks).await?;
            if added > 0 {
                metrics::cron_ticks(task.name(), "recovered", added);
                tracing::warn!(
                    entry = task.name(),
                    ticks = added,
                    "ticks that were claimed had no job, and have one now"
                );
            }
            recovered += added;
        }
        Ok(recovered)
    }
}

impl Entry {
    fn definition(&self, now: DateTime<Utc>) -> CronDefinition {
        CronDefinition {
            name: self.task.name(),
            schedule: self.schedule.expression().to_owned(),
            time_zone: self.schedule.zone().to_owned(),
            catch_up: self.catch_up.name(),
            next_tick: self.schedule.next_after(now),
        }
    }

    /// Logs and counts the outcome of a plan.
    fn tell(&self, plan: &Plan, claimed: &[DateTime<Utc>], now: DateTime<Utc>) {
        let name = self.task.name();
        for tick in claimed {
            let outcome = if plan::is_on_time(*tick, now) { "on_time" } else { "late" };
            metrics::cron_ticks(name, outcome, 1);
            metrics::cron_late_seconds(name, (now - *tick).as_seconds_f64());
            tracing::info!(entry = name, tick = %tick, outcome, "tick");
        }
        if plan.missed > 0 {
            metrics::cron_ticks(name, "missed", plan.missed);
            tracing::warn!(entry = name, missed = plan.missed, last = ?plan.last_missed, "ticks were missed");
        }
    }
}

/// The cursor of an entry, unless it is retired or not registered: another version may have removed it.
fn active<'a>(cursors: &'a [CronCursor], entry: &Entry) -> Option<&'a CronCursor> {
    cursors.iter().find(|cursor| cursor.name == entry.task.name() && cursor.retired_at.is_none())
}

/// The configured rule of a task; one without does not compile.
fn rule(config: &CronConfig, task: MaintenanceTask) -> &CronRule {
    match task {
        MaintenanceTask::TrimWebhookBodies => &config.trim_webhook_bodies,
        MaintenanceTask::TrimCronTicks => &config.trim_cron_ticks,
        MaintenanceTask::TrimAttempts => &config.trim_attempts,
        MaintenanceTask::TrimDeadLetters => &config.trim_dead_letters,
        MaintenanceTask::TrimAuditLogs => &config.trim_audit_logs,
        MaintenanceTask::VerifyBalances => &config.verify_balances,
    }
}

fn job(task: MaintenanceTask, tick: DateTime<Utc>) -> NewJob {
    let id = JobId::of_tick(task.name(), tick);
    NewJob::of(id, &Maintenance { task, tick }, Lane::platform()).trace(tick_key(task.name(), tick))
}
