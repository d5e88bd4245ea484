//! The overview and the charts. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::Object;

use super::audit::AuditEntry;
use super::circuits::Circuit;
use super::snapshot::{Problem, Snapshot};
use super::workers::WorkerState;
use crate::v1::OkStatus;

/// The problem that ended last.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct OverviewLastProblem {
    pub(crate) problem: Problem,
    pub(crate) ended_at: DateTime<Utc>,
}

/// What the overview shows beside the queues' table. Computed at most once in 5 seconds.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Overview {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    /// The newest one, so that the page is complete before the stream is open.
    pub(crate) snapshot: Snapshot,
    pub(crate) sparks: Sparks,
    /// The worst five.
    pub(crate) workers: Vec<WorkerBrief>,
    /// The worst five.
    pub(crate) circuits: Vec<Circuit>,
    /// The latest five.
    pub(crate) audit: Vec<AuditEntry>,
    /// The problem that ended last.
    pub(crate) last_problem: Option<OverviewLastProblem>,
}

/// Sparklines of the span: 16 values each, oldest first; null: unknown.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Sparks {
    pub(crate) done: Vec<Option<f64>>,
    pub(crate) waiting: Vec<Option<f64>>,
    pub(crate) oldest_age_ms: Vec<Option<f64>>,
    pub(crate) running: Vec<Option<f64>>,
    pub(crate) dead: Vec<Option<f64>>,
    pub(crate) commit_p99_us: Vec<Option<f64>>,
}

/// A worker in short.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct WorkerBrief {
    pub(crate) worker: String,
    pub(crate) host: String,
    pub(crate) version: String,
    pub(crate) state: WorkerState,
    /// Since its last heartbeat.
    pub(crate) silent_ms: u64,
    pub(crate) running: u64,
    pub(crate) slots: u64,
    pub(crate) queues: Vec<String>,
}
