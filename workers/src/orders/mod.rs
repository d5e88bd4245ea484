//! Moves the ledger to what the orders' facts say, for many webhooks in one transaction.
//!
//! Every order message ends here, whatever its topic: state decides, so redelivery and disorder cannot matter.
//! The rules are `domain`'s; this loads what they need, lets them decide, and writes what they decided.

mod accounts;
mod batch;
mod rows;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::{LogId, MerchantId};
use platform::clock::SharedClock;
use platform::ids::Ids;
use platform::metrics;
use store::crypto::Keys;
use store::{Store, StoreError};

use crate::batch::Work;

/// How often a batch that lost a race is tried at once before its jobs go back to the queue.
const CONFLICT_TRIES_MAX: u32 = 4;

/// A recorded webhook whose order is to be settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderWebhook {
    /// Whose.
    pub merchant_id: MerchantId,
    /// The record.
    pub log_id: LogId,
    /// Which attempt of its job this is, from 1.
    pub attempt: u32,
    /// When that began, by Redis' clock.
    pub started_at: DateTime<Utc>,
}

/// Why a webhook's order was not settled.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProcessError {
    /// It cannot be: the record is wrong, not the moment.
    #[error("{0}")]
    Unusable(String),
    /// PostgreSQL is away.
    #[error("PostgreSQL is not available: {0}")]
    Unavailable(Arc<StoreError>),
    /// Lost every race, or refused; the policy says when to try again.
    #[error("the ledger was not written: {0}")]
    Failed(Arc<StoreError>),
}

/// Settles orders; give it to a [`Batcher`](crate::batch::Batcher).
#[derive(Debug)]
pub struct OrderProcessor {
    /// The database.
    pub store: Store,
    /// Keys for personal data.
    pub keys: Keys,
    /// Now.
    pub clock: SharedClock,
    /// New ids.
    pub ids: Arc<Ids>,
    /// Name of this process among the workers.
    pub worker: String,
}

impl Work for OrderProcessor {
    type Item = OrderWebhook;
    type Answer = Result<(), ProcessError>;

    async fn run(&self, items: Vec<OrderWebhook>) -> Vec<Self::Answer> {
        metrics::jobs_batch_rows("ledger", items.len() as f64);
        match self.process_batch(&items).await {
            Ok(answers) => answers,
            Err(StoreError::Unavailable(error)) => {
                vec![Err(ProcessError::Unavailable(Arc::new(StoreError::Unavailable(error)))); items.len()]
            }
            Err(error) if items.len() == 1 => vec![Err(ProcessError::Failed(Arc::new(error)))],
            // One poison row must fail alone.
            Err(error) => {
                tracing::warn!(
                    rows = items.len(),
                    error = &error as &dyn std::error::Error,
                    "batch failed, settling one by one"
                );
                self.process_individually(&items).await
            }
        }
    }
}

impl OrderProcessor {
    async fn process_batch(&self, items: &[OrderWebhook]) -> Result<Vec<Result<(), ProcessError>>, StoreError> {
        let mut tries = 1;
        loop {
            match batch::process(self, items).await {
                Err(StoreError::Conflict(_)) if tries < CONFLICT_TRIES_MAX => tries += 1,
                settled => return settled,
            }
        }
    }

    async fn process_individually(&self, items: &[OrderWebhook]) -> Vec<Result<(), ProcessError>> {
        let mut answers = Vec::with_capacity(items.len());
        for item in items {
            let answer = match self.process_batch(std::slice::from_ref(item)).await {
                Ok(mut answer) => answer.pop().unwrap_or(Ok(())),
                Err(error @ StoreError::Unavailable(_)) => Err(ProcessError::Unavailable(Arc::new(error))),
                Err(error) => Err(ProcessError::Failed(Arc::new(error))),
            };
            answers.push(answer);
        }
        answers
    }
}
