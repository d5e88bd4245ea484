//! Bulk operations. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::jobs::{Job, JobFilter};
use super::shared::{Actor, JobRef};
use super::snapshot::BulkProgress;
use super::webhooks::WebhookFilter;
use crate::v1::OkStatus;

/// What it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum BulkSubject {
    #[oai(rename = "jobs")]
    Jobs,
    #[oai(rename = "webhooks")]
    Webhooks,
}

/// Items of one queue.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BulkQueuesItem {
    pub(crate) queue: String,
    pub(crate) count: u64,
}

/// A bulk operation.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Bulk {
    pub(crate) bulk_id: String,
    pub(crate) action: BulkAction,
    /// What it is about.
    pub(crate) subject: BulkSubject,
    pub(crate) progress: BulkProgress,
    pub(crate) by: Actor,
    pub(crate) created_at: DateTime<Utc>,
    /// Some of the items.
    pub(crate) sample: Vec<Job>,
    pub(crate) queues: Vec<BulkQueuesItem>,
    /// When the count was made, or as far as it is.
    pub(crate) counted_at: DateTime<Utc>,
    pub(crate) jobs: Option<JobFilter>,
    pub(crate) webhooks: Option<WebhookFilter>,
    /// Number of jobs that were named one by one.
    pub(crate) refs_count: Option<u64>,
    /// How long the items will take at the limits that are set.
    pub(crate) effect_ms: Option<u64>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    pub(crate) reason: Option<String>,
    pub(crate) error: Option<String>,
}

/// A bulk operation.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BulkAnswer {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) bulk: Bulk,
}

/// Bulk operations, newest first.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BulkList {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) bulk: Vec<Bulk>,
    pub(crate) next_cursor: Option<String>,
}

/// A bulk operation to be planned: `jobs` or `webhooks` says which items.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BulkRequest {
    pub(crate) action: BulkAction,
    pub(crate) jobs: Option<JobFilter>,
    /// These jobs, instead of a filter.
    #[oai(validator(max_items = 500))]
    pub(crate) refs: Option<Vec<JobRef>>,
    pub(crate) webhooks: Option<WebhookFilter>,
    /// For the audit log.
    #[oai(validator(max_length = 500))]
    pub(crate) reason: Option<String>,
}

/// What the person has seen and confirms.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BulkConfirm {
    /// The count that was shown. Refused with 409 if it is not that of the plan.
    pub(crate) matched: u64,
    /// For the audit log.
    #[oai(validator(max_length = 500))]
    pub(crate) reason: Option<String>,
}

/// What a bulk operation does to each item. `retry` and `delete` of dead jobs concern dead letters in PostgreSQL, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum BulkAction {
    #[oai(rename = "retry")]
    Retry,
    #[oai(rename = "run_now")]
    RunNow,
    #[oai(rename = "move_to_dead")]
    MoveToDead,
    #[oai(rename = "delete")]
    Delete,
    #[oai(rename = "cancel")]
    Cancel,
}
