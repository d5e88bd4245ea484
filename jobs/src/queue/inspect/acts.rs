//! What a person does to jobs: retry, run now, delete, give up, cancel, edit; and the same to all that match a filter, in
//! bounded steps. Each returns what it changed. A job that has moved on meanwhile is left alone, never an error.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    super::{
        BATCH_JOBS_MAX, Queue,
        script::{ACT, Script},
    },
    pages::{JobRef, JobState, JobView, PageQuery},
};
use crate::{
    envelope::{Envelope, Lane},
    error::QueueError,
    outcome::bounded,
    payloads::{self, PayloadError},
};

/// How deep from either end of its lane a waiting job is looked for.
const LANE_DEPTH_MAX: usize = 200_000;
/// Cancellations under way in one queue.
const CANCELLATIONS_MAX: usize = 1_000;

/// What can be done to a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Dead: waits again, all its attempts given back.
    Retry,
    /// Delayed: waits now. Its attempts stay counted.
    RunNow,
    /// Waiting, delayed or dead: gone, and its idempotency key free. What PostgreSQL still wants done comes back by the
    /// sweep, so a webhook's job is to be settled there first.
    Delete,
    /// Waiting or delayed: dead, for that reason.
    MoveToDead {
        /// Shown with the dead letter.
        reason: String,
    },
    /// Running: its worker drops the handler at its next heartbeat, and the job ends as cancelled.
    Cancel,
}

impl Action {
    const fn name(&self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::RunNow => "run_now",
            Self::Delete => "delete",
            Self::MoveToDead { .. } => "move_to_dead",
            Self::Cancel => "cancel",
        }
    }

    /// Whether it can do anything to a job of that state.
    pub const fn fits(&self, state: JobState) -> bool {
        match self {
            Self::Retry => matches!(state, JobState::Dead),
            Self::RunNow => matches!(state, JobState::Delayed),
            Self::Delete => !matches!(state, JobState::Running),
            Self::MoveToDead { .. } => matches!(state, JobState::Waiting | JobState::Delayed),
            Self::Cancel => matches!(state, JobState::Running),
        }
    }
}

/// Why a payload was not edited.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The new payload is not one of the kind.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The queue has no such job.
    #[error("there is no such job in the queue")]
    NotFound,
    /// It runs: whoever runs it has its payload already.
    #[error("the job is running: cancel it, or wait until it ends")]
    Running,
    /// It was changed, or claimed, at the same moment.
    #[error("the job was changed at the same moment: look again")]
    Changed,
    /// Redis.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Which jobs a bulk action is about. All conditions must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkFilter {
    /// Of this state.
    pub state: JobState,
    /// Of this lane.
    pub lane: Option<Lane>,
    /// Enqueued before that time.
    pub enqueued_before: Option<DateTime<Utc>>,
    /// With so many attempts at least.
    pub attempts_min: u32,
    /// Dead of an error of this class.
    pub error_class: Option<String>,
    /// Dead for a reason that contains this, whatever the case.
    pub reason_contains: Option<String>,
}

impl BulkFilter {
    /// All jobs of a state.
    pub fn all(state: JobState) -> Self {
        Self { state, lane: None, enqueued_before: None, attempts_min: 0, error_class: None, reason_contains: None }
    }

    /// Whether a job is one of them.
    pub fn matches(&self, view: &JobView) -> bool {
        let contains = |part: &String| {
            let reason = view.reason.as_deref().unwrap_or_default().to_lowercase();
            reason.contains(&part.to_lowercase())
        };
        view.state == self.state
            && self.lane.as_ref().is_none_or(|lane| *lane == view.job.lane)
            && self.enqueued_before.is_none_or(|before| view.enqueued_at < before)
            && view.attempts >= self.attempts_min
            && self.error_class.as_ref().is_none_or(|class| view.error_class.as_ref() == Some(class))
            && self.reason_contains.as_ref().is_none_or(contains)
    }
}

