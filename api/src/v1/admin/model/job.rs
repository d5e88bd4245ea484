//! One job, its attempts and its payload. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

use super::jobs::{Job, JobState, Outcome};
use super::webhooks::WebhookStatus;
use crate::v1::OkStatus;

/// Other jobs of the shop with the same class of error in the last hour.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobDetailAlike {
    pub(crate) count: u64,
    pub(crate) exact: bool,
}

/// All that is known of a job.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobDetail {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) at: DateTime<Utc>,
    pub(crate) job: Job,
    pub(crate) payload: Payload,
    /// What fits its state, whoever asks.
    pub(crate) actions: Vec<JobAction>,
    pub(crate) snoozes: u64,
    pub(crate) children: Vec<JobLink>,
    /// The last error and its causes, outermost first.
    pub(crate) error_chain: Option<Vec<String>>,
    pub(crate) parent: Option<JobLink>,
    pub(crate) webhook: Option<WebhookLink>,
    pub(crate) trace_id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    /// Other jobs of the shop with the same class of error in the last hour.
    pub(crate) alike: Option<JobDetailAlike>,
}

/// `hidden`: the right is missing. `masked`: personal values are replaced by null, see `masked`. `full`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum PayloadVisibility {
    #[oai(rename = "hidden")]
    Hidden,
    #[oai(rename = "masked")]
    Masked,
    #[oai(rename = "full")]
    Full,
}

/// The payload of a job, as far as the caller may see it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Payload {
    pub(crate) version: u64,
    pub(crate) bytes: u64,
    /// `hidden`: the right is missing. `masked`: personal values are replaced by null, see `masked`. `full`.
    pub(crate) visibility: PayloadVisibility,
    pub(crate) masked: Vec<PayloadField>,
    /// The payload as JSON text: integers may exceed 2^53.
    pub(crate) json: Option<String>,
}

/// A personal value that is hidden.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct PayloadField {
    /// JSON pointer.
    pub(crate) path: String,
}

/// A job that caused this one, or that it caused.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobLink {
    pub(crate) job_id: String,
    pub(crate) queue: String,
    pub(crate) lane: String,
    pub(crate) state: Option<JobState>,
}

/// The webhook a job is about.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct WebhookLink {
    pub(crate) merchant_id: String,
    pub(crate) log_id: String,
    pub(crate) topic: String,
    pub(crate) status: WebhookStatus,
    pub(crate) created_at: DateTime<Utc>,
}

/// One run of a job.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Attempt {
    /// From 1.
    pub(crate) attempt: u64,
    /// False: given back, as with a snooze.
    pub(crate) counted: bool,
    pub(crate) outcome: Outcome,
    pub(crate) worker: String,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) attempt_id: Option<String>,
    /// Absent: it runs.
    pub(crate) finished_at: Option<DateTime<Utc>>,
    pub(crate) waited_ms: Option<u64>,
    pub(crate) error_class: Option<String>,
    /// Outermost first.
    pub(crate) error_chain: Option<Vec<String>>,
    pub(crate) trace_id: Option<String>,
}

/// Attempts, newest first.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Attempts {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) next_cursor: Option<String>,
}

/// What to do to a job.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobActionRequest {
    pub(crate) action: JobAction,
    /// Refused with 409 if the job has moved on.
    pub(crate) expected_state: JobState,
    /// For the audit log.
    #[oai(validator(max_length = 500))]
    pub(crate) reason: Option<String>,
}

/// What can be done to one job. `retry`: dead, waits again with all attempts. `run_now`: delayed, waits now. `move_to_dead`, `delete`: waiting or delayed (`delete`: dead, too). `cancel`: running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum JobAction {
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

/// The job after an action; absent: it is deleted.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct JobChanged {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) job: Option<Job>,
}

/// A payload as text.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct PayloadText {
    /// JSON text.
    #[oai(validator(max_length = 16384, min_length = 2))]
    pub(crate) json: String,
}

/// Whether the kind takes it.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct PayloadChecked {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) valid: bool,
    pub(crate) issues: Vec<Issue>,
}

/// A new payload.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct PayloadEdit {
    /// JSON text.
    #[oai(validator(max_length = 16384, min_length = 2))]
    pub(crate) json: String,
    pub(crate) expected_state: JobState,
    /// Whether the job is retried (dead) or run (delayed) at once.
    pub(crate) retry: bool,
    /// For the audit log.
    #[oai(validator(max_length = 500))]
    pub(crate) reason: Option<String>,
}

/// What is wrong with one field or one line.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Issue {
    /// For people, English.
    pub(crate) message: String,
    /// JSON pointer of the field.
    pub(crate) path: Option<String>,
    /// Line of the text, from 1.
    pub(crate) line: Option<u64>,
    /// A name that was probably meant.
    pub(crate) suggestion: Option<String>,
}
