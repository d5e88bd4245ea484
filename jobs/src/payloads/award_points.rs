//! Payload of `award-points`: the recorded webhook that holds the facts of an order.

use domain::LogId;
use serde::{Deserialize, Serialize};

use super::{Payload, WebhookPayload};
use crate::kind::JobKind;

/// Moves the ledger to what an order's facts say, after a message about the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwardPoints {
    /// The row of `api_logs` that holds the message's facts. The merchant is the job's lane.
    pub log_id: LogId,
}

impl Payload for AwardPoints {
    const KIND: JobKind = JobKind::AwardPoints;
    const VERSION: u16 = 1;
}

impl WebhookPayload for AwardPoints {
    fn of_webhook(log_id: LogId) -> Self {
        Self { log_id }
    }
}
