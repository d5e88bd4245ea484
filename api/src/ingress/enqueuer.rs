//! Turns recorded webhooks into jobs, in batches, after they were answered. Best effort: what it drops stays `pending`
//! in PostgreSQL, and the scheduler's sweep enqueues it under the same id.

use std::sync::Arc;
use std::time::Duration;

use domain::{LogId, MerchantId};
use jobs::{BATCH_JOBS_MAX, JobKind, NewJob, Queues};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::markers::{Circuit, Markers};

/// Recorded webhooks that wait to be enqueued; what comes beyond is left to the sweep.
const WAITING_MAX: usize = 16_384;
/// How long a batch may take to be enqueued.
const ENQUEUE_MAX: Duration = Duration::from_secs(1);

/// A webhook that PostgreSQL has.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) merchant_id: MerchantId,
    /// `None`: it was recorded before, so only the marker in Redis is missing.
    pub(super) fresh: Option<Fresh>,
    /// Key of its marker.
    pub(super) marker: String,
}

/// What a new record needs a job for.
#[derive(Debug)]
pub(super) struct Fresh {
    pub(super) log_id: LogId,
    pub(super) job: JobKind,
    /// Id of the request that brought it.
    pub(super) trace: String,
}

/// Hands recorded webhooks over; never waits.
#[derive(Debug, Clone)]
pub(super) struct Handover(mpsc::Sender<Recorded>);

impl Handover {
    /// Hands over to whoever holds the other end.
    #[cfg(test)]
    pub(super) fn to(sender: mpsc::Sender<Recorded>) -> Self {
        Self(sender)
    }

    pub(super) fn give(&self, recorded: Recorded) {
        if let Err(error) = self.0.try_send(recorded) {
            let (mpsc::error::TrySendError::Full(left) | mpsc::error::TrySendError::Closed(left)) = error;
            if let Some(fresh) = left.fresh {
                platform::metrics::jobs_enqueued(fresh.job.name(), "left_to_sweep", 1);
            }
        }
    }
}

/// The task that enqueues. It ends when every [`Handover`] is gone and what was given is enqueued.
pub(super) struct Enqueuer {
    queues: Queues,
    markers: Arc<Markers>,
    circuit: Circuit,
}

impl Enqueuer {
    pub(super) fn start(queues: Queues, markers: Arc<Markers>) -> (Handover, tokio::task::JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let enqueuer = Self { queues, markers, circuit: Circuit::new() };
        (Handover(sender), tokio::spawn(enqueuer.run(receiver)))
    }

    async fn run(self, mut recorded: mpsc::Receiver<Recorded>) {
        let mut batch = Vec::with_capacity(BATCH_JOBS_MAX);
        while recorded.recv_many(&mut batch, BATCH_JOBS_MAX).await > 0 {
            let (mut new, mut markers) = (Vec::with_capacity(batch.len()), Vec::with_capacity(batch.len()));
            for one in batch.drain(..) {
                markers.push(one.marker);
                new.extend(one.fresh.and_then(|fresh| job(&one.merchant_id, fresh)));
            }
            tokio::join!(self.enqueue(&new), self.markers.remember(&markers));
        }
    }

    async fn enqueue(&self, new: &[NewJob]) {
        if new.is_empty() {
            return;
        }
        let count = |outcome| {
            for kind in JobKind::ALL {
                let of_kind = new.iter().filter(|job| job.kind() == kind).count();
                if of_kind > 0 {
                    platform::metrics::jobs_enqueued(kind.name(), outcome, of_kind as u64);
                }
            }
        };
        if self.circuit.is_open() {
            return count("left_to_sweep");
        }
        let reason = match timeout(ENQUEUE_MAX, self.queues.enqueue(new)).await {
            Ok(Ok(_)) => return count("added"),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        self.circuit.failed();
        count("left_to_sweep");
        platform::metrics::redis_errors("enqueue", 1);
        tracing::warn!(reason, jobs = new.len(), "jobs were not enqueued: the sweep will");
    }
}

/// `None` for a kind that is not about webhooks, which no topic has: the record would stay pending, and show.
fn job(merchant_id: &MerchantId, fresh: Fresh) -> Option<NewJob> {
    Some(NewJob::of_webhook(fresh.job, fresh.log_id, merchant_id)?.trace(fresh.trace))
}
