//! What happens in a process, reported to whoever counts it. Nothing reported names a merchant, so it may become labels.
//! Refuses: counting, since metrics have one home and it is not here.

use crate::{kind::JobKind, outcome::SnoozeCause};

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

/// Is called with what happens. It is on the path of jobs, so it must not wait. Methods that it does not need do nothing.
pub trait Observer: Send + Sync + 'static {
    /// A claim passed over so many lanes with waiting jobs.
    fn lanes_put_off(&self, _kind: JobKind, _why: ThrottleReason, _lanes: u64) {}
    /// A run ended in a snooze.
    fn snoozed(&self, _kind: JobKind, _cause: SnoozeCause) {}
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
