//! What happens in a process, reported to whoever counts it. Nothing reported names a merchant, so it may become labels.
//! Refuses: counting, since metrics have one home and it is not here.

use std::time::Duration;

use crate::{
    kind::JobKind,
    outcome::{OutcomeKind, SnoozeCause},
};

/// Why a claim passed over a lane that had waiting jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThrottleReason {
    /// Its rate.
    Rate,
    /// Its cap.
    Cap,
}

impl ThrottleReason {
    /// Name for metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Cap => "cap",
        }
    }
}

/// One run of a job that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedRun {
    /// Kind of the job.
    pub kind: JobKind,
    /// How the run ended.
    pub outcome: OutcomeKind,
    /// Time from the moment the run might have begun to its begin.
    pub waited: Duration,
    /// Time from its begin to its end.
    pub ran: Duration,
    /// Time from the moment the job's id was made to the end of the run: of a webhook's job, since the webhook was received.
    /// Intended delays count, and so does the difference between Redis' clock and that of the process that made the id.
    pub since_enqueued: Duration,
}

/// Is called with what happens. It is on the path of jobs, so it must not wait. Methods that it does not need do nothing.
pub trait Observer: Send + Sync + 'static {
    /// A claim passed over so many lanes with waiting jobs.
    fn lanes_put_off(&self, _kind: JobKind, _why: ThrottleReason, _lanes: u64) {}
    /// A run ended in a snooze.
    fn snoozed(&self, _kind: JobKind, _cause: SnoozeCause) {}
    /// A run ended, in whatever way.
    fn ran(&self, _run: &EndedRun) {}
    /// So many results were refused, because the leases of their jobs had expired before.
    fn fenced(&self, _kind: JobKind, _results: u64) {}
    /// So many jobs were taken back from workers that lost their leases, and so many had lost it too often and are dead.
    fn rescued(&self, _kind: JobKind, _rescued: u64, _poison: u64) {}
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
