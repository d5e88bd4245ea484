//! Claims jobs: as many as there are free slots, one claim at a time. Sleeps while there are none, until the process is woken for
//! its queue, the next delayed job is due, or the process visits the queue as one of its idle ones.

use std::{sync::Arc, time::Duration};

use apalis_core::worker::context::WorkerContext;
use tokio::time::{Instant, sleep, timeout};

use super::{
    process::WakeSignal,
    shared::{Ready, ReadyJobs, Shared, is_suspect},
};
use crate::{
    context::Job,
    observer::ThrottleReason,
    outcome::{Outcome, OutcomeKind, Reason, class, error_chain},
    payloads::Payload,
    queue::{BATCH_JOBS_MAX, Claim, Claimed},
};

/// Longest sleep of a claimer that waits for a free slot.
const SLOT_POLL: Duration = Duration::from_secs(1);
/// How often a paused worker looks whether it goes on.
const PAUSED_POLL: Duration = Duration::from_millis(100);
/// How long a claimer that ends tries to hand its wake-ups on.
const STOP_WAITING_TIMEOUT: Duration = Duration::from_secs(1);
/// How far apart suspects are put, on average; they run one at a time.
const SUSPECTS_APART: Duration = Duration::from_millis(50);
/// Finished jobs that are not settled yet; beyond that no job is claimed.
const UNSETTLED_JOBS_MAX: usize = 10_000;

pub(super) async fn run<P: Payload>(
    shared: Arc<Shared>,
    ready: Arc<ReadyJobs<P>>,
    wake_signal: Arc<WakeSignal>,
    channel: String,
    worker: WorkerContext,
) {
    let mut errors = 0;
    // Whether this process is among those that are woken for the queue.
    let mut waits = false;
    while !shared.is_closing() {
        if worker.is_shutting_down() || worker.is_paused() {
            stop_waiting(&shared, &channel, &mut waits).await;
            if worker.is_shutting_down() {
                // The worker takes no more; what it has not begun goes to others at once.
                release(&shared, &ready);
            }
            sleep(PAUSED_POLL).await;
            continue;
        }
        let free = shared.free_slots();
        if free == 0 || shared.unsettled() > UNSETTLED_JOBS_MAX {
            wait_for_slot(&shared).await;
            continue;
        }
        let want = free.min(BATCH_JOBS_MAX);
        match shared.queue.claim_or_wait(want, shared.lease, &shared.worker, &channel).await {
            Ok(claim) => {
                errors = 0;
                observe(&shared, &claim);
                let drained = claim.jobs.len() < want && !claim.more;
                waits = drained;
                let found = !claim.jobs.is_empty();
                take(&shared, &ready, claim.jobs);
                if drained {
                    rest(&shared, &wake_signal, claim.next_due).await;
                } else if !found {
                    // Something is there that cannot be served now; never spin on it.
                    sleep(Duration::from_millis(1)).await;
                }
            }
            Err(error) => {
                tracing::warn!(queue = shared.queue.kind().name(), errors, %error, "claim failed, waiting");
                let pause = sleep(shared.backoff(errors));
                errors += 1;
                tokio::select! { () = pause => {}, () = closing(&shared) => {} }
            }
        }
    }
    stop_waiting(&shared, &channel, &mut waits).await;
    release(&shared, &ready);
    shared.claimer_ended();
}

fn observe(shared: &Shared, claim: &Claim) {
    for (why, lanes) in [(ThrottleReason::Rate, claim.slowed_lanes), (ThrottleReason::Cap, claim.capped_lanes)] {
        if lanes > 0 {
            shared.observer.lanes_put_off(shared.queue.kind(), why, lanes);
        }
    }
}

/// Hands claimed jobs to the worker. A job whose payload cannot be read dies here.
fn take<P: Payload>(shared: &Shared, ready: &ReadyJobs<P>, jobs: Vec<Claimed>) {
    if jobs.is_empty() {
        return;
    }
    shared.took(&jobs);
    let jobs = isolate_suspects(shared, jobs);
    let decoded =
        jobs.into_iter().filter_map(|claimed| match P::decode(claimed.context.version, claimed.payload.get()) {
            Ok(payload) => {
                let job = Job { payload, context: claimed.context };
                Some(Ready { reference: claimed.reference, job })
            }
            Err(error) => {
                let reason = Reason::new(class::PAYLOAD, error_chain(&error));
                tracing::error!(job_id = %claimed.context.job_id, reason = reason.text, "a payload cannot be read");
                let now = Instant::now();
                shared.ran(&claimed.context, now, now, OutcomeKind::Dead, Some(reason.clone()));
                shared.finish(claimed.reference, claimed.context, Outcome::Dead { reason });
                None
            }
        });
    ready.extend(decoded.collect::<Vec<_>>());
}

/// Lets a suspect run only while this worker holds no other; puts the others off, each to a moment of its own. None of them
/// begins before Redis knows that the others are put off: then a process that it ends has no other suspect.
fn isolate_suspects(shared: &Shared, jobs: Vec<Claimed>) -> Vec<Claimed> {
    let suspects = shared.suspects();
    if suspects <= 1 {
        return jobs;
    }
    let span = SUSPECTS_APART.saturating_mul(u32::try_from(suspects).unwrap_or(u32::MAX));
    let (apart, rest): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| is_suspect(&job.context));
    for job in apart {
        let after = shared.jitter.up_to(span);
        shared.finish(job.reference, job.context, Outcome::Snooze { after });
    }
    rest
}

/// Takes the process off those that are woken for the queue. Without an answer it is forgotten in time.
async fn stop_waiting(shared: &Shared, channel: &str, waits: &mut bool) {
    if std::mem::take(waits)
        && let Ok(Err(error)) = timeout(STOP_WAITING_TIMEOUT, shared.queue.stop_waiting(channel)).await
    {
        tracing::debug!(queue = shared.queue.kind().name(), %error, "wake-ups go on to a worker that takes no more");
    }
}

/// Gives back what was claimed and not begun.
fn release<P>(shared: &Shared, ready: &ReadyJobs<P>) {
    for Ready { reference, job } in ready.take_all() {
        shared.finish(reference, job.context, Outcome::Release);
    }
}

async fn wait_for_slot(shared: &Shared) {
    tokio::select! {
        () = shared.changed.notified() => {}
        () = sleep(SLOT_POLL) => {}
    }
}

async fn rest(shared: &Shared, wake_signal: &WakeSignal, next_due: Option<Duration>) {
    let due = async {
        match next_due {
            Some(due) => sleep(due).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = wake_signal.rung() => {}
        () = due => {}
        () = closing(shared) => {}
    }
}

async fn closing(shared: &Shared) {
    loop {
        // Registered before the check, so that no change is missed.
        let changed = shared.changed.notified();
        if shared.is_closing() {
            return;
        }
        changed.await;
    }
}
