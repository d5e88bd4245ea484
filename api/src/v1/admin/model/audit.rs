//! The audit log. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::bulk::BulkAction;
use super::jobs::JobFilter;
use super::session::Role;
use super::shared::{Actor, JobRef, Searched};
use super::webhooks::WebhookFilter;
use crate::v1::OkStatus;

/// Entries, newest first.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Audit {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) entries: Vec<AuditEntry>,
    pub(crate) searched: Searched,
    pub(crate) next_cursor: Option<String>,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum AuditEntryAction {
    #[oai(rename = "job_retry")]
    JobRetry,
    #[oai(rename = "job_run_now")]
    JobRunNow,
    #[oai(rename = "job_move_to_dead")]
    JobMoveToDead,
    #[oai(rename = "job_delete")]
    JobDelete,
    #[oai(rename = "job_cancel")]
    JobCancel,
    #[oai(rename = "job_edit")]
    JobEdit,
    #[oai(rename = "payload_reveal")]
    PayloadReveal,
    #[oai(rename = "webhook_retry")]
    WebhookRetry,
    #[oai(rename = "webhook_body_read")]
    WebhookBodyRead,
    #[oai(rename = "bulk_plan")]
    BulkPlan,
    #[oai(rename = "bulk_confirm")]
    BulkConfirm,
    #[oai(rename = "bulk_cancel")]
    BulkCancel,
    #[oai(rename = "bulk_done")]
    BulkDone,
    #[oai(rename = "queue_pause")]
    QueuePause,
    #[oai(rename = "queue_resume")]
    QueueResume,
    #[oai(rename = "queue_settings")]
    QueueSettings,
    #[oai(rename = "lane_pause")]
    LanePause,
    #[oai(rename = "lane_resume")]
    LaneResume,
    #[oai(rename = "lane_settings")]
    LaneSettings,
    #[oai(rename = "schedule_pause")]
    SchedulePause,
    #[oai(rename = "schedule_resume")]
    ScheduleResume,
    #[oai(rename = "schedule_run")]
    ScheduleRun,
    #[oai(rename = "circuit_close")]
    CircuitClose,
    #[oai(rename = "sign_in")]
    SignIn,
    #[oai(rename = "sign_out")]
    SignOut,
    #[oai(rename = "sign_in_refused")]
    SignInRefused,
    #[oai(rename = "deploy")]
    Deploy,
}

/// `partial`: some items were skipped or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum AuditEntryOutcome {
    #[oai(rename = "done")]
    Done,
    #[oai(rename = "partial")]
    Partial,
    #[oai(rename = "refused")]
    Refused,
}

/// Who did what.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct AuditEntry {
    pub(crate) audit_id: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) actor: Actor,
    /// What was done.
    pub(crate) action: AuditEntryAction,
    /// `partial`: some items were skipped or failed.
    pub(crate) outcome: AuditEntryOutcome,
    pub(crate) role: Option<Role>,
    pub(crate) queue: Option<String>,
    pub(crate) shop: Option<String>,
    pub(crate) job: Option<JobRef>,
    /// Name of the schedule, circuit, worker version or webhook.
    pub(crate) target: Option<String>,
    pub(crate) bulk_id: Option<String>,
    /// Filter of a bulk operation.
    pub(crate) jobs: Option<JobFilter>,
    pub(crate) webhooks: Option<WebhookFilter>,
    pub(crate) bulk_action: Option<BulkAction>,
    /// How many items.
    pub(crate) count: Option<u64>,
    pub(crate) reason: Option<String>,
    /// Settings before, JSON text.
    pub(crate) before: Option<String>,
    /// Settings after, JSON text.
    pub(crate) after: Option<String>,
    pub(crate) request_id: Option<String>,
}
