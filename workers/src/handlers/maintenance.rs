//! `maintenance`: a tick of one of the platform's own tasks.

use std::time::Duration;

use apalis::prelude::Data;
use jobs::{Job, JobError, Maintenance};
use store::StoreError;

use crate::maintenance::{Interrupted, Maintainer};

/// How long a task waits while PostgreSQL is unavailable, and after its worker stopped.
const AGAIN_SNOOZE: Duration = Duration::from_secs(5);

/// Does the task of a tick, unless it has been done before.
pub(crate) async fn maintenance(job: Job<Maintenance>, maintainer: Data<Maintainer>) -> Result<(), JobError> {
    match maintainer.run(job.context.job_id.as_str(), &job.payload).await {
        Ok(()) => Ok(()),
        Err(stopping @ Interrupted::Stopping) => Err(JobError::snooze(AGAIN_SNOOZE, stopping.to_string())),
        Err(Interrupted::Store(StoreError::Unavailable(_))) => {
            Err(JobError::snooze(AGAIN_SNOOZE, "PostgreSQL is unavailable").class("postgres_unavailable"))
        }
        Err(Interrupted::Store(error)) => {
            let class = super::class(&error);
            Err(JobError::retry(error).class(class))
        }
    }
}
