//! Reads the state of a queue: counts, ages, dead letters. Every read is bounded.

mod acts;
mod figures;
mod histogram;
mod pages;
mod workers;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use redis::Value;
use serde::Serialize;

use super::{
    BATCH_JOBS_MAX, Queue,
    script::{COUNTS, DEAD, Script},
};
use crate::{
    envelope::{Envelope, JobId, Lane, split_reference},
    error::QueueError,
    kind::JobKind,
    outcome::class,
};

pub use acts::{Action, Bulk, BulkFilter, EditError, Step};
pub(crate) use figures::Measured;
pub use figures::{LaneWindow, Span, Window};
pub use histogram::Percentiles;
pub use pages::{JobRef, JobState, JobView, LaneView, Page, PageQuery, Run};
pub use workers::WorkerView;

/// Lanes looked at to find the oldest waiting job.
const OLDEST_LANES_MAX: usize = 1_000;

/// A queue in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Ready to be claimed, those of paused lanes too.
    pub waiting: u64,
    /// Waiting for their time: scheduled, to be retried, or snoozed.
    pub delayed: u64,
    /// Under lease.
    pub running: u64,
    /// Dead letters in Redis; those kept in PostgreSQL are not among them.
    pub dead: u64,
    /// Lanes with waiting jobs.
    pub active_lanes: u64,
    /// Whether the queue is paused.
    pub paused: bool,
    /// Age of the oldest waiting job, in milliseconds since its id was made.
    pub oldest_age_ms: Option<u64>,
    /// Enqueued since Redis was new.
    pub enqueued_total: u64,
    /// Not enqueued, as their key was taken.
    pub deduplicated_total: u64,
    /// Done since Redis was new.
    pub done_total: u64,
    /// Retries.
    pub retried_total: u64,
    /// Snoozes.
    pub snoozed_total: u64,
    /// Discarded by their handlers.
    pub cancelled_total: u64,
    /// Died.
    pub dead_total: u64,
    /// Jobs rescued from workers whose lease expired.
    pub rescued_total: u64,
    /// Settlements that came after the lease had been lost.
    pub stale_total: u64,
}

impl Counts {
    /// Jobs that are neither done nor dead.
    pub fn pending(&self) -> u64 {
        self.waiting + self.delayed + self.running
    }
}

/// A job that will not run again unless a person says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The job.
    pub job_id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// Its lane.
    pub lane: Lane,
    /// Version of its payload.
    pub version: u16,
    /// Its payload's JSON.
    pub payload: String,
    /// Runs it had.
    pub attempts: u32,
    /// Leases that ran out on it.
    pub rescues: u32,
    /// Class of the error it died of, see [`crate::JobError::class`].
    pub error_class: String,
    /// Why it died.
    pub reason: String,
    /// When it died, by Redis' clock.
    pub died_at: DateTime<Utc>,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
    /// Trace context of what caused it.
    pub trace: Option<String>,
    /// The job or webhook that caused it, if it is another than the one its id is of.
    pub parent: Option<String>,
    /// Its idempotency key.
    pub idempotency_key: Option<String>,
}

impl Queue {
    /// The queue in numbers.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn counts(&self) -> Result<Counts, QueueError> {
        let script: &Script = &COUNTS;
        let mut command = script.call(&self.keys);
        command.arg(OLDEST_LANES_MAX);
        let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter();
        let mut next = || script.count(values.next().as_ref());
        let (now_ms, stored, delayed, running, dead) = (next()?, next()?, next()?, next()?, next()?);
        let (active_lanes, paused) = (next()?, next()? == 1);
        let oldest = script.text(values.next())?;
        let mut totals = BTreeMap::new();
        while let Some(name) = values.next() {
            totals.insert(script.text(Some(name))?, script.count(values.next().as_ref())?);
        }
        let total = |name: &str| totals.get(name).copied().unwrap_or(0);
        Ok(Counts {
            // Every job that is not finished is stored, whatever its state.
            waiting: stored.saturating_sub(delayed + running + dead),
            delayed,
            running,
            dead,
            active_lanes,
            paused,
            oldest_age_ms: JobId::parse(&oldest).ok().map(|id| now_ms.saturating_sub(id.made_at_ms())),
            enqueued_total: total("enqueued"),
            deduplicated_total: total("deduplicated"),
            done_total: total("done"),
            retried_total: total("retry"),
            snoozed_total: total("snooze"),
            cancelled_total: total("cancel"),
            dead_total: total("dead"),
            rescued_total: total("rescued"),
            stale_total: total("stale"),
        })
    }

    /// Returns the oldest dead letters, at most `limit` (and at most [`BATCH_JOBS_MAX`]).
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, QueueError> {
        let script: &Script = &DEAD;
        let mut command = script.call(&self.keys);
        command.arg("page").arg(limit.clamp(1, BATCH_JOBS_MAX));
        let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter();
        let mut letters = Vec::with_capacity(values.len() / 4);
        while let Some(reference) = values.next() {
            letters.push(self.dead_letter(script, reference, &mut values)?);
        }
        Ok(letters)
    }

    fn dead_letter(
        &self,
        script: &Script,
        reference: Value,
        values: &mut impl Iterator<Item = Value>,
    ) -> Result<DeadLetter, QueueError> {
        let reference = script.text(Some(reference))?;
        let (job_id, lane) = split_reference(&reference).ok_or_else(|| script.unexpected("not a reference"))?;
        let died_at_ms = script.integer(values.next().as_ref())?;
        let grave = script.text(values.next())?;
        let envelope = script.text(values.next())?;
        let envelope: Option<Envelope<'_>> = serde_json::from_str(&envelope).ok();
        let mut grave = grave.splitn(4, '|');
        let mut number = || grave.next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let (attempts, rescues) = (number(), number());
        let enqueued_at_ms = i64::try_from(job_id.made_at_ms()).unwrap_or(0);
        Ok(DeadLetter {
            enqueued_at: DateTime::from_timestamp_millis(enqueued_at_ms).unwrap_or_default(),
            job_id,
            kind: self.kind,
            lane,
            version: envelope.as_ref().map_or(0, |envelope| envelope.version),
            payload: envelope.as_ref().map_or_else(|| "null".to_owned(), |envelope| envelope.payload.get().to_owned()),
            attempts,
            rescues,
            error_class: grave.next().filter(|class| class::is_plain(class)).unwrap_or(class::UNCLASSIFIED).to_owned(),
            reason: grave.next().unwrap_or_default().to_owned(),
            died_at: DateTime::from_timestamp_millis(died_at_ms).unwrap_or_default(),
            trace: envelope.as_ref().and_then(|envelope| envelope.trace.as_deref().map(str::to_owned)),
            parent: envelope.as_ref().and_then(|envelope| envelope.parent.as_deref().map(str::to_owned)),
            idempotency_key: envelope.and_then(|envelope| envelope.idempotency_key.map(Into::into)),
        })
    }

    /// Removes dead letters that have been stored in PostgreSQL. Returns the number of removed ones.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn acknowledge_dead(&self, letters: &[DeadLetter]) -> Result<u64, QueueError> {
        let script: &Script = &DEAD;
        let mut removed = 0;
        for batch in letters.chunks(BATCH_JOBS_MAX) {
            let mut command = script.call(&self.keys);
            command.arg("acknowledge");
            for letter in batch {
                command.arg(format!("{}/{}", letter.job_id, letter.lane));
            }
            let values = script.array(script.run(&self.connection, &command).await?)?;
            removed += script.count(values.first())?;
        }
        Ok(removed)
    }
}
