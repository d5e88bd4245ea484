//! One module for each kind of the catalogue, named like the kind's payload. Its function `handle` chooses the job's outcome;
//! what it does stands elsewhere.

use std::sync::Arc;
use std::time::Duration;

use domain::LogId;
use jobs::{BoxError, JobContext, JobError};
use store::StoreError;

use crate::batch::Unanswered;
use crate::env::WorkerEnv;
use crate::orders::{OrderWebhook, ProcessError};

macro_rules! define_handlers {
    ($($module:ident::$payload:ident($($entry:tt)*);)*) => {
        $(pub mod $module;)*
    };
}

jobs::catalogue!(define_handlers);

/// How long a job waits while PostgreSQL is unavailable. Short, since the attempt is not counted.
const UNAVAILABLE_SNOOZE: Duration = Duration::from_secs(1);

/// Processes the order of a recorded webhook, together with whatever else is waiting.
async fn process_order(log_id: &LogId, context: &JobContext, env: &WorkerEnv) -> Result<(), JobError> {
    let item = OrderWebhook {
        merchant_id: context.merchant()?,
        log_id: log_id.clone(),
        attempt: context.attempt,
        started_at: context.claimed_at(),
    };
    match env.orders.submit(item).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(ProcessError::Unavailable(_))) => {
            Err(JobError::snooze(UNAVAILABLE_SNOOZE, "PostgreSQL is unavailable").class("postgres_unavailable"))
        }
        Ok(Err(error @ ProcessError::Deferred)) => {
            Err(JobError::snooze(UNAVAILABLE_SNOOZE, error.to_string()).class("postgres_timeout"))
        }
        Ok(Err(ProcessError::Unusable(refusal))) => {
            let class = refusal.class;
            Err(JobError::fail(ProcessError::Unusable(refusal)).class(class))
        }
        Ok(Err(ProcessError::Failed(error))) => Err(store_error(&Arc::clone(&error), ProcessError::Failed(error))),
        Err(error @ Unanswered) => Err(JobError::retry(error).class("unanswered")),
    }
}

/// Returns the outcome of a job that failed by that error of the store, which `shown` reports: dead at once where the error is
/// permanent, otherwise retried.
fn store_error(error: &StoreError, shown: impl Into<BoxError>) -> JobError {
    let outcome = match error.is_permanent() {
        true => JobError::fail(shown),
        false => JobError::retry(shown),
    };
    outcome.class(class(error))
}

/// Returns the class of the error, by which attempts and dead letters are counted and searched.
fn class(error: &StoreError) -> &'static str {
    match error {
        StoreError::Unavailable(_) => "postgres_unavailable",
        StoreError::Timeout(_) => "postgres_timeout",
        StoreError::Conflict(_) => "postgres_conflict",
        StoreError::Refused { .. } => "postgres_refused",
        StoreError::Corrupt { .. } => "corrupt_row",
        StoreError::Other(_) => "postgres_error",
    }
}
