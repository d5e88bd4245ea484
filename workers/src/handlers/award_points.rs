//! `award-points`: an order was created, paid or updated, so its points follow.

use apalis::prelude::Data;
use jobs::{AwardPoints, Job, JobError};

use crate::batch::Batcher;
use crate::orders::OrderProcessor;

/// Settles the order of the job's webhook.
///
/// # Errors
/// What becomes of the job, when it was not settled.
pub async fn award_points(job: Job<AwardPoints>, orders: Data<Batcher<OrderProcessor>>) -> Result<(), JobError> {
    super::process(job.payload.log_id, &job.context, &orders).await
}
