//! Group commit: concurrent deliveries share one statement and one commit, and are answered only after it.
//!
//! A lone delivery is committed at once. Under load commits begin at a [`AdaptiveInterval`], and those that come in between share
//! one. At most two commits are in flight. What PostgreSQL refuses is tried row by row, so that one bad row fails alone; what
//! cannot be recorded in time is answered 503, and the sender tries again.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use platform::adaptive_interval::AdaptiveInterval;
use store::webhooks::NewWebhook;
use store::{Store, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout_at};

use super::enqueuer::{EnqueueSender, Recorded};
use jobs::JobKind;

/// Deliveries that wait for a commit; what comes beyond is answered 503.
const WAITING_MAX: usize = 8_192;
/// Commits in flight.
const COMMITS_MAX: u32 = 2;
/// Begin to begin, in durations of the last commit. The deliveries of one commit go on together, through the queue and in one
/// batch of a worker: what is waited for here makes all that follows cheaper, and need not be waited for there (ADR 0004).
const COMMITS_APART: u32 = 4;
/// A commit of so many rows waits for no more: its fixed cost is well shared, and senders that wait for their answers bring none.
const ENOUGH_ROWS: usize = 24;
/// Facts and bodies of one commit, after which no more are gathered.
const COMMIT_BYTES_MAX: usize = 32 * 1_024 * 1_024;
/// How long a batch may be tried. Below [`super::ANSWER_MAX`], so that its deliveries are still there.
const RECORD_MAX: Duration = Duration::from_millis(3_500);
/// First pause before a batch is tried again; it doubles.
const RETRY_PAUSE: Duration = Duration::from_millis(25);

/// How a delivery fared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RecordOutcome {
    /// Committed.
    Recorded,
    /// Recorded before; nothing changed.
    Duplicate,
    /// PostgreSQL will never take it.
    Refused,
    /// PostgreSQL is away.
    Unavailable,
}

/// A delivery that waits to be recorded.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) webhook: NewWebhook,
    pub(super) job: Option<JobKind>,
    /// Id of the request.
    pub(super) trace: String,
    pub(super) answer: oneshot::Sender<RecordOutcome>,
    /// Its share of the memory for bodies.
    pub(super) memory_permit: Option<OwnedSemaphorePermit>,
}

/// What the recorder needs of the store; a test puts another in its place.
pub(super) trait Record: Send + Sync + 'static {
    /// See [`Store::record_webhooks`].
    fn record(&self, webhooks: &[NewWebhook]) -> impl Future<Output = Result<Vec<bool>, StoreError>> + Send;
}

impl Record for Store {
    async fn record(&self, webhooks: &[NewWebhook]) -> Result<Vec<bool>, StoreError> {
        self.record_webhooks(webhooks).await
    }
}

/// How deliveries are gathered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grouping {
    /// How far apart commits begin at most while there is work and a slot is free.
    pub(super) window: Duration,
    /// Deliveries in one commit.
    pub(super) rows_max: usize,
}

/// Takes deliveries in; cheap to clone. The recorder ends when all are gone.
#[derive(Debug, Clone)]
pub(super) struct RecorderHandle(mpsc::Sender<Entry>);

impl RecorderHandle {
    /// Hands over a delivery; `false`: too many wait.
    pub(super) fn take(&self, entry: Entry) -> bool {
        self.0.try_send(entry).is_ok()
    }
}

/// Starts the recorder.
pub(super) fn start<R: Record>(
    store: R,
    grouping: Grouping,
    enqueue_sender: EnqueueSender,
) -> (RecorderHandle, tokio::task::JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    let committer = Arc::new(Committer { store, enqueue_sender });
    (RecorderHandle(sender), tokio::spawn(gather(receiver, grouping, committer)))
}

async fn gather<R: Record>(mut entries: mpsc::Receiver<Entry>, grouping: Grouping, committer: Arc<Committer<R>>) {
    let slots = Arc::new(Semaphore::new(COMMITS_MAX as usize));
    let mut interval = AdaptiveInterval::new(COMMITS_APART, grouping.window);
    while let Some(first) = entries.recv().await {
        let mut batch = Batch::of(first, grouping.rows_max);
        batch.fill(&mut entries);
        let due = interval.due();
        if Instant::now() < due {
            batch.wait_for_more(&mut entries, due).await;
        }
        // The semaphore is never closed, so that this cannot fail.
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        batch.fill(&mut entries);
        interval.begin();
        let (committer, last_duration) = (Arc::clone(&committer), interval.last_duration());
        tokio::spawn(async move {
            let began = Instant::now();
            committer.commit(batch.entries).await;
            last_duration.note(began.elapsed());
            drop(slot);
        });
    }
    let _ = slots.acquire_many(COMMITS_MAX).await; // those in flight
}

struct Batch {
    entries: Vec<Entry>,
    rows_max: usize,
    bytes: usize,
}

impl Batch {
    fn of(first: Entry, rows_max: usize) -> Self {
        let mut batch = Self { entries: Vec::with_capacity(rows_max.min(64)), rows_max, bytes: 0 };
        batch.push(first);
        batch
    }

