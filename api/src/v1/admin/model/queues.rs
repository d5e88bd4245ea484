//! Queues, their figures and settings. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{Enum, Object};

use super::shared::{Change, Percentiles, Rate};
use super::snapshot::QueueNow;
use crate::v1::OkStatus;

/// All queues. Computed at most once in 5 seconds for each span.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Queues {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) span: Span,
    /// Worst first.
    pub(crate) queues: Vec<QueueRow>,
}

/// A row of the queues' table.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueRow {
    pub(crate) now: QueueNow,
    pub(crate) window: QueueWindow,
    /// Waiting jobs of paused lanes, or all if the queue is paused.
    pub(crate) paused_jobs: u64,
    /// Done per second: 16 values.
    pub(crate) spark: Vec<Option<f64>>,
    /// Objective: age of the oldest waiting job.
    pub(crate) oldest_limit_ms: Option<u64>,
}

/// A queue in a span of time.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueWindow {
    /// The time really looked at: less on a young queue; 0: nothing is known.
    pub(crate) covered_ms: u64,
    pub(crate) enqueued: u64,
    pub(crate) done: u64,
    pub(crate) retried: u64,
    pub(crate) snoozed: u64,
    pub(crate) cancelled: u64,
    pub(crate) dead: u64,
    pub(crate) rescued: u64,
    pub(crate) wait: Option<Percentiles>,
    pub(crate) run: Option<Percentiles>,
}

/// One queue.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Queue {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) span: Span,
    pub(crate) queue: QueueRow,
    pub(crate) settings: QueueSettings,
    pub(crate) policy: QueuePolicy,
    /// Lanes with waiting jobs.
    pub(crate) active_lanes: u64,
    /// Jobs refused because their key was taken.
    pub(crate) deduplicated_total: u64,
    /// Settlements that came after the lease was lost.
    pub(crate) stale_total: u64,
}

/// What is set of a queue. `revision` goes into `if_revision` of a change.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueSettings {
    pub(crate) revision: String,
    pub(crate) paused: bool,
    /// Jobs that run at once in the whole cluster.
    pub(crate) cap: Option<u64>,
    /// Starts of each lane without a rate of its own.
    pub(crate) lane_rate: Option<Rate>,
    /// Jobs at once of each lane without a cap of its own.
    pub(crate) lane_cap: Option<u64>,
    pub(crate) paused_by: Option<Change>,
}

/// How the kind is run, as its code says.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueuePolicy {
    pub(crate) attempts: u64,
    pub(crate) backoff_base_ms: u64,
    pub(crate) backoff_factor: u64,
    pub(crate) backoff_cap_ms: u64,
    pub(crate) timeout_ms: u64,
    pub(crate) lease_ms: u64,
    /// Of one worker.
    pub(crate) concurrency: u64,
    /// The version written now.
    pub(crate) payload_version: u64,
}

/// Null: any rate.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueSettingsChangeLaneRate {
    /// Microseconds in which one token comes back.
    pub(crate) interval_us: u64,
    /// Tokens of a full bucket.
    pub(crate) burst: u64,
}

/// What is to be changed: absent stays as it is, null takes the setting away.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueSettingsChange {
    /// Refused with 409 if the settings are of another revision.
    #[oai(validator(max_length = 64))]
    pub(crate) if_revision: String,
    pub(crate) paused: Option<bool>,
    /// Null: any number.
    pub(crate) cap: MaybeUndefined<u64>,
    /// Null: any rate.
    pub(crate) lane_rate: MaybeUndefined<QueueSettingsChangeLaneRate>,
    /// Null: any number.
    pub(crate) lane_cap: MaybeUndefined<u64>,
    /// For the audit log.
    #[oai(validator(max_length = 500))]
    pub(crate) reason: Option<String>,
}

/// What is set now.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueSettingsChanged {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) settings: QueueSettings,
}

/// The span of time that figures are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Span {
    #[oai(rename = "minute")]
    Minute,
    #[oai(rename = "hour")]
    Hour,
    #[oai(rename = "day")]
    Day,
}
