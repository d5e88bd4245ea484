//! Payload of `cancel-adjustment`: the recorded webhook that holds the facts of a refund or a cancellation.

use domain::LogId;
use serde::{Deserialize, Serialize};

use super::{Payload, WebhookPayload};
use crate::kind::JobKind;

/// Moves the ledger to what an order's facts say, after a refund or a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelAdjustment {
    /// The row of `api_logs` that holds the message's facts. The merchant is the job's lane.
    pub log_id: LogId,
}

impl Payload for CancelAdjustment {
    const KIND: JobKind = JobKind::CancelAdjustment;
    const VERSION: u16 = 1;
}

impl WebhookPayload for CancelAdjustment {
    fn of_webhook(log_id: LogId) -> Self {
        Self { log_id }
    }
}
