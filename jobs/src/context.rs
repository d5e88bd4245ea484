//! What a handler receives: its payload, and what is known about the job that carries it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use crate::{
    envelope::{JobId, Lane},
    kind::JobKind,
};

/// A job, as its handler receives it.
#[derive(Debug, Clone)]
pub struct Job<P> {
    /// What it carries.
    pub payload: P,
    /// What is known about it.
    pub context: Arc<JobContext>,
}

/// A job that a worker holds under lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobContext {
    /// Its id.
    pub job_id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// Its lane, the merchant's id.
    pub lane: Lane,
    /// Version of the payload, as it was enqueued.
    pub version: u16,
    /// This run, the first is 1.
    pub attempt: u32,
    /// Runs in all.
    pub max_attempts: u32,
    /// How often a lease on it ran out.
    pub rescues: u32,
    /// Fencing token of the lease.
    pub token: u64,
    /// Trace context or request id of what caused the job.
    pub trace: Option<String>,
    /// Its idempotency key, if any.
    pub idempotency_key: Option<String>,
    /// The job or webhook that caused it, if it is another than the one its id is of.
    pub parent: Option<String>,
    /// When its id was made, in milliseconds since 1970.
    pub enqueued_at_ms: u64,
    /// Since when this run might have begun, in milliseconds since 1970.
    pub ready_at_ms: u64,
    /// When it was claimed, by Redis' clock, in milliseconds since 1970.
    pub claimed_at_ms: u64,
    /// The same moment by this process' monotonic clock.
    pub(crate) received: Instant,
}

impl JobContext {
    /// When it was claimed, by Redis' clock.
    pub fn claimed_at(&self) -> DateTime<Utc> {
        i64::try_from(self.claimed_at_ms).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
    }

    /// Whether no further run follows this one.
    pub fn is_last_attempt(&self) -> bool {
        self.attempt >= self.max_attempts
    }
}