/// What to do to all jobs that match. Carried out step by step, by whoever holds the cursor: after a restart, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulk {
    /// Which jobs.
    pub filter: BulkFilter,
    /// What to do. None: count them.
    pub action: Option<Action>,
}

/// What one step came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Jobs looked at.
    pub looked_at: u64,
    /// Jobs that matched.
    pub matched: u64,
    /// Jobs that were changed; fewer, where some had moved on.
    pub changed: Vec<JobRef>,
    /// Where the next step begins. None: all is done.
    pub cursor: Option<String>,
}

impl Queue {
    /// Does that to those jobs; to those of the first [`BATCH_JOBS_MAX`] that are in a state it fits. Returns which these were.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn act(&self, action: &Action, jobs: &[JobRef]) -> Result<Vec<JobRef>, QueueError> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let reason = match action {
            Action::MoveToDead { reason } => bounded(reason.clone()),
            _ => String::new(),
        };
        let mut command = ACT.call(&self.keys);
        command.arg(action.name()).arg(reason).arg(LANE_DEPTH_MAX).arg(CANCELLATIONS_MAX);
        for job in jobs.iter().take(BATCH_JOBS_MAX) {
            command.arg(job.reference());
        }
        self.changed(&command).await
    }

    async fn changed(&self, command: &redis::Cmd) -> Result<Vec<JobRef>, QueueError> {
        let script: &Script = &ACT;
        let changed = script.array(script.run(&self.connection, command).await?)?.into_iter().map(|reference| {
            JobRef::of(&script.text(Some(reference))?).ok_or_else(|| script.unexpected("not a reference"))
        });
        changed.collect()
    }

    /// Gives a job that is not running another payload: one of its kind, in the current version. Returns the payload as it
    /// is stored now.
    ///
    /// # Errors
    /// See [`EditError`]; nothing was changed.
    pub async fn edit(&self, job: &JobRef, payload: &str) -> Result<String, EditError> {
        let (version, payload) = payloads::rewrite(self.kind(), self.kind().payload_version(), payload)?;
        let (state, stored) = self.stored(job).await?.ok_or(EditError::NotFound)?;
        if state == JobState::Running.as_str() {
            return Err(EditError::Running);
        }
        // Whatever it holds beside the payload stays as it is.
        let mut envelope: Envelope<'_> =
            serde_json::from_str(&stored).map_err(|_| ACT.unexpected("a stored job cannot be read"))?;
        (envelope.version, envelope.payload) = (version, &payload);
        let new = serde_json::to_string(&envelope).map_err(|_| ACT.unexpected("an envelope does not serialise"))?;
        let mut command = ACT.call(&self.keys);
        command.arg("edit").arg(&stored).arg(LANE_DEPTH_MAX).arg(CANCELLATIONS_MAX).arg(job.reference()).arg(new);
        if self.changed(&command).await?.is_empty() {
            return Err(EditError::Changed);
        }
        Ok(payload.get().to_owned())
    }

    /// One step: looks at some hundred jobs and does the action to those that match. Jobs that come meanwhile may or may not be
    /// among them; none that was there is missed, unless it moved on by itself.
    ///
    /// # Errors
    /// Fails when Redis is unavailable: the same step may be made again.
    pub async fn step(&self, bulk: &Bulk, cursor: Option<String>) -> Result<Step, QueueError> {
        let Bulk { filter, action } = bulk;
        let query = PageQuery { state: filter.state, lane: filter.lane.clone(), limit: BATCH_JOBS_MAX, cursor };
        let page = self.look(&query, true).await?;
        let looked_at = page.jobs.len() as u64;
        let matching = page.jobs.into_iter().filter(|view| filter.matches(view)).map(|view| view.job);
        let matching: Vec<JobRef> = matching.collect();
        let matched = matching.len() as u64;
        let changed = match action {
            Some(action) => self.act(action, &matching).await?,
            None => Vec::new(),
        };
        Ok(Step { looked_at, matched, changed, cursor: page.cursor })
    }
}
