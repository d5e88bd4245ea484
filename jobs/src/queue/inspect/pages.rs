//! Looking at jobs: pages of one state, single jobs, lanes. Every look is bounded, whatever the queue holds.

use chrono::{DateTime, Utc};
use redis::Value;
use serde::{Deserialize, Serialize};

use super::super::{
    BATCH_JOBS_MAX, Queue,
    claim::Before,
    script::{LOOK, Script},
};
use crate::{
    envelope::{Envelope, JobId, Lane, split_reference},
    error::QueueError,
    kind::JobKind,
};

/// Jobs of other lanes that a page may look at before it ends early.
const JOBS_LOOKED_AT_MAX: usize = 5_000;
/// Claims looked at for running jobs.
const CLAIMS_LOOKED_AT_MAX: usize = 5_000;
/// Lanes looked at for waiting jobs.
const LANES_LOOKED_AT_MAX: usize = 5_000;

/// A job by its lane and id.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct JobRef {
    /// Its lane.
    pub lane: Lane,
    /// Its id.
    pub job_id: JobId,
}

impl JobRef {
    /// As it stands in Redis.
    pub(super) fn reference(&self) -> String {
        format!("{}/{}", self.job_id, self.lane)
    }

    pub(super) fn of(reference: &str) -> Option<Self> {
        split_reference(reference).map(|(job_id, lane)| Self { lane, job_id })
    }
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobState {
    /// In its lane.
    Waiting,
    /// Until its time comes.
    Delayed,
    /// Under lease.
    Running,
    /// Given up, and not yet moved to PostgreSQL.
    Dead,
}

impl JobState {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delayed => "delayed",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }
}

/// What is known of the run under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Who has it.
    pub worker: String,
    /// Since when.
    pub claimed_at: DateTime<Utc>,
    /// Until when, unless renewed.
    pub lease_ends_at: DateTime<Utc>,
}

/// A job as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// Which.
    #[serde(flatten)]
    pub job: JobRef,
    /// Its kind.
    #[serde(serialize_with = "name")]
    pub kind: JobKind,
    /// Where it is.
    pub state: JobState,
    /// Runs begun, the one under way included.
    pub attempts: u32,
    /// Runs in all.
    pub max_attempts: u32,
    /// Leases that ran out on it.
    pub rescues: u32,
    /// Version of its payload.
    pub version: u16,
    /// Its payload's JSON.
    pub payload: String,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
    /// When it is due, if it is delayed; when it died, if it is dead.
    pub at: Option<DateTime<Utc>>,
    /// The run under way.
    pub run: Option<Run>,
    /// Class of the error it died of.
    pub error_class: Option<String>,
    /// Why it died.
    pub reason: Option<String>,
    /// Trace context of what caused it.
    pub trace: Option<String>,
    /// The job or webhook that caused it.
    pub parent: Option<String>,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
}

fn name<S: serde::Serializer>(kind: &JobKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.name())
}

/// Which jobs to show.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// Of this state.
    pub state: JobState,
    /// Of this lane only.
    pub lane: Option<Lane>,
    /// At most so many (and at most [`BATCH_JOBS_MAX`]).
    pub limit: usize,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The first page.
    pub fn of(state: JobState, limit: usize) -> Self {
        Self { state, lane: None, limit, cursor: None }
    }
}

/// Some of the jobs of a state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The jobs; delayed and dead ones by time. A page may be short, or empty, and not be the last.
    pub jobs: Vec<JobView>,
    /// Where the next page begins. None: this was the last.
    pub cursor: Option<String>,
}

/// A lane with waiting jobs, or a paused one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LaneView {
    /// Its name.
    pub lane: Lane,
    /// Ready to be claimed.
    pub waiting: u64,
    /// Waiting for their time.
    pub delayed: u64,
    /// Dead and still in Redis.
    pub dead: u64,
    /// Under lease.
    pub running: u64,
    /// Whether it is paused.
    pub paused: bool,
    /// Age of the oldest waiting job, in milliseconds since its id was made.
    pub oldest_age_ms: Option<u64>,
}

