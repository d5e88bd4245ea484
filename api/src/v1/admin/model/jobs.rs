//! Lists of jobs, and what they are searched by. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::shared::{Change, Searched};
use crate::v1::OkStatus;

/// A job in a list.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Job {
    pub(crate) job_id: String,
    pub(crate) queue: String,
    pub(crate) lane: String,
    pub(crate) state: JobState,
    /// Whether its lane or queue is paused.
    pub(crate) paused: bool,
    /// Runs begun.
    pub(crate) attempts: u64,
    pub(crate) max_attempts: u64,
    pub(crate) rescues: u64,
    pub(crate) enqueued_at: DateTime<Utc>,
    /// When it came into its state; lists are sorted by it.
    pub(crate) at: DateTime<Utc>,
    pub(crate) shop: Option<String>,
    /// Of its webhook.
    pub(crate) topic: Option<String>,
    pub(crate) delay: Option<Delay>,
    pub(crate) due_at: Option<DateTime<Utc>>,
    pub(crate) worker: Option<String>,
    pub(crate) lease_ends_at: Option<DateTime<Utc>>,
    /// Of the last run, or so far.
    pub(crate) wait_ms: Option<u64>,
    /// Of the last run, or so far.
    pub(crate) run_ms: Option<u64>,
    pub(crate) error_class: Option<String>,
    /// Begin of the last error.
    pub(crate) error: Option<String>,
    pub(crate) paused_by: Option<Change>,
    /// When it was enqueued again after it died.
    pub(crate) replayed_at: Option<DateTime<Utc>>,
}

/// A page of jobs, newest first by `at`. A page may be short, or empty, and not be the last: see `searched`.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Jobs {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) searched: Searched,
    /// Of the next page; absent: this was the last.
    pub(crate) next_cursor: Option<String>,
}

/// Where a job is. `delayed`: until its time comes (first run, retry or snooze, see `delay`). `done`, `cancelled`: from history. A job of a paused lane or queue is `waiting` with `paused`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum JobState {
    #[oai(rename = "waiting")]
    Waiting,
    #[oai(rename = "delayed")]
    Delayed,
    #[oai(rename = "running")]
    Running,
    #[oai(rename = "done")]
    Done,
    #[oai(rename = "dead")]
    Dead,
    #[oai(rename = "cancelled")]
    Cancelled,
}

/// Why a delayed job is delayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Delay {
    #[oai(rename = "first_run")]
    FirstRun,
    #[oai(rename = "retry")]
    Retry,
    #[oai(rename = "snooze")]
    Snooze,
}

/// How an attempt ended; `rescued`: its worker lost its heartbeat, the lease expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Outcome {
    #[oai(rename = "done")]
    Done,
    #[oai(rename = "retried")]
    Retried,
    #[oai(rename = "snoozed")]
    Snoozed,
    #[oai(rename = "rescued")]
    Rescued,
    #[oai(rename = "cancelled")]
    Cancelled,
    #[oai(rename = "dead")]
    Dead,
}

/// Which jobs: all conditions must hold; several values of one condition are alternatives.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobFilter {
    #[oai(validator(max_items = 6))]
    pub(crate) state: Option<Vec<JobState>>,
    /// Only jobs of paused lanes or queues.
    pub(crate) paused: Option<bool>,
    #[oai(validator(max_items = 20))]
    pub(crate) kind: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) not_kind: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) shop: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) not_shop: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) topic: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) not_topic: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) class: Option<Vec<String>>,
    #[oai(validator(max_items = 20))]
    pub(crate) not_class: Option<Vec<String>>,
    #[oai(validator(max_items = 500))]
    pub(crate) id: Option<Vec<String>>,
    pub(crate) attempts_min: Option<u64>,
    pub(crate) attempts_max: Option<u64>,
    /// Came into its state at or after.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Came into its state before.
    pub(crate) before: Option<DateTime<Utc>>,
    #[oai(validator(max_items = 10))]
    pub(crate) field: Option<Vec<String>>,
    /// Words in the error in any order, "phrases", -exclusions.
    #[oai(validator(max_length = 300))]
    pub(crate) text: Option<String>,
    /// Dead letters: those that were replayed, too.
    pub(crate) replayed: Option<bool>,
}

/// What matches a filter, by state and by class of error: the most frequent 20.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Facets {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) states: Vec<StateCount>,
    pub(crate) errors: Vec<ErrorGroup>,
    pub(crate) searched: Searched,
}

/// A state, or `paused`, which is counted among the waiting ones, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum StateCountState {
    #[oai(rename = "waiting")]
    Waiting,
    #[oai(rename = "delayed")]
    Delayed,
    #[oai(rename = "running")]
    Running,
    #[oai(rename = "paused")]
    Paused,
    #[oai(rename = "done")]
    Done,
    #[oai(rename = "dead")]
    Dead,
    #[oai(rename = "cancelled")]
    Cancelled,
}

/// How many jobs of a state match.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct StateCount {
    /// A state, or `paused`, which is counted among the waiting ones, too.
    pub(crate) state: StateCountState,
    pub(crate) count: u64,
    /// False: at least so many.
    pub(crate) exact: bool,
}

/// Jobs that failed with errors of one class.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct ErrorGroup {
    pub(crate) error_class: String,
    pub(crate) outcome: Outcome,
    pub(crate) count: u64,
    /// False: at least so many.
    pub(crate) exact: bool,
    pub(crate) last_at: DateTime<Utc>,
    /// Counts over the filter's time, or the last 24 hours, in 12 parts.
    pub(crate) buckets: Vec<u64>,
}

/// A value.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct SuggestionsValuesItem {
    pub(crate) value: String,
    /// Jobs with it, where that is known.
    pub(crate) count: Option<u64>,
}

/// Values of a qualifier.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Suggestions {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) values: Vec<SuggestionsValuesItem>,
    /// Values there are, where that is known.
    pub(crate) total: Option<u64>,
}
