//! Bulk operations: counted first, then carried out over everything that matches, in steps of some hundred jobs, with the progress
//! written after each step. The process that was asked works on one; a cancellation is seen with the next step, whichever process
//! took it. An operation whose process ended is shown as failed: what it did stays done, and it can be planned again.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jobs::{BATCH_JOBS_MAX, JobId, JobKind, JobRef as Named, Lane};
use poem_openapi::types::{ParseFromJSON as _, ToJSON as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::ops::{BulkProgressRow, BulkRow};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::audit::Entry;
use super::identity::Identity;
use crate::app::State;
use crate::error::{ApiError, Code};
use crate::job_admin::{self, delete_letters, replay};
use crate::v1::admin::jobs::filter::Filter;
use crate::v1::admin::jobs::fit::{in_queue, states_of};
use crate::v1::admin::jobs::rows::{name_shops, paused};
use crate::v1::admin::jobs::search::{Found, page, sources};
use crate::v1::admin::model::bulk::BulkAction;
use crate::v1::admin::model::jobs::{Job, JobFilter, JobState};
use crate::v1::admin::model::snapshot::{BulkProgress, BulkState};
use crate::v1::listed;

/// Operations that one process works on at once.
const AT_ONCE_MAX: usize = 4;
/// Jobs shown as a sample.
const SAMPLE_MAX: usize = 10;
/// Passes over what waits in Redis, where a change moves what is still to come.
const PASSES_MAX: usize = 100;
/// An operation that has not reported for so long has lost its process.
pub(crate) const SILENT_MAX: TimeDelta = TimeDelta::seconds(60);
/// How long a plan may be confirmed.
pub(crate) const PLAN_VALID: TimeDelta = TimeDelta::hours(1);

/// How far an operation is, as it is kept.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    pub(crate) looked_at: u64,
    pub(crate) matched: u64,
    pub(crate) changed: u64,
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
    pub(crate) queues: BTreeMap<String, u64>,
    pub(crate) sample: Vec<Value>,
}

/// The operations that this process works on.
pub(crate) struct Bulks(Arc<Semaphore>);

impl Bulks {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE_MAX)))
    }

    /// Room for one more operation.
    ///
    /// # Errors
    /// 409 when there is none.
    pub(crate) fn enter(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        let full = |_| ApiError::new(Code::Conflict, "as many bulk operations are under way as one process takes");
        Arc::clone(&self.0).try_acquire_owned().map_err(full)
    }
}

/// How far an operation is, for the stream and for answers.
///
/// # Errors
/// What is kept of it cannot be read.
pub(crate) fn progress_of(row: &BulkRow) -> Result<BulkProgress, ApiError> {
    let progress: Progress = serde_json::from_str(&row.progress).map_err(|error| {
        tracing::error!(%error, bulk_id = row.bulk_id, "the progress of a bulk operation cannot be read");
        ApiError::internal()
    })?;
    let state: BulkState = listed(&row.state)?;
    let Progress { looked_at, matched, changed, skipped, failed, .. } = progress;
    Ok(BulkProgress { bulk_id: row.bulk_id.clone(), state, looked_at, matched, changed, skipped, failed })
}

/// The filter of an operation: its states are those that the action fits and the person named.
///
/// # Errors
/// 422 when there is none of these.
pub(crate) fn fitting(action: BulkAction, body: JobFilter) -> Result<JobFilter, ApiError> {
    let named = body.state.clone().unwrap_or_default();
    let fitting = states_of(action.into()).into_iter().filter(|state| named.is_empty() || named.contains(state));
    let states: Vec<JobState> = fitting.collect();
    if states.is_empty() {
        return Err(ApiError::new(Code::NotAcceptable, "the action fits no job of these states"));
    }
    Ok(JobFilter { state: Some(states), ..body })
}

