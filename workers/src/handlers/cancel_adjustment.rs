//! `cancel-adjustment`: an order was cancelled or refunded, so its points follow.

use apalis::prelude::Data;
use jobs::{CancelAdjustment, Job, JobError};

use crate::batch::Batcher;
use crate::orders::OrderProcessor;

/// Settles the order of the job's webhook.
///
/// # Errors
/// What becomes of the job, when it was not settled.
pub async fn cancel_adjustment(
    job: Job<CancelAdjustment>,
    orders: Data<Batcher<OrderProcessor>>,
) -> Result<(), JobError> {
    super::process(job.payload.log_id, &job.context, &orders).await
}
