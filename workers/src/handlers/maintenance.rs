//! `maintenance`: a tick of one of the platform's own tasks.

use std::time::Duration;

use apalis::prelude::Data;
use jobs::{Job, JobError, Maintenance};

use crate::maintenance::{Interrupted, Maintainer};

/// Wait while PostgreSQL is away, and of a task that a stopping worker left.
const AGAIN_SNOOZE: Duration = Duration::from_secs(5);

/// Does the task, unless this tick's has been done.
pub(crate) async fn maintenance(job: Job<Maintenance>, maintainer: Data<Maintainer>) -> Result<(), JobError> {
    match maintainer.run(job.context.job_id.as_str(), &job.payload).await {
        Ok(()) => Ok(()),
        Err(stopping @ Interrupted::Stopping) => Err(JobError::snooze(AGAIN_SNOOZE, stopping.to_string())),
        Err(Interrupted::Store(error)) if error.is_transient() => {
            Err(JobError::snooze(AGAIN_SNOOZE, "PostgreSQL is not available"))
        }
        Err(error @ Interrupted::Store(_)) => Err(JobError::retry(error)),
    }
}