impl Queue {
    /// A page of jobs of one state. Delayed and dead jobs are in the order of their times, and a cursor never skips or repeats
    /// one. Running jobs are in the order of their claims, waiting ones in the order of their lanes: those move on meanwhile.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn page(&self, query: &PageQuery) -> Result<Page, QueueError> {
        self.look(query, false).await
    }

    /// As [`Queue::page`]; waiting jobs from the tail, where claims do not move what is still to come.
    pub(super) async fn look(&self, query: &PageQuery, from_tail: bool) -> Result<Page, QueueError> {
        let script: &Script = &LOOK;
        let looked = match query.state {
            JobState::Waiting => LANES_LOOKED_AT_MAX,
            JobState::Running => CLAIMS_LOOKED_AT_MAX,
            JobState::Delayed | JobState::Dead => JOBS_LOOKED_AT_MAX,
        };
        // A cursor that is not one begins at the start.
        let (first, second) = query.cursor.as_deref().and_then(|cursor| cursor.split_once('~')).unwrap_or_default();
        let (first, second) = match query.state {
            JobState::Waiting if second.parse::<u64>().is_err() => ("", "0"),
            JobState::Delayed | JobState::Dead if first.parse::<u64>().is_err() => ("", ""),
            _ => (first, second),
        };
        let mut command = script.call(&self.keys);
        command.arg(query.state.as_str()).arg(query.limit.clamp(1, BATCH_JOBS_MAX)).arg(looked);
        command.arg(query.lane.as_ref().map_or("", Lane::as_str)).arg(first).arg(second);
        command.arg(if from_tail { "tail" } else { "head" });
        let values = script.array(script.run(&self.connection, &command).await?)?;
        self.read_page(script, values)
    }

    fn read_page(&self, script: &Script, values: Vec<Value>) -> Result<Page, QueueError> {
        let mut values = values.into_iter();
        let (first, second) = (text(script, values.next())?, text(script, values.next())?);
        let mut jobs = Vec::with_capacity(values.len() / 7);
        while let Some(reference) = values.next() {
            let reference = script.text(Some(reference))?;
            let mut next = || text(script, values.next());
            let (state, envelope, at) = (next()?, next()?, next()?);
            let (record, worker, lease) = (next()?, next()?, next()?);
            match self.view(&reference, &state, &envelope, &at, &record, worker, &lease) {
                Some(view) => jobs.push(view),
                // It was settled between two looks of the script's writer, or is of a version yet to come.
                None => tracing::debug!(reference, state, "a job cannot be shown"),
            }
        }
        let cursor = (!second.is_empty()).then(|| format!("{first}~{second}"));
        Ok(Page { jobs, cursor })
    }

    #[expect(clippy::too_many_arguments, reason = "the seven values that the script answers for each job")]
    fn view(
        &self,
        reference: &str,
        state: &str,
        envelope: &str,
        at: &str,
        record: &str,
        worker: String,
        lease: &str,
    ) -> Option<JobView> {
        let job = JobRef::of(reference)?;
        let envelope: Envelope<'_> = serde_json::from_str(envelope).ok()?;
        let (mut error_class, mut reason, mut run) = (None, None, None);
        let (state, before) = match state {
            "waiting" => (JobState::Waiting, Before::parse(record)?),
            "delayed" => (JobState::Delayed, Before::parse(record)?),
            "dead" => {
                let mut parts = record.splitn(4, '|').skip(2);
                (error_class, reason) = (parts.next().map(Into::into), parts.next().map(Into::into));
                (JobState::Dead, Before::parse(record).unwrap_or_default())
            }
            "running" => {
                run = Some(Run { worker, claimed_at: time(at)?, lease_ends_at: time(lease)? });
                (JobState::Running, Before::parse(record.split_once('|')?.1)?)
            }
            _ => return None,
        };
        let enqueued_at_ms = i64::try_from(job.job_id.made_at_ms()).ok()?;
        Some(JobView {
            kind: self.kind,
            state,
            attempts: before.attempts,
            rescues: before.rescues,
            max_attempts: envelope.max_attempts,
            version: envelope.version,
            payload: envelope.payload.get().to_owned(),
            enqueued_at: DateTime::from_timestamp_millis(enqueued_at_ms)?,
            at: if run.is_none() { time(at) } else { None },
            run,
            error_class,
            reason,
            trace: envelope.trace.map(Into::into),
            parent: envelope.parent.map(Into::into),
            idempotency_key: envelope.idempotency_key.map(Into::into),
            job,
        })
    }

    /// Those of the jobs (at most [`BATCH_JOBS_MAX`]) that this queue holds, in whatever state.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn jobs(&self, jobs: &[JobRef]) -> Result<Vec<JobView>, QueueError> {
        let script: &Script = &LOOK;
        let mut command = script.call(&self.keys);
        command.arg("jobs");
        for job in jobs.iter().take(BATCH_JOBS_MAX) {
            command.arg(job.reference());
        }
        let values = script.array(script.run(&self.connection, &command).await?)?;
        Ok(self.read_page(script, values)?.jobs)
    }

    /// The state of a job and its envelope as it stands in Redis.
    pub(super) async fn stored(&self, job: &JobRef) -> Result<Option<(String, String)>, QueueError> {
        let script: &Script = &LOOK;
        let mut command = script.call(&self.keys);
        command.arg("jobs").arg(job.reference());
        let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter().skip(3);
        match (values.next(), values.next()) {
            (Some(state), Some(envelope)) => Ok(Some((script.text(Some(state))?, script.text(Some(envelope))?))),
            _ => Ok(None),
        }
    }

    /// Lanes that have waiting jobs or are paused, by name, after that one; and whether there are more.
    /// Of a queue with more than 10,000 such lanes, the next to be served are shown.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn lanes(&self, after: Option<&Lane>, limit: usize) -> Result<(Vec<LaneView>, bool), QueueError> {
        let mut command = LOOK.call(&self.keys);
        command.arg("lanes").arg(limit.clamp(1, BATCH_JOBS_MAX)).arg(after.map_or("", Lane::as_str));
        self.read_lanes(&command).await
    }

    /// One lane, whether or not it has jobs.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn lane(&self, lane: &Lane) -> Result<LaneView, QueueError> {
        let mut command = LOOK.call(&self.keys);
        command.arg("lanes").arg(1).arg("").arg(lane.as_str());
        let (mut lanes, _) = self.read_lanes(&command).await?;
        lanes.pop().ok_or_else(|| LOOK.unexpected("no lane"))
    }

    async fn read_lanes(&self, command: &redis::Cmd) -> Result<(Vec<LaneView>, bool), QueueError> {
        let script: &Script = &LOOK;
        let mut values = script.array(script.run(&self.connection, command).await?)?.into_iter();
        let more = script.count(values.next().as_ref())? == 1;
        let now_ms = script.count(values.next().as_ref())?;
        let mut lanes = Vec::with_capacity(values.len() / 7);
        while let Some(name) = values.next() {
            let name = script.text(Some(name))?;
            let lane = Lane::parse(&name).map_err(|_| script.unexpected("not a lane"))?;
            let mut count = || script.count(values.next().as_ref());
            let (waiting, delayed, dead) = (count()?, count()?, count()?);
            let (running, paused) = (count()?, count()? == 1);
            let oldest = script.text(values.next())?;
            let oldest_age_ms = JobId::parse(&oldest).ok().map(|id| now_ms.saturating_sub(id.made_at_ms()));
            lanes.push(LaneView { lane, waiting, delayed, dead, running, paused, oldest_age_ms });
        }
        Ok((lanes, more))
    }
}

pub(super) fn time(millis: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis.parse().ok()?)
}

/// A value that may be a number, too.
fn text(script: &Script, value: Option<Value>) -> Result<String, QueueError> {
    match value {
        Some(Value::Int(number)) => Ok(number.to_string()),
        value => script.text(value),
    }
}
