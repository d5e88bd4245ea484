//! One file per payload, of the payload's name. A handler chooses the job's outcome; what it does stands elsewhere.

mod award_points;
mod cancel_adjustment;
mod maintenance;

use std::time::Duration;

use domain::{LogId, MerchantId};
use jobs::{JobContext, JobError};
use store::StoreError;

pub use award_points::award_points;
pub use cancel_adjustment::cancel_adjustment;
pub(crate) use maintenance::maintenance;

use crate::batch::{Batcher, Unanswered};
use crate::orders::{OrderProcessor, OrderWebhook, ProcessError};

/// How long a job waits while PostgreSQL is unavailable: short, since the attempt does not count.
const UNAVAILABLE_SNOOZE: Duration = Duration::from_secs(1);

/// Settles the order of a recorded webhook, together with whatever else is waiting.
async fn process(log_id: LogId, context: &JobContext, orders: &Batcher<OrderProcessor>) -> Result<(), JobError> {
    let merchant_id = MerchantId::parse(context.lane.as_str()).map_err(JobError::fail)?;
    let item = OrderWebhook { merchant_id, log_id, attempt: context.attempt, started_at: context.claimed_at() };
    match orders.submit(item).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(ProcessError::Unavailable(_))) => {
            Err(JobError::snooze(UNAVAILABLE_SNOOZE, "PostgreSQL is unavailable").class("postgres_unavailable"))
        }
        Ok(Err(error @ ProcessError::Deferred)) => {
            Err(JobError::snooze(UNAVAILABLE_SNOOZE, error.to_string()).class("postgres_timeout"))
        }
        Ok(Err(error @ ProcessError::Unusable(_))) => Err(JobError::fail(error).class("unusable_record")),
        Ok(Err(ProcessError::Failed(error))) => {
            let class = class(&error);
            Err(JobError::retry(ProcessError::Failed(error)).class(class))
        }
        Err(error @ Unanswered) => Err(JobError::retry(error).class("unanswered")),
    }
}

/// By what the error is, for whoever counts and searches.
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
