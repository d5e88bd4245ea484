//! What the tasks of one worker share: slots, leases, and the way from a finished handler to the settler.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::task::AtomicWaker;
use tokio::{
    sync::{Notify, mpsc},
    time::Instant,
};

use super::{
    WorkerOptions,
    cancel::Cancellations,
    meter::Meter,
    records::{AttemptSink, Recorder},
};
use crate::{
    context::{Job, JobContext},
    observer::Observer,
    outcome::{Outcome, OutcomeKind, Reason},
    queue::{Claimed, Queue, Settlement},
    retry::Jitter,
};

/// First pause after an error of Redis.
const BACKOFF_BASE: Duration = Duration::from_millis(50);
/// Longest pause between attempts.
const BACKOFF_MAX: Duration = Duration::from_secs(1);
/// One lost lease is the fate of whatever a dying worker holds. Jobs that lose a second run one at a time: otherwise a
/// job that ends its process would take all that run beside it, each time, until all of them are taken for poison.
const SUSPECT_RESCUES_MIN: u32 = 2;

/// State that the tasks of one worker share.
pub(super) struct Shared {
    pub(super) queue: Queue,
    pub(super) worker: Arc<str>,
    pub(super) version: String,
    pub(super) lease: Duration,
    pub(super) concurrency: usize,
    pub(super) jitter: Jitter,
    pub(super) recorder: Option<Recorder>,
    pub(super) sink: Option<Arc<dyn AttemptSink>>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) meter: Meter,
    pub(super) cancellations: Cancellations,
    /// What the worker shows of itself, beside what changes.
    pub(super) host: String,
    /// Claimed and not finished.
    in_flight: AtomicUsize,
    /// Finished and not yet settled.
    unsettled: AtomicUsize,
    /// Suspects not yet settled, see [`is_suspect`].
    suspects: AtomicUsize,
    settlements: mpsc::UnboundedSender<Settlement>,
    /// Jobs not yet settled, by the fencing token of their claim.
    leases: Mutex<HashMap<u64, usize>>,
    closing: AtomicBool,
    claimer_ended: AtomicBool,
    /// Jobs came under lease.
    took: Notify,
    /// A slot was freed, a settlement was made, or the worker is closing.
    pub(super) changed: Notify,
    /// The same, for whoever closes the worker.
    pub(super) settled: Notify,
}

impl Shared {
    pub(super) fn new(
        queue: Queue,
        options: WorkerOptions,
        settlements: mpsc::UnboundedSender<Settlement>,
        recorder: Option<Recorder>,
    ) -> Self {
        let policy = queue.kind().policy();
        Self {
            worker: options.name.into(),
            version: options.version,
            lease: Duration::from_millis(options.lease_ms.unwrap_or(policy.lease_ms)),
            concurrency: options.concurrency.unwrap_or(policy.concurrency).max(1),
            jitter: Jitter::seeded(options.seed),
            recorder,
            sink: options.sink,
            observer: options.observer,
            meter: Meter::default(),
            cancellations: Cancellations::default(),
            host: options.host,
            in_flight: AtomicUsize::new(0),
            unsettled: AtomicUsize::new(0),
            suspects: AtomicUsize::new(0),
            settlements,
            leases: Mutex::default(),
            closing: AtomicBool::new(false),
            claimer_ended: AtomicBool::new(false),
            took: Notify::new(),
            changed: Notify::new(),
            settled: Notify::new(),
            queue,
        }
    }

