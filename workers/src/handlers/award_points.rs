//! `award-points`: an order was created, paid or updated, so its points follow.

use jobs::{AwardPoints, Job, JobError};

use crate::env::WorkerEnv;

/// Processes the order of the job's webhook.
///
/// # Errors
/// Returns the job's outcome where the order was not processed.
pub async fn handle(job: Job<AwardPoints>, env: &WorkerEnv) -> Result<(), JobError> {
    super::process_order(&job.payload.log_id, &job.context, env).await
}
