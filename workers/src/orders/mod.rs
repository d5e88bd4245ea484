//! Moves the ledger to what the orders' facts say, for many webhooks in one transaction.
//!
//! Every order message ends here, whatever its topic: state decides, so redelivery and disorder cannot matter.
//! The rules are `domain`'s; this loads what they need, lets them decide, and writes what they decided.

mod accounts;
mod batch;
mod contacts;
mod refusal;
mod rows;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{LogId, MerchantId};
use platform::clock::SharedClock;
use platform::ids::Ids;
use platform::metrics;
use store::crypto::{EmailIndex, KeyRing};
use store::{Store, StoreError};
use tokio::time::Instant;

use crate::batch::Work;
use batch::Refused;
pub use refusal::Refusal;

/// How often a batch that lost a race is tried at once before its jobs go back to the queue.
const CONFLICT_TRIES_MAX: u32 = 4;
/// From this attempt on a job is processed alone: what failed twice may fail again, and must not fail a batch each time.
const ALONE_FROM_ATTEMPT: u32 = 3;
/// Longest that a statement about one order may take. Such a statement needs milliseconds, and the rest of its batch waits.
const ALONE_STATEMENT_TIMEOUT: Duration = Duration::from_secs(3);
/// After this no further job of a batch is begun alone; the rest is given back. With the timeout of the batch's own statement
/// before it, and that of the last job's after it, this stays within the time that the kind's policy allows a run.
const ALONE_TIME_MAX: Duration = Duration::from_secs(5);

/// A recorded webhook whose order is to be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderWebhook {
    /// The merchant that the webhook is about.
    pub merchant_id: MerchantId,
    /// The webhook's record.
    pub log_id: LogId,
    /// Which attempt of its job this is, from 1.
    pub attempt: u32,
    /// When the attempt began, by Redis' clock.
    pub started_at: DateTime<Utc>,
}

/// Why a webhook's order was not processed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProcessError {
    /// It can never be processed: what is stored must be corrected first.
    #[error("{0}")]
    Unusable(Refusal),
    /// PostgreSQL is unavailable.
    #[error("PostgreSQL is unavailable: {0}")]
    Unavailable(Arc<StoreError>),
    /// It was not tried, since other jobs of its batch took too long. The attempt does not count.
    #[error("other jobs of the batch took too long")]
    Deferred,
    /// The transaction failed. [`StoreError::is_permanent`] says whether it would fail again.
    #[error("the ledger was not written: {0}")]
    Failed(Arc<StoreError>),
}

/// Processes orders, as the work of a [`Batcher`](crate::batch::Batcher).
#[derive(Debug)]
pub struct OrderProcessor {
    /// The database.
    pub store: Store,
    /// The keys of encrypted columns.
    pub keys: KeyRing,
    /// The blind index of e-mail addresses.
    pub email_index: EmailIndex,
    /// The source of the current time.
    pub clock: SharedClock,
    /// The source of new ids.
    pub ids: Arc<Ids>,
    /// The name of this process among the workers.
    pub worker: String,
}

impl Work for OrderProcessor {
    type Item = OrderWebhook;
    type Answer = Result<(), ProcessError>;

    async fn run(&self, items: Vec<OrderWebhook>) -> Vec<Self::Answer> {
        metrics::jobs_batch_rows("ledger", items.len() as f64);
        let (mut alone, together): (Vec<usize>, Vec<usize>) =
            (0..items.len()).partition(|index| items[*index].attempt >= ALONE_FROM_ATTEMPT);
        let mut answers = vec![Err(ProcessError::Deferred); items.len()];
        match self.process_batch(&items, &together, None).await {
            Ok(refused) => answer(&mut answers, &together, refused),
            Err(error @ StoreError::Unavailable(_)) => {
                return vec![Err(ProcessError::Unavailable(Arc::new(error))); items.len()];
            }
            Err(error) if together.len() == 1 => {
                let error = Arc::new(error);
                together.iter().for_each(|index| answers[*index] = Err(ProcessError::Failed(Arc::clone(&error))));
            }
            // One poison row must fail alone.
            Err(error) => {
                tracing::warn!(
                    rows = together.len(),
                    error = &error as &dyn std::error::Error,
                    "batch failed, processing its jobs one by one"
                );
                alone.splice(0..0, together);
            }
        }
        self.process_individually(&items, &alone, &mut answers).await;
        answers
    }
}

/// Notes that the orders of `processed` are, except those that were refused.
fn answer(answers: &mut [Result<(), ProcessError>], processed: &[usize], refused: Refused) {
    processed.iter().for_each(|index| answers[*index] = Ok(()));
    refused.into_iter().for_each(|(index, reason)| answers[index] = Err(ProcessError::Unusable(reason)));
}

impl OrderProcessor {
    /// Processes the `wanted` ones of `items` in one transaction. Returns those that were refused.
    async fn process_batch(
        &self,
        items: &[OrderWebhook],
        wanted: &[usize],
        statement_timeout: Option<Duration>,
    ) -> Result<Refused, StoreError> {
        let mut tries = 1;
        loop {
            match batch::process(self, items, wanted, statement_timeout).await {
                Err(StoreError::Conflict(_)) if tries < CONFLICT_TRIES_MAX => tries += 1,
                processed => return processed,
            }
        }
    }

    /// Processes the `wanted` ones of `items` in a transaction each, and writes their answers. What [`ALONE_TIME_MAX`] leaves
    /// no time for keeps the answer it has.
    async fn process_individually(
        &self,
        items: &[OrderWebhook],
        wanted: &[usize],
        answers: &mut [Result<(), ProcessError>],
    ) {
        let until = Instant::now() + ALONE_TIME_MAX;
        for index in wanted {
            if Instant::now() >= until {
                return;
            }
            match self.process_batch(items, &[*index], Some(ALONE_STATEMENT_TIMEOUT)).await {
                Ok(refused) => answer(answers, &[*index], refused),
                Err(error @ StoreError::Unavailable(_)) => {
                    answers[*index] = Err(ProcessError::Unavailable(Arc::new(error)));
                }
                Err(error) => answers[*index] = Err(ProcessError::Failed(Arc::new(error))),
            }
        }
    }
}
