//! Leasing jobs out.

use std::{sync::Arc, time::Duration};

use serde_json::value::RawValue;
use tokio::time::Instant;

use super::{
    BATCH_JOBS_MAX, LANE_QUANTUM_JOBS, PARKED_LANES_MAX, Queue,
    script::{CLAIM, Script},
};
use crate::{
    context::JobContext,
    envelope::{Envelope, split_reference},
    error::QueueError,
};

/// A job under lease, its payload still as text.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// What is known about it.
    pub context: Arc<JobContext>,
    /// Its reference in Redis: `<ULID>/<lane>`.
    pub reference: Arc<str>,
    /// The payload's JSON.
    pub payload: Box<RawValue>,
}

/// What a claim found.
#[derive(Debug, Default)]
pub struct Claim {
    /// The jobs, each under a lease of its own.
    pub jobs: Vec<Claimed>,
    /// Whether more could have been claimed.
    pub more: bool,
    /// How long until the next delayed job is due, or a lane over its rate may go on.
    pub next_due: Option<Duration>,
    /// Lanes with waiting jobs that this call found over their rate, or brought there.
    pub slowed_lanes: u64,
    /// Lanes with waiting jobs that this call found at their cap, or brought there.
    pub capped_lanes: u64,
}

impl Queue {
    /// Leases out at most `want` jobs (and at most [`BATCH_JOBS_MAX`]), lanes in fair turns, for `lease`. Lanes over their
    /// rate or at their cap are passed over, and no more run at once than the queue's cap.
    ///
    /// # Errors
    /// Fails when Redis is unavailable. It may yet have leased jobs out: these come back when their leases run out.
    pub async fn claim(&self, want: usize, lease: Duration, worker: &str) -> Result<Claim, QueueError> {
        self.claim_or_wait(want, lease, worker, "").await
    }

    /// As [`Queue::claim`]. A process that gets less than it wants is woken on `channel` when there may be more.
    pub(crate) async fn claim_or_wait(
        &self,
        want: usize,
        lease: Duration,
        worker: &str,
        channel: &str,
    ) -> Result<Claim, QueueError> {
        let script: &Script = &CLAIM;
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let mut command = script.call(&self.keys);
        command
            .arg(want.clamp(1, BATCH_JOBS_MAX))
            .arg(lease_ms)
            .arg(worker)
            .arg(LANE_QUANTUM_JOBS)
            .arg(PARKED_LANES_MAX)
            .arg(channel);
        let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter();

        let token = script.count(values.next().as_ref())?;
        let claimed_at_ms = script.count(values.next().as_ref())?;
        let next_due_ms = script.integer(values.next().as_ref())?;
        let more = script.integer(values.next().as_ref())? == 1;
        let (slowed_lanes, capped_lanes) =
            (script.count(values.next().as_ref())?, script.count(values.next().as_ref())?);
        let received = Instant::now();
        let mut jobs = Vec::with_capacity(values.len() / 3);
        while let Some(reference) = values.next() {
            let reference = script.text(Some(reference))?;
            let envelope = script.text(values.next())?;
            let before = script.text(values.next())?;
            match self.claimed(&reference, &envelope, &before, token, claimed_at_ms, received) {
                Some(job) => jobs.push(job),
                // Written by a version of this program that never was; it stays leased and ends as poison.
                None => tracing::error!(reference, "a stored job cannot be read"),
            }
        }
        let next_due = u64::try_from(next_due_ms).ok().map(Duration::from_millis);
        Ok(Claim { jobs, more, next_due, slowed_lanes, capped_lanes })
    }

    fn claimed(
        &self,
        reference: &str,
        envelope: &str,
        before: &str,
        token: u64,
        now_ms: u64,
        received: Instant,
    ) -> Option<Claimed> {
        let (job_id, lane) = split_reference(reference)?;
        let envelope: Envelope<'_> = serde_json::from_str(envelope).ok()?;
        let before = Before::parse(before)?;
        let context = JobContext {
            job_id,
            kind: self.kind,
            lane,
            version: envelope.version,
            attempt: before.attempts + 1,
            max_attempts: envelope.max_attempts,
            rescues: before.rescues,
            snoozed_since_ms: before.snoozed_since_ms,
            snoozes: before.snoozes,
            token,
            trace: envelope.trace.map(Into::into),
            idempotency_key: envelope.idempotency_key.map(Into::into),
            parent: envelope.parent.map(Into::into),
            enqueued_at_ms: envelope.enqueued_at_ms,
            ready_at_ms: before.ready_at_ms.unwrap_or(envelope.enqueued_at_ms.max(envelope.run_at_ms)),
            claimed_at_ms: now_ms,
            received,
        };
        Some(Claimed { context: Arc::new(context), reference: reference.into(), payload: envelope.payload.to_owned() })
    }
}

/// What Redis knows of a job's earlier runs: `attempts|rescues|may run since`, with `|first snooze|snoozes` where it was
/// snoozed, or nothing.
#[derive(Debug, Default)]
pub(super) struct Before {
    pub(super) attempts: u32,
    pub(super) rescues: u32,
    pub(super) ready_at_ms: Option<u64>,
    pub(super) snoozed_since_ms: Option<u64>,
    pub(super) snoozes: u32,
}

impl Before {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let mut parts = text.split('|');
        let (attempts, rescues) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let ready_at_ms = parts.next().and_then(|ready| ready.parse().ok());
        let snoozed_since_ms = parts.next().and_then(|since| since.parse().ok());
        let snoozes = parts.next().and_then(|count| count.parse().ok()).unwrap_or(0);
        Some(Self { attempts, rescues, ready_at_ms, snoozed_since_ms, snoozes })
    }
}
