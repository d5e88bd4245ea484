//! What recurs. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::shared::Change;
use crate::v1::OkStatus;

/// What becomes of ticks that passed without a scheduler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum ScheduleCatchUp {
    #[oai(rename = "skip")]
    Skip,
    #[oai(rename = "once")]
    Once,
    #[oai(rename = "all")]
    All,
}

/// What recurs.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Schedule {
    pub(crate) name: String,
    /// Cron expression.
    pub(crate) schedule: String,
    /// IANA name.
    pub(crate) time_zone: String,
    /// What becomes of ticks that passed without a scheduler.
    pub(crate) catch_up: ScheduleCatchUp,
    pub(crate) paused: bool,
    /// Since it was registered.
    pub(crate) missed_ticks: u64,
    pub(crate) last_tick: Option<DateTime<Utc>>,
    pub(crate) last_state: Option<TickState>,
    /// Absent: none any more.
    pub(crate) next_tick: Option<DateTime<Utc>>,
    pub(crate) last_missed: Option<DateTime<Utc>>,
    pub(crate) paused_by: Option<Change>,
    /// Queue of its jobs.
    pub(crate) queue: Option<String>,
}

/// All schedules, by name.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Schedules {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) schedules: Vec<Schedule>,
}

/// `claimed`: decided, its job is not in Redis yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum TickState {
    #[oai(rename = "claimed")]
    Claimed,
    #[oai(rename = "enqueued")]
    Enqueued,
    #[oai(rename = "finished")]
    Finished,
    #[oai(rename = "dead")]
    Dead,
}
