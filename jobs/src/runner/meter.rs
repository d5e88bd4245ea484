//! Measures runs in memory; they are written to Redis once a second, so that a job costs one lock and a few additions, and Redis one
//! call a worker and second, however many jobs there are. What cannot be written is lost: these are figures, not facts.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::shared::Shared;
use crate::{context::JobContext, observer::EndedRun, outcome::OutcomeKind, queue::Measured};

/// What was measured and not yet written.
#[derive(Default)]
pub(super) struct Meter(Mutex<Measured>);

impl Meter {
    /// Counts a run, and returns what was measured of it.
    pub(super) fn ran(&self, context: &JobContext, started: Instant, ended: Instant, outcome: OutcomeKind) -> EndedRun {
        // Redis' clock up to the claim, this process' monotonic clock from there.
        let waited = Duration::from_millis(context.claimed_at_ms.saturating_sub(context.ready_at_ms))
            + started.saturating_duration_since(context.received);
        let ran = ended.saturating_duration_since(started);
        self.measured().add(context.lane.as_str(), waited, ran, outcome);
        let since_claim = ended.saturating_duration_since(context.received);
        let until_claim = Duration::from_millis(context.claimed_at_ms.saturating_sub(context.enqueued_at_ms));
        EndedRun { kind: context.kind, outcome, waited, ran, since_enqueued: until_claim + since_claim }
    }

    /// Returns whether something was measured that is not written yet.
    pub(super) fn has_measured(&self) -> bool {
        !self.measured().is_empty()
    }

    fn take(&self) -> Measured {
        std::mem::take(&mut *self.measured())
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes what was measured since the last time.
pub(super) async fn write(shared: &Shared) {
    if let Err(error) = shared.queue.tell(&shared.meter.take()).await {
        tracing::debug!(queue = shared.queue.kind().name(), %error, "a second of measurements was lost");
    }
}