    fn push(&mut self, entry: Entry) {
        self.bytes += entry.webhook.body.as_bytes().len() + entry.webhook.facts.as_ref().map_or(0, String::len);
        self.entries.push(entry);
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= self.rows_max || self.bytes >= COMMIT_BYTES_MAX
    }

    /// Takes what is there.
    fn fill(&mut self, entries: &mut mpsc::Receiver<Entry>) {
        while !self.is_full() {
            let Ok(entry) = entries.try_recv() else { return };
            self.push(entry);
        }
    }

    /// Takes what comes until `deadline`, or until it is enough.
    async fn wait_for_more(&mut self, entries: &mut mpsc::Receiver<Entry>, deadline: Instant) {
        while !self.is_full() && self.entries.len() < ENOUGH_ROWS {
            match timeout_at(deadline, entries.recv()).await {
                Ok(Some(entry)) => self.push(entry),
                Ok(None) | Err(_) => return,
            }
        }
    }
}

struct Committer<R> {
    store: R,
    enqueue_sender: EnqueueSender,
}

/// What is left of a delivery once its row is in the batch.
struct Waiter {
    job: Option<JobKind>,
    trace: String,
    answer: oneshot::Sender<RecordOutcome>,
    _memory_permit: Option<OwnedSemaphorePermit>,
}

enum Failure {
    Away,
    Refused(StoreError),
}

impl<R: Record> Committer<R> {
    async fn commit(&self, entries: Vec<Entry>) {
        let mut rows = awaited(entries);
        if rows.is_empty() {
            return;
        }
        // Always in the same order, so that two commits with the same deliveries do not wait for each other in a circle.
        rows.sort_unstable_by(|(a, _), (b, _)| (&a.merchant_id, &a.webhook_id).cmp(&(&b.merchant_id, &b.webhook_id)));
        let (webhooks, waiters): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let started = Instant::now();
        let until = started + RECORD_MAX;
        let outcome = self.record(&webhooks, until).await;
        platform::metrics::ingress_commit_rows(webhooks.len() as f64);
        platform::metrics::ingress_commit_seconds(started.elapsed().as_secs_f64());
        match outcome {
            Ok(new) => {
                for ((webhook, waiter), new) in webhooks.into_iter().zip(waiters).zip(new) {
                    self.settle(webhook, waiter, new);
                }
            }
            Err(Failure::Refused(error)) if webhooks.len() > 1 => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    rows = webhooks.len(),
                    "a batch was refused: one by one"
                );
                for (webhook, waiter) in webhooks.into_iter().zip(waiters) {
                    match self.record(std::slice::from_ref(&webhook), until).await {
                        Ok(new) => self.settle(webhook, waiter, new.first().copied().unwrap_or(false)),
                        Err(failure) => fail(&failure, waiter),
                    }
                }
            }
            Err(failure) => waiters.into_iter().for_each(|waiter| fail(&failure, waiter)),
        }
    }

    /// Tries until PostgreSQL has answered or `until` has passed. A row that was committed although the answer was lost
    /// shows as a duplicate then: it is recorded, and the sweep enqueues it.
    async fn record(&self, webhooks: &[NewWebhook], until: Instant) -> Result<Vec<bool>, Failure> {
        let mut pause = RETRY_PAUSE;
        loop {
            match timeout_at(until, self.store.record(webhooks)).await {
                Ok(Ok(new)) => return Ok(new),
                Ok(Err(error)) if error.is_transient() => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "webhooks were not recorded yet");
                    if Instant::now() + pause >= until {
                        return Err(Failure::Away);
                    }
                    sleep(pause).await;
                    pause *= 2;
                }
                Ok(Err(error)) => return Err(Failure::Refused(error)),
                Err(_) => return Err(Failure::Away),
            }
        }
    }

    fn settle(&self, webhook: NewWebhook, waiter: Waiter, new: bool) {
        let Waiter { job, trace, answer, .. } = waiter;
        let _ = answer.send(if new { RecordOutcome::Recorded } else { RecordOutcome::Duplicate });
        if let Some(job) = job.filter(|_| new) {
            let NewWebhook { merchant_id, log_id, .. } = webhook;
            self.enqueue_sender.send(Recorded { merchant_id, log_id, job, trace });
        }
    }
}

/// Drops those that nobody waits for any more.
fn awaited(entries: Vec<Entry>) -> Vec<(NewWebhook, Waiter)> {
    let waited_for = entries.into_iter().filter(|entry| !entry.answer.is_closed());
    waited_for
        .map(|Entry { webhook, job, trace, answer, memory_permit }| {
            (webhook, Waiter { job, trace, answer, _memory_permit: memory_permit })
        })
        .collect()
}

fn fail(failure: &Failure, waiter: Waiter) {
    let verdict = match failure {
        Failure::Away => RecordOutcome::Unavailable,
        Failure::Refused(error) => {
            let request_id = waiter.trace;
            tracing::error!(error = error as &dyn std::error::Error, request_id, "PostgreSQL refused a webhook");
            RecordOutcome::Refused
        }
    };
    let _ = waiter.answer.send(verdict);
}

#[cfg(test)]
mod tests;
