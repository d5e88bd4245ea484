//! What is kept of every run: attempts, best effort and bounded, so that they never slow a job; dead letters, which stay
//! in Redis until the sink has them.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep},
};

use super::shared::Shared;
use crate::{
    context::JobContext,
    envelope::{JobId, Lane},
    error::BoxError,
    kind::JobKind,
    outcome::{OutcomeKind, Reason},
    queue::DeadLetter,
};

/// Attempts that wait for the sink; more are dropped and counted.
const ATTEMPTS_WAITING_MAX: usize = 8_192;
/// Attempts given to the sink at once.
const ATTEMPTS_BATCH_MAX: usize = 500;
/// Dead letters given to the sink at once.
const DEAD_BATCH_MAX: usize = 100;

/// One run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The job.
    pub job_id: JobId,
    /// Its kind.
    pub kind: JobKind,
    /// Its lane.
    pub lane: Lane,
    /// Which run, the first is 1.
    pub attempt: u32,
    /// Runs in all.
    pub max_attempts: u32,
    /// Who ran it.
    pub worker: Arc<str>,
    /// When it began, by Redis' clock.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: OutcomeKind,
    /// Class of the error, see [`crate::JobError::class`].
    pub error_class: Option<&'static str>,
    /// Why, if it was not done: the chain of causes.
    pub error: Option<String>,
    /// Trace context of what caused the job.
    pub trace: Option<String>,
    /// The job or webhook that caused it, if it is another than the one its id is of.
    pub parent: Option<String>,
}

/// Where runs and dead letters are kept.
pub trait AttemptSink: Send + Sync + 'static {
    /// Keeps runs. What fails is lost, and counted.
    fn attempts<'a>(&'a self, batch: &'a [AttemptRecord]) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Closes what a job was about that is to be discarded, before Redis forgets the job. Where this fails, the job is snoozed
    /// instead, and discarded when it has run again.
    fn discarded<'a>(&'a self, job: &'a JobContext, reason: &'a Reason) -> BoxFuture<'a, Result<(), BoxError>>;

    /// Keeps dead letters, which are removed from Redis afterwards. The same letter may come more than once, also from
    /// two workers at once: keep it by job id and time of death.
    fn dead_letters<'a>(&'a self, batch: &'a [DeadLetter]) -> BoxFuture<'a, Result<(), BoxError>>;
}

/// The way to the sink.
pub(super) struct Recorder {
    attempts: mpsc::Sender<AttemptRecord>,
    dropped: AtomicU64,
    died: Notify,
}

impl Recorder {
    pub(super) fn new() -> (Self, mpsc::Receiver<AttemptRecord>) {
        let (attempts, receiver) = mpsc::channel(ATTEMPTS_WAITING_MAX);
        (Self { attempts, dropped: AtomicU64::new(0), died: Notify::new() }, receiver)
    }

    pub(super) fn record(
        &self,
        shared: &Shared,
        context: &JobContext,
        started: Instant,
        ended: Instant,
        outcome: OutcomeKind,
        reason: Option<Reason>,
    ) {
        // Redis' clock at the claim, and from there this process' monotonic clock.
        let at = |instant: Instant| {
            let since_ms = u64::try_from(instant.duration_since(context.received).as_millis()).unwrap_or(0);
            let at_ms = i64::try_from(context.claimed_at_ms + since_ms).unwrap_or(0);
            DateTime::from_timestamp_millis(at_ms).unwrap_or_default()
        };
        let record = AttemptRecord {
            job_id: context.job_id.clone(),
            kind: context.kind,
            lane: context.lane.clone(),
            attempt: context.attempt,
            max_attempts: context.max_attempts,
            worker: Arc::clone(&shared.worker),
            started_at: at(started),
            ended_at: at(ended),
            outcome,
            error_class: reason.as_ref().map(|reason| reason.class),
            error: reason.map(|reason| reason.text),
            trace: context.trace.clone(),
            parent: context.parent.clone(),
        };
        if self.attempts.try_send(record).is_err() {
            let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
            if dropped.is_power_of_two() {
                tracing::warn!(dropped, "attempts dropped: the sink is slower than the jobs");
            }
        }
    }

    pub(super) fn someone_died(&self) {
        self.died.notify_one();
    }

    /// Whether the sink has been given everything.
    pub(super) fn is_drained(&self) -> bool {
        self.attempts.capacity() == ATTEMPTS_WAITING_MAX
    }
}

pub(super) async fn write_attempts(sink: Arc<dyn AttemptSink>, mut attempts: mpsc::Receiver<AttemptRecord>) {
    let mut batch = Vec::with_capacity(ATTEMPTS_BATCH_MAX);
    while attempts.recv_many(&mut batch, ATTEMPTS_BATCH_MAX).await > 0 {
        if let Err(error) = sink.attempts(&batch).await {
            tracing::warn!(lost = batch.len(), %error, "attempts could not be recorded");
        }
        batch.clear();
    }
}

pub(super) async fn move_dead_letters(shared: Arc<Shared>, sink: Arc<dyn AttemptSink>) {
    let mut errors = 0;
    loop {
        match move_some(&shared, sink.as_ref()).await {
            Ok(true) => errors = 0,
            Ok(false) => {
                errors = 0;
                match &shared.recorder {
                    Some(recorder) => recorder.died.notified().await,
                    None => return,
                }
            }
            Err(error) => {
                tracing::warn!(queue = shared.queue.kind().name(), errors, %error, "dead letters stay in Redis for now");
                sleep(shared.backoff(errors)).await;
                errors += 1;
            }
        }
    }
}

/// Moves one page. Returns whether there may be more.
async fn move_some(shared: &Shared, sink: &dyn AttemptSink) -> Result<bool, BoxError> {
    let letters = shared.queue.dead_letters(DEAD_BATCH_MAX).await?;
    if letters.is_empty() {
        return Ok(false);
    }
    sink.dead_letters(&letters).await?;
    shared.queue.acknowledge_dead(&letters).await?;
    Ok(letters.len() == DEAD_BATCH_MAX)
}