    /// Slots that are free now.
    pub(super) fn free_slots(&self) -> usize {
        self.concurrency.saturating_sub(self.in_flight.load(Ordering::Acquire))
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Acquire)
    }

    pub(super) fn unsettled(&self) -> usize {
        self.unsettled.load(Ordering::Acquire)
    }

    /// Suspects that Redis still counts as held by this worker.
    pub(super) fn suspects(&self) -> usize {
        self.suspects.load(Ordering::Acquire)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Whether nothing is left to do: no claim under way, no job, no result that Redis does not know.
    pub(super) fn is_idle_for_good(&self) -> bool {
        self.claimer_ended.load(Ordering::Acquire) && self.in_flight() == 0 && self.unsettled() == 0
    }

    /// No job will be claimed any more.
    pub(super) fn claimer_ended(&self) {
        self.claimer_ended.store(true, Ordering::Release);
        self.settled.notify_one();
    }

    /// Returns whether the worker holds no lease.
    pub(super) fn is_idle(&self) -> bool {
        self.leases().is_empty()
    }

    /// Returns when the worker holds a lease.
    pub(super) async fn until_not_idle(&self) {
        loop {
            // Made before the look, so that no lease is missed.
            let took = self.took.notified();
            if !self.is_idle() {
                return;
            }
            took.await;
        }
    }

    pub(super) fn close(&self) {
        self.closing.store(true, Ordering::Release);
        self.changed.notify_one();
    }

    /// Jobs came under lease: they take slots, and the lease renewer renews them.
    pub(super) fn took(&self, jobs: &[Claimed]) {
        self.in_flight.fetch_add(jobs.len(), Ordering::AcqRel);
        self.suspects.fetch_add(jobs.iter().filter(|job| is_suspect(&job.context)).count(), Ordering::AcqRel);
        {
            let mut leases = self.leases();
            for job in jobs {
                *leases.entry(job.context.token).or_default() += 1;
            }
        }
        self.took.notify_one();
    }

    /// A job ended. Its slot is free at once; its lease is kept up until Redis knows.
    pub(super) fn finish(&self, reference: Arc<str>, context: Arc<JobContext>, outcome: Outcome) {
        self.unsettled.fetch_add(1, Ordering::AcqRel);
        // The settler lives as long as the worker; if it is gone, the lease runs out and the job runs again.
        let _ = self.settlements.send(Settlement { reference, context, outcome });
        self.in_flight.fetch_sub(1, Ordering::AcqRel);
        self.changed.notify_one();
    }

    /// A run ended: it is measured, and recorded where there is a sink.
    pub(super) fn ran(
        &self,
        context: &JobContext,
        started: Instant,
        ended: Instant,
        kind: OutcomeKind,
        reason: Option<Reason>,
    ) {
        let run = self.meter.ran(context, started, ended, kind);
        self.observer.ran(&run);
        if let Some(recorder) = &self.recorder {
            recorder.record(self, context, started, ended, kind, reason);
        }
    }

    /// Notes that Redis has settled these: their leases are renewed no longer.
    pub(super) fn settled_in_redis(&self, settlements: &[Settlement]) {
        {
            let mut leases = self.leases();
            for settlement in settlements {
                if let Entry::Occupied(mut left) = leases.entry(settlement.context.token) {
                    *left.get_mut() -= 1;
                    if *left.get() == 0 {
                        left.remove();
                    }
                }
            }
        }
        let suspects = settlements.iter().filter(|settlement| is_suspect(&settlement.context)).count();
        self.suspects.fetch_sub(suspects, Ordering::AcqRel);
        self.unsettled.fetch_sub(settlements.len(), Ordering::AcqRel);
        self.settled.notify_one();
    }

    /// The tokens of every lease that must be renewed.
    pub(super) fn held(&self) -> Vec<u64> {
        self.leases().keys().copied().collect()
    }

    fn leases(&self) -> MutexGuard<'_, HashMap<u64, usize>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to wait after so many errors in a row: doubling up to a second, jittered down to half.
    pub(super) fn backoff(&self, errors: u32) -> Duration {
        backoff(errors, &self.jitter)
    }
}

/// How long to wait after so many errors in a row: doubling up to a second, jittered down to half.
pub(super) fn backoff(errors: u32, jitter: &Jitter) -> Duration {
    let ceiling = BACKOFF_BASE.saturating_mul(1 << errors.min(6)).min(BACKOFF_MAX);
    ceiling / 2 + jitter.up_to(ceiling / 2)
}

/// Whether this job may be the one that ends its workers: its lease ran out so often that one more is a hint of it.
pub(super) fn is_suspect(context: &JobContext) -> bool {
    context.rescues >= SUSPECT_RESCUES_MIN
}

/// A claimed job on its way to the worker.
pub(super) struct Ready<P> {
    pub(super) reference: Arc<str>,
    pub(super) job: Job<P>,
}

/// Claimed jobs that the worker has not asked for yet. Never more than there are slots.
pub(super) struct ReadyJobs<P> {
    jobs: Mutex<VecDeque<Ready<P>>>,
    waker: AtomicWaker,
}

impl<P> ReadyJobs<P> {
    pub(super) fn new() -> Self {
        Self { jobs: Mutex::default(), waker: AtomicWaker::new() }
    }

    pub(super) fn extend(&self, jobs: impl IntoIterator<Item = Ready<P>>) {
        self.jobs().extend(jobs);
        self.waker.wake();
    }

    pub(super) fn poll_next(&self, context: &mut std::task::Context<'_>) -> std::task::Poll<Ready<P>> {
        if let Some(job) = self.jobs().pop_front() {
            return std::task::Poll::Ready(job);
        }
        self.waker.register(context.waker());
        match self.jobs().pop_front() {
            Some(job) => std::task::Poll::Ready(job),
            None => std::task::Poll::Pending,
        }
    }

    pub(super) fn take_all(&self) -> VecDeque<Ready<P>> {
        std::mem::take(&mut *self.jobs())
    }

    fn jobs(&self) -> MutexGuard<'_, VecDeque<Ready<P>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
