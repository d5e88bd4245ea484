//! Workers. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::jobs::Job;
use crate::v1::OkStatus;

/// What it serves.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct WorkerQueuesItem {
    pub(crate) queue: String,
    pub(crate) running: u64,
    pub(crate) slots: u64,
}

/// A worker process.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Worker {
    pub(crate) worker: String,
    pub(crate) host: String,
    pub(crate) version: String,
    pub(crate) state: WorkerState,
    pub(crate) seen_at: DateTime<Utc>,
    pub(crate) silent_ms: u64,
    pub(crate) running: u64,
    pub(crate) slots: u64,
    pub(crate) queues: Vec<WorkerQueuesItem>,
    pub(crate) started_at: Option<DateTime<Utc>>,
}

/// Workers seen in the last hour: lost ones first, then by name.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Workers {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) workers: Vec<Worker>,
}

/// Jobs a worker runs, the longest running first.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct WorkerJobs {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) jobs: Vec<Job>,
    pub(crate) complete: bool,
}

/// `live`; `silent`: a heartbeat is missing; `lost`: its leases expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum WorkerState {
    #[oai(rename = "live")]
    Live,
    #[oai(rename = "silent")]
    Silent,
    #[oai(rename = "lost")]
    Lost,
}
