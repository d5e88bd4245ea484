//! What several resources share. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use super::jobs::JobState;
use crate::v1::OkStatus;

/// Who did something. The system itself has the id `system`.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Actor {
    /// Stable id.
    pub(crate) id: String,
    /// For people.
    pub(crate) name: String,
}

/// What another person did meanwhile.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Change {
    pub(crate) actor: Actor,
    pub(crate) at: DateTime<Utc>,
    /// Code of the action, see AuditEntry.
    pub(crate) action: String,
    /// The state the job is in now.
    pub(crate) state: Option<JobState>,
}

/// How long things took, in microseconds. `p50_us`...`p99_us` are accurate to 12.5 %, those of lanes to 50 %.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Percentiles {
    /// Of how many.
    pub(crate) count: u64,
    pub(crate) p50_us: u64,
    pub(crate) p95_us: u64,
    pub(crate) p99_us: u64,
}

/// A token bucket: a token comes back each `interval_us`, at most `burst` at once.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Rate {
    /// Microseconds in which one token comes back.
    pub(crate) interval_us: u64,
    /// Tokens of a full bucket.
    pub(crate) burst: u64,
}

/// How far a search looked, so that the reader knows what the answer does not say.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Searched {
    /// Rows looked at.
    pub(crate) rows: u64,
    /// Time it took.
    pub(crate) took_ms: u64,
    /// Whether all that could match was looked at. If not, `next_cursor` goes on.
    pub(crate) complete: bool,
    /// Everything newer than this was looked at.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Names a job.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobRef {
    pub(crate) queue: String,
    /// The merchant, or the platform's lane.
    pub(crate) lane: String,
    pub(crate) job_id: String,
}

/// Nothing else to say.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Done {
    /// Always `ok`.
    pub(crate) status: OkStatus,
}