/// One operation that this process works on.
struct Work {
    state: Arc<State>,
    bulk_id: String,
    action: BulkAction,
    filter: Filter,
    reason: String,
    at: &'static str,
    progress: Progress,
}

/// What the person gave as the reason, and who it is.
pub(crate) struct By {
    pub(crate) identity: Identity,
    pub(crate) reason: Option<String>,
}

/// Counts what matches, in the background.
pub(crate) fn count(
    state: &Arc<State>,
    permit: OwnedSemaphorePermit,
    bulk_id: String,
    action: BulkAction,
    filter: Filter,
) {
    let (state, reason) = (Arc::clone(state), String::new());
    let mut work = Work { state, bulk_id, action, filter, reason, at: "counting", progress: Progress::default() };
    tokio::spawn(async move {
        let _permit = permit;
        let counted = work.pass(false).await;
        work.end(counted.map(|_| ()), "planned").await;
    });
}

/// Carries a confirmed operation out, in the background; writes at its end that it was done.
pub(crate) fn run(
    state: &Arc<State>,
    permit: OwnedSemaphorePermit,
    row: &BulkRow,
    action: BulkAction,
    filter: Filter,
    by: By,
) {
    let planned: Progress = serde_json::from_str(&row.progress).unwrap_or_default();
    // What was counted stays as it was counted.
    let progress = Progress { looked_at: 0, ..planned };
    let reason = by.reason.unwrap_or_else(|| "by an operator, in bulk".to_owned());
    let bulk_id = row.bulk_id.clone();
    let mut work = Work { state: Arc::clone(state), bulk_id, action, filter, reason, at: "running", progress };
    tokio::spawn(async move {
        let _permit = permit;
        let done = work.carry_out().await;
        let Progress { changed, skipped, failed, .. } = work.progress;
        let outcome = if done.is_ok() && skipped + failed == 0 { "done" } else { "partial" };
        work.end(done, "done").await;
        let entry = Entry::of(&work.state, &by.identity, "bulk_done").bulk(&work.bulk_id).count(changed);
        if let Err(error) = entry.outcome(outcome).write(&work.state.store).await {
            tracing::warn!(%error, bulk_id = work.bulk_id, "the end of a bulk operation is not in the audit log");
        }
    });
}

/// Why an operation stopped before its end.
enum Stopped {
    /// Somebody cancelled it.
    Cancelled,
    /// The reason, for people.
    Failed(String),
}

impl From<ApiError> for Stopped {
    fn from(error: ApiError) -> Self {
        Self::Failed(error.message)
    }
}

impl Work {
    async fn carry_out(&mut self) -> Result<(), Stopped> {
        for _ in 0..PASSES_MAX {
            let changed = self.pass(true).await?;
            let moves = self.filter.wants(JobState::Waiting) || self.filter.wants(JobState::Delayed);
            if changed == 0 || !moves {
                break;
            }
        }
        Ok(())
    }

    /// Looks at everything that matches, once, and acts on it if it `acts`. Returns how many jobs were changed.
    async fn pass(&mut self, acts: bool) -> Result<u64, Stopped> {
        let sources = sources(&self.filter, false);
        let mut changed = 0;
        let mut cursor: Option<String> = None;
        loop {
            if self.state.context.shutdown.is_draining() {
                return Err(Stopped::Failed("the process that worked on it was asked to end".to_owned()));
            }
            let paused = paused(&self.state).await;
            let found = page(&self.state, &self.filter, &sources, (cursor.as_deref(), BATCH_JOBS_MAX), &paused).await?;
            self.progress.looked_at += found.looked_at;
            if acts {
                changed += self.act(&found.found).await?;
            } else {
                self.note(found.found).await;
            }
            cursor = found.next;
            self.report(self.at, None).await?;
            if cursor.is_none() {
                return Ok(changed);
            }
        }
    }

