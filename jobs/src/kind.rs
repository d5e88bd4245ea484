//! The catalogue: every kind of job, its queue name and its policy, matched exhaustively.
//!
//! To add a kind: a variant and its arms here, a payload file of the same name, a frozen sample, a handler in `workers`.
//! A renamed kind keeps its old name in [`JobKind::parse`] until the old queue has drained.

use std::fmt;

use crate::retry::RetryPolicy;

/// A kind of job. Each kind is one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobKind {
    /// Move the ledger to what the order's facts say, after an order message.
    AwardPoints,
    /// Move the ledger to what the order's facts say, after a refund or a cancellation.
    CancelAdjustment,
    /// What the platform does for itself, at the ticks of a cron entry.
    Maintenance,
}

/// How one kind is run. Durations in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KindPolicy {
    /// How often and how late a failed job runs again.
    pub retry: RetryPolicy,
    /// A run longer than this is given up and retried.
    pub timeout_ms: u64,
    /// How long a job may be snoozed, from its first snooze on, before it is dead. Snoozes give the attempt back, so that nothing
    /// else ends a job whose resource never comes. It must be longer than the outages that the kind is to outlast.
    pub snooze_limit_ms: u64,
    /// How long a silent worker keeps its jobs. Renewed three times in that span.
    pub lease_ms: u64,
    /// Jobs one worker process runs at once, unless its configuration says otherwise.
    pub concurrency: usize,
    /// How long an idempotency key answers with its first job.
    pub idempotency_window_ms: u64,
    /// Whether the key is forgotten once its job is done: right where a row in PostgreSQL says that the work is done,
    /// so that memory is spent only on jobs under way.
    pub release_key_when_done: bool,
}

/// Window of an idempotency key where a kind has no reason for another.
pub const IDEMPOTENCY_WINDOW_MS: u64 = 48 * HOUR_MS;
const HOUR_MS: u64 = 60 * 60 * 1_000;

/// Ledger work: PostgreSQL is its only dependency, so it is worth waiting out a long outage.
const LEDGER: KindPolicy = KindPolicy {
    retry: RetryPolicy { attempts: 12, base_ms: 500, factor: 2, cap_ms: 5 * 60 * 1_000 },
    timeout_ms: 30_000,
    snooze_limit_ms: 24 * HOUR_MS,
    lease_ms: 15_000,
    concurrency: 256,
    idempotency_window_ms: IDEMPOTENCY_WINDOW_MS,
    release_key_when_done: true,
};

/// Long work in short steps that none waits for; it goes on where it was when it runs again.
const MAINTENANCE: KindPolicy = KindPolicy {
    retry: RetryPolicy { attempts: 8, base_ms: 5_000, factor: 3, cap_ms: 15 * 60 * 1_000 },
    timeout_ms: 30 * 60 * 1_000,
    snooze_limit_ms: 12 * HOUR_MS,
    lease_ms: 15_000,
    concurrency: 2,
    idempotency_window_ms: IDEMPOTENCY_WINDOW_MS,
    release_key_when_done: true,
};

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::AwardPoints, Self::CancelAdjustment, Self::Maintenance];

    /// The name of the kind and of its queue.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwardPoints => "award-points",
            Self::CancelAdjustment => "cancel-adjustment",
            Self::Maintenance => "maintenance",
        }
    }

    /// The kind of that name, now or formerly.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether each job of the kind is about one recorded webhook and has its id: then its success shows in that record,
    /// and needs no row of its own.
    pub const fn is_of_webhook(self) -> bool {
        match self {
            Self::AwardPoints | Self::CancelAdjustment => true,
            Self::Maintenance => false,
        }
    }

    /// How the kind is run.
    pub const fn policy(self) -> &'static KindPolicy {
        match self {
            Self::AwardPoints | Self::CancelAdjustment => &LEDGER,
            Self::Maintenance => &MAINTENANCE,
        }
    }
}

impl fmt::Display for JobKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_kebab_case_and_unique_and_parse_back() {
        let names: BTreeSet<_> = JobKind::ALL.into_iter().map(JobKind::name).collect();
        assert_eq!(names.len(), JobKind::ALL.len());
        for kind in JobKind::ALL {
            assert!(kind.name().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{kind}");
            assert_eq!(JobKind::parse(kind.name()), Some(kind));
        }
    }

    #[test]
    fn policies_are_coherent() {
        for kind in JobKind::ALL {
            let policy = kind.policy();
            assert!(policy.retry.attempts >= 1, "{kind} never runs");
            assert!(policy.retry.base_ms <= policy.retry.cap_ms, "{kind}");
            assert!(policy.lease_ms >= 3_000, "{kind}: a lease shorter than a pause of the garbage kind loses jobs");
            assert!(policy.concurrency >= 1, "{kind}");
            let waits_ms: u128 = (1..policy.retry.attempts).map(|n| policy.retry.ceiling(n).as_millis()).sum();
            let snoozed_ms = u128::from(policy.snooze_limit_ms);
            assert!(snoozed_ms >= u128::from(HOUR_MS), "{kind}: an outage of an hour must end no job");
            let lives_ms = waits_ms + snoozed_ms;
            assert!(
                u128::from(policy.idempotency_window_ms) > lives_ms,
                "{kind}: its key must outlive its retries and snoozes"
            );
        }
    }
}
