//! Turns recorded webhooks into jobs, in batches, after they were answered. Best effort: what it drops stays `pending`
//! in PostgreSQL, and the scheduler's sweep enqueues it under the same id.

use std::time::Duration;

use domain::{LogId, MerchantId};
use jobs::{BATCH_JOBS_MAX, JobKind, NewJob, Queues};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// Recorded webhooks that wait to be enqueued; what comes beyond is left to the sweep.
const WAITING_MAX: usize = 16_384;
/// How long a batch may take to be enqueued.
const ENQUEUE_MAX: Duration = Duration::from_secs(1);
/// How long Redis is left alone after it did not answer.
const REDIS_BACKOFF: Duration = Duration::from_secs(1);

/// A webhook that PostgreSQL has, and that needs a job.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) merchant_id: MerchantId,
    pub(super) log_id: LogId,
    pub(super) job: JobKind,
    /// Id of the request that brought it.
    pub(super) trace: String,
}

/// Hands recorded webhooks over; never waits.
#[derive(Debug, Clone)]
pub(super) struct EnqueueSender(mpsc::Sender<Recorded>);

impl EnqueueSender {
    /// Hands over to whoever holds the other end.
    #[cfg(test)]
    pub(super) fn to(sender: mpsc::Sender<Recorded>) -> Self {
        Self(sender)
    }

    pub(super) fn send(&self, recorded: Recorded) {
        if let Err(error) = self.0.try_send(recorded) {
            let (mpsc::error::TrySendError::Full(left) | mpsc::error::TrySendError::Closed(left)) = error;
            platform::metrics::jobs_enqueued(left.job.name(), "left_to_sweep", 1);
        }
    }
}

/// The task that enqueues. It ends when every [`EnqueueSender`] is gone and what was given is enqueued.
pub(super) struct Enqueuer {
    queues: Queues,
    rested: Instant,
}

impl Enqueuer {
    pub(super) fn start(queues: Queues) -> (EnqueueSender, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        // From zero, so that an alert sees the first one.
        platform::metrics::redis_errors("enqueue", 0);
        let enqueuer = Self { queues, rested: Instant::now() };
        (EnqueueSender(sender), tokio::spawn(enqueuer.run(receiver)))
    }

    async fn run(mut self, mut recorded: mpsc::Receiver<Recorded>) {
        let mut batch = Vec::with_capacity(BATCH_JOBS_MAX);
        while recorded.recv_many(&mut batch, BATCH_JOBS_MAX).await > 0 {
            let new: Vec<NewJob> = batch.drain(..).filter_map(job).collect();
            self.enqueue(&new).await;
        }
    }

    async fn enqueue(&mut self, new: &[NewJob]) {
        let count = |outcome| {
            for kind in JobKind::ALL {
                let of_kind = new.iter().filter(|job| job.kind() == kind).count();
                if of_kind > 0 {
                    platform::metrics::jobs_enqueued(kind.name(), outcome, of_kind as u64);
                }
            }
        };
        if Instant::now() < self.rested {
            return count("left_to_sweep");
        }
        let reason = match timeout(ENQUEUE_MAX, self.queues.enqueue(new)).await {
            Ok(Ok(_)) => return count("added"),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        self.rested = Instant::now() + REDIS_BACKOFF;
        count("left_to_sweep");
        platform::metrics::redis_errors("enqueue", 1);
        tracing::warn!(reason, jobs = new.len(), "jobs were not enqueued: the sweep will");
    }
}

/// `None` for a kind that is not about webhooks, which no topic has: the record would stay pending, and show.
fn job(recorded: Recorded) -> Option<NewJob> {
    let Recorded { merchant_id, log_id, job, trace } = recorded;
    Some(NewJob::of_webhook(job, log_id, &merchant_id)?.trace(trace))
}