    async fn note(&mut self, found: Vec<Found>) {
        self.progress.matched += found.len() as u64;
        for found in &found {
            *self.progress.queues.entry(found.job.queue.clone()).or_default() += 1;
        }
        let room = SAMPLE_MAX - self.progress.sample.len();
        let mut sample: Vec<Job> = found.into_iter().take(room).map(|found| found.job).collect();
        name_shops(&self.state, &mut sample).await;
        self.progress.sample.extend(sample.iter().filter_map(|job| job.to_json()));
    }

    /// Acts on jobs that were found: dead letters in PostgreSQL, others in Redis.
    async fn act(&mut self, found: &[Found]) -> Result<u64, Stopped> {
        let (state, total) = (Arc::clone(&self.state), found.len() as u64);
        let letters: Vec<_> = found.iter().filter_map(|found| found.letter.clone()).collect();
        let (mut changed, mut failed) = (0, 0);
        if !letters.is_empty() && self.action == BulkAction::Retry {
            let now = state.context.clock.now();
            let replayed = replay(&state.store, &state.queues, &letters, now).await.map_err(ApiError::from)?;
            failed = replayed.refused.len() as u64;
            changed = letters.len() as u64 - failed;
        } else if !letters.is_empty() {
            changed = delete_letters(&state.store, &letters).await.map_err(ApiError::from)?;
        }
        let mut held: BTreeMap<JobKind, Vec<Named>> = BTreeMap::new();
        for found in found.iter().filter(|found| found.letter.is_none()) {
            let named =
                (JobKind::parse(&found.job.queue), Lane::parse(&found.job.lane), JobId::parse(&found.job.job_id));
            if let (Some(kind), Ok(lane), Ok(job_id)) = named {
                held.entry(kind).or_default().push(Named { lane, job_id });
            }
        }
        for (kind, jobs) in held {
            changed += self.act_in_redis(kind, &jobs).await?;
        }
        self.progress.changed += changed;
        self.progress.failed += failed;
        self.progress.skipped += total.saturating_sub(changed + failed);
        Ok(changed)
    }

    async fn act_in_redis(&self, kind: JobKind, jobs: &[Named]) -> Result<u64, Stopped> {
        let (store, queues) = (&self.state.store, &self.state.queues);
        let action = in_queue(self.action.into(), &self.reason);
        let changed = job_admin::act(store, queues, kind, &action, jobs, &self.reason).await.map_err(ApiError::from)?;
        Ok(changed.len() as u64)
    }

    /// Writes how far it is. Stops the work when somebody has cancelled it.
    async fn report(&self, to: &str, error: Option<&str>) -> Result<(), Stopped> {
        let progress = serde_json::to_string(&self.progress).unwrap_or_default();
        let at: DateTime<Utc> = self.state.context.clock.now();
        let step = BulkProgressRow { bulk_id: &self.bulk_id, from: self.at, to, progress: &progress, error, at };
        let written = self.state.store.step_ops_bulk(&step).await.map_err(ApiError::from)?;
        if written { Ok(()) } else { Err(Stopped::Cancelled) }
    }

    async fn end(&self, ended: Result<(), Stopped>, to: &str) {
        let reported = match &ended {
            Ok(()) => self.report(to, None).await,
            Err(Stopped::Failed(reason)) => self.report("failed", Some(reason)).await,
            Err(Stopped::Cancelled) => Ok(()),
        };
        if let Err(Stopped::Failed(error)) = reported {
            tracing::warn!(error, bulk_id = self.bulk_id, "the end of a bulk operation was not recorded");
        }
    }
}

/// The filter that was kept with an operation.
///
/// # Errors
/// It is of another version.
pub(crate) fn kept_filter(row: &BulkRow) -> Result<JobFilter, ApiError> {
    let request: Value = serde_json::from_str(&row.request).unwrap_or_default();
    let unreadable = || ApiError::new(Code::NotAcceptable, "the plan is of another version: plan it again");
    JobFilter::parse_from_json(Some(request)).map_err(|_| unreadable())
}
