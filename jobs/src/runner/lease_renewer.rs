//! Renews leases three times in the span of one, also during a drain, and takes back those of silent workers.

use std::{sync::Arc, time::Duration};

use serde::Serialize;
use tokio::time::sleep;

use super::{process::WakeSignal, shared::Shared};
use crate::{error::QueueError, queue::BATCH_JOBS_MAX};

/// Beats in the span of one lease: two may be lost.
const BEATS_PER_LEASE: u32 = 3;
/// Longest pause between two rescues.
const RESCUE_PAUSE_MAX: Duration = Duration::from_secs(5);

/// What a worker shows of itself.
#[derive(Serialize)]
struct About<'a> {
    version: &'a str,
    host: &'a str,
    concurrency: usize,
    running: usize,
}

pub(super) async fn run(shared: Arc<Shared>, wake_signal: Arc<WakeSignal>) {
    let pause = (shared.lease / BEATS_PER_LEASE).min(RESCUE_PAUSE_MAX);
    let mut errors = 0;
    loop {
        match beat(&shared).await {
            Ok(()) => {
                errors = 0;
                // A wake-up may have been lost while jobs run that take long.
                wake_signal.ring();
                // While there are no leases, the process visits the queue now and then.
                shared.until_not_idle().await;
                // Workers that started together should not all rescue together.
                sleep(pause.mul_f64(0.8) + shared.jitter.up_to(pause.mul_f64(0.2))).await;
            }
            Err(error) => {
                tracing::warn!(queue = shared.queue.kind().name(), errors, %error, "heartbeat failed");
                sleep(shared.backoff(errors).min(pause)).await;
                errors += 1;
            }
        }
    }
}

/// Renews the leases of the worker's jobs, shows that it is alive, and takes back the leases that ran out.
pub(super) async fn beat(shared: &Shared) -> Result<(), QueueError> {
    let about = About {
        version: &shared.version,
        host: &shared.host,
        concurrency: shared.concurrency,
        running: shared.in_flight(),
    };
    let about = serde_json::to_string(&about).unwrap_or_default();
    let beat = shared.queue.heartbeat(&shared.worker, &about, shared.lease, &shared.held()).await?;
    if !beat.lost.is_empty() {
        // Some ended between the look at our leases and the beat; of the others the settlement will be stale.
        tracing::debug!(queue = shared.queue.kind().name(), lost = beat.lost.len(), "leases no longer held");
    }
    shared.cancellations.ask(beat.cancelled);
    let mut expired = beat.expired;
    while expired {
        let rescued = shared.queue.rescue(BATCH_JOBS_MAX).await?;
        if rescued.rescued + rescued.poison > 0 {
            shared.observer.rescued(shared.queue.kind(), rescued.rescued, rescued.poison);
            tracing::warn!(
                queue = shared.queue.kind().name(),
                rescued = rescued.rescued,
                poison = rescued.poison,
                "took back leases that ran out"
            );
        }
        expired = rescued.more;
    }
    if let Some(recorder) = &shared.recorder
        && (beat.dead > 0 || beat.expired)
    {
        // Jobs also die by rescue, and by other workers' hands.
        recorder.someone_died();
    }
    Ok(())
}
