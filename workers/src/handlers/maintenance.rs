//! `maintenance`: a tick of one of the platform's own tasks.

use std::sync::Arc;
use std::time::Duration;

use jobs::{Job, JobError, Maintenance, SnoozeCause};
use store::StoreError;

use crate::env::WorkerEnv;
use crate::maintenance::Interrupted;

/// How long a task waits while PostgreSQL is unavailable, or that a stopping worker left.
const AGAIN_SNOOZE: Duration = Duration::from_secs(5);

/// Runs the task, unless it has been run for this tick.
///
/// # Errors
/// Returns the job's outcome where the task did not come to its end.
pub async fn handle(job: Job<Maintenance>, env: &WorkerEnv) -> Result<(), JobError> {
    match env.maintainer.run(job.context.job_id.as_str(), &job.payload).await {
        Ok(()) => Ok(()),
        Err(unfinished @ (Interrupted::Stopping | Interrupted::HandingOver | Interrupted::OtherRun)) => {
            Err(JobError::snooze_for(SnoozeCause::Unfinished, AGAIN_SNOOZE, unfinished.to_string()))
        }
        Err(Interrupted::Store(StoreError::Unavailable(_))) => {
            Err(JobError::snooze(AGAIN_SNOOZE, "PostgreSQL is unavailable").class("postgres_unavailable"))
        }
        Err(Interrupted::Store(error)) => {
            let error = Arc::new(error);
            Err(super::store_error(&error, Arc::clone(&error)))
        }
    }
}
