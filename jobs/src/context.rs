//! What a handler receives: its payload, and what is known about the job that carries it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use domain::MerchantId;
use tokio::time::Instant;

use crate::{
    envelope::{JobId, Lane},
    kind::JobKind,
    outcome::JobError,
};

/// A job that is snoozed for too long runs at least so often before it is dead: the time in which it waited for its turn, in a
/// paused queue or a slow lane, says nothing about what it needs.
pub(crate) const SNOOZES_MIN: u32 = 10;

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
    /// When it was first snoozed since it was enqueued or last retried, in milliseconds since 1970.
    pub snoozed_since_ms: Option<u64>,
    /// How often it was snoozed since then.
    pub snoozes: u32,
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

/// A handler asked for the merchant of a job in a lane that is no merchant's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the job is in lane {0}, which is no merchant's")]
struct NoMerchant(Lane);

impl JobContext {
    /// Returns the merchant whose job this is.
    ///
    /// # Errors
    /// Fails for good in a lane that is no merchant's, such as the platform's own.
    pub fn merchant(&self) -> Result<MerchantId, JobError> {
        let no_merchant = || JobError::fail(NoMerchant(self.lane.clone())).class("no_merchant");
        if self.lane.is_platform() {
            return Err(no_merchant());
        }
        MerchantId::parse(self.lane.as_str()).map_err(|_| no_merchant())
    }

    /// When it was claimed, by Redis' clock.
    pub fn claimed_at(&self) -> DateTime<Utc> {
        i64::try_from(self.claimed_at_ms).ok().and_then(DateTime::from_timestamp_millis).unwrap_or_default()
    }

    /// The present moment by Redis' clock, in milliseconds since 1970: the time of the claim and what has passed since.
    pub(crate) fn now_ms(&self) -> u64 {
        let passed_ms = u64::try_from(self.received.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.claimed_at_ms.saturating_add(passed_ms)
    }

    /// For how long the job has been snoozed, if that is longer than its kind allows.
    pub(crate) fn snoozed_too_long(&self) -> Option<Duration> {
        let snoozed_ms = self.now_ms().saturating_sub(self.snoozed_since_ms?);
        let too_long = snoozed_ms > self.kind.policy().snooze_limit_ms && self.snoozes >= SNOOZES_MIN;
        too_long.then(|| Duration::from_millis(snoozed_ms))
    }

    /// Whether no further run follows this one.
    pub fn is_last_attempt(&self) -> bool {
        self.attempt >= self.max_attempts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::disallowed_methods, reason = "a moment for a field that the test does not look at")]
    fn context(lane: Lane) -> JobContext {
        JobContext {
            job_id: JobId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap(),
            kind: JobKind::AwardPoints,
            lane,
            version: 1,
            attempt: 1,
            max_attempts: 1,
            rescues: 0,
            snoozed_since_ms: None,
            snoozes: 0,
            token: 1,
            trace: None,
            idempotency_key: None,
            parent: None,
            enqueued_at_ms: 0,
            ready_at_ms: 0,
            claimed_at_ms: 0,
            received: Instant::now(),
        }
    }

    #[test]
    fn the_merchant_of_a_job_is_that_of_its_lane() {
        let merchant = MerchantId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F2").unwrap();
        assert_eq!(context(Lane::of(&merchant)).merchant().unwrap(), merchant);
        for lane in [Lane::platform(), Lane::parse("m1").unwrap()] {
            let refused = context(lane).merchant().unwrap_err();
            assert!(matches!(refused, JobError::Fail { class: "no_merchant", .. }), "{refused:?}");
        }
    }
}
