//! Keeps attempts and dead letters in PostgreSQL, where they can be searched after Redis has forgotten them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{LogId, MerchantId};
use futures::FutureExt;
use futures::future::BoxFuture;
use jobs::{AttemptRecord, AttemptSink, BoxError, DeadLetter, JobContext, OutcomeKind, Reason};
use platform::ids::Ids;
use serde::Deserialize;
use store::jobs::{AttemptRow, DeadLetterRow};
use store::{Store, StoreError};

use crate::batch::{Batcher, Work};

/// Discarded jobs whose webhooks or deliveries of events are closed at once.
const DISCARDED_BATCH_MAX: usize = 500;

/// The sink that the queue's runner writes to.
#[derive(Debug)]
pub struct OutcomeSink {
    store: Store,
    ids: Arc<Ids>,
    closer: Batcher<Closer>,
}

/// A job that is discarded.
struct Discarded {
    job: (MerchantId, String),
    /// Why, for the record of the job's webhook; `None` for a job that is of no webhook.
    webhook_reason: Option<String>,
}

/// Closes what discarded jobs were about: a statement for each reason, however many there are, and one for deliveries of events.
#[derive(Debug)]
struct Closer(Store);

impl Work for Closer {
    type Item = Discarded;
    type Answer = Result<(), Arc<StoreError>>;

    async fn run(&self, items: Vec<Discarded>) -> Vec<Self::Answer> {
        let mut by_reason: BTreeMap<Option<&str>, Vec<(MerchantId, String)>> = BTreeMap::new();
        for Discarded { job, webhook_reason } in &items {
            by_reason.entry(webhook_reason.as_deref()).or_default().push(job.clone());
        }
        let mut answers: BTreeMap<Option<&str>, Self::Answer> = BTreeMap::new();
        for (reason, jobs) in by_reason {
            let closed = match reason {
                Some(reason) => self.0.abandon_webhooks(&jobs, reason).await,
                None => self.0.abandon_deliveries(&jobs).await,
            };
            answers.insert(reason, closed.map(|_| ()).map_err(Arc::new));
        }
        items.iter().map(|item| answers.get(&item.webhook_reason.as_deref()).cloned().unwrap_or(Ok(()))).collect()
    }
}

/// The part of a payload that says which webhook the job was to handle.
#[derive(Deserialize)]
struct OfWebhook {
    log_id: LogId,
}

impl AttemptSink for OutcomeSink {
    fn attempts<'a>(&'a self, batch: &'a [AttemptRecord]) -> BoxFuture<'a, Result<(), BoxError>> {
        async move {
            // The success of a webhook's job shows in the webhook's record.
            let shown =
                |attempt: &&AttemptRecord| attempt.outcome != OutcomeKind::Done || !attempt.kind.is_of_webhook();
            let rows =
                batch.iter().filter(shown).map(|attempt| self.attempt_row(attempt)).collect::<Result<Vec<_>, _>>()?;
            if !rows.is_empty() {
                self.store.record_attempts(&rows).await?;
            }
            Ok(())
        }
        .boxed()
    }

    fn discarded<'a>(&'a self, job: &'a JobContext, reason: &'a Reason) -> BoxFuture<'a, Result<(), BoxError>> {
        async move {
            let webhook_reason = job.kind.is_of_webhook().then(|| reason.text.clone());
            // A job in the platform's own lane is about nothing of a merchant's.
            let Ok(merchant) = job.merchant() else { return Ok(()) };
            let job = (merchant, job.job_id.to_string());
            self.closer.submit(Discarded { job, webhook_reason }).await??;
            Ok(())
        }
        .boxed()
    }

    fn dead_letters<'a>(&'a self, batch: &'a [DeadLetter]) -> BoxFuture<'a, Result<(), BoxError>> {
        async move {
            let rows = batch.iter().map(dead_letter_row).collect::<Result<Vec<_>, _>>()?;
            self.store.record_dead_letters(&rows).await?;
            for letter in batch {
                tracing::error!(job_id = %letter.job_id, queue = letter.kind.name(), lane = letter.lane.as_str(),
                    attempts = letter.attempts, reason = letter.reason, "job is dead");
            }
            Ok(())
        }
        .boxed()
    }
}

impl OutcomeSink {
    /// Makes a sink that writes to that database.
    #[must_use]
    pub fn new(store: Store, ids: Arc<Ids>) -> Self {
        let closer = Batcher::start(Closer(store.clone()), DISCARDED_BATCH_MAX, 1, Duration::ZERO);
        Self { store, ids, closer }
    }

    fn attempt_row(&self, attempt: &AttemptRecord) -> Result<AttemptRow, BoxError> {
        Ok(AttemptRow {
            merchant_id: MerchantId::parse(attempt.lane.as_str())?,
            attempt_id: self.ids.ulid(),
            job_id: attempt.job_id.as_str().to_owned(),
            parent_id: attempt.parent.clone(),
            queue: attempt.kind.name(),
            attempt: i32::try_from(attempt.attempt)?,
            worker: attempt.worker.to_string(),
            outcome: attempt.outcome.as_str(),
            error_class: attempt.error_class,
            error: attempt.error.clone(),
            trace_id: attempt.trace.clone(),
            started_at: attempt.started_at,
            finished_at: attempt.ended_at,
        })
    }
}

fn dead_letter_row(letter: &DeadLetter) -> Result<DeadLetterRow, BoxError> {
    let of_webhook: Option<OfWebhook> = serde_json::from_str(&letter.payload).ok();
    Ok(DeadLetterRow {
        merchant_id: MerchantId::parse(letter.lane.as_str())?,
        job_id: letter.job_id.as_str().to_owned(),
        parent_id: letter.parent.clone(),
        queue: letter.kind.name(),
        version: i32::from(letter.version.max(1)),
        payload: letter.payload.clone(),
        attempts: i32::try_from(letter.attempts)?,
        error_class: letter.error_class.clone(),
        reason: letter.reason.clone(),
        trace_id: letter.trace.clone(),
        enqueued_at: letter.enqueued_at,
        died_at: letter.died_at,
        log_id: of_webhook.map(|webhook| webhook.log_id.to_string()),
    })
}
