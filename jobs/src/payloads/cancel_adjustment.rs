//! Payload of `cancel-adjustment`: which recorded webhook to take the facts from.

use domain::LogId;
use serde::{Deserialize, Serialize};

use super::Payload;
use crate::kind::JobKind;

/// Bring the ledger to what an order says, after a refund or a cancellation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelAdjustment {
    /// The row of `api_logs` that holds the message's facts. The merchant is the job's lane.
    pub log_id: LogId,
}

impl Payload for CancelAdjustment {
    const KIND: JobKind = JobKind::CancelAdjustment;
    const VERSION: u16 = 1;
}
