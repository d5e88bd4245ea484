//! Measures runs in memory and tells Redis once a second, so that a job costs one lock and a few additions, and Redis one
//! call a worker and second, however many jobs there are. What could not be told is lost: these are figures, not facts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep};

use super::shared::Shared;
use crate::{context::JobContext, outcome::OutcomeKind, queue::Measured};

/// How often a busy worker tells.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// An idle worker tells all the same after so many turns: it keeps the marks that windows begin at.
const IDLE_TURNS: u32 = 5;

/// What was measured and not yet told.
#[derive(Default)]
pub(super) struct Meter(Mutex<Measured>);

impl Meter {
    pub(super) fn ran(&self, context: &JobContext, started: Instant, ended: Instant, kind: OutcomeKind) {
        // Redis' clock up to the claim, this process' monotonic clock from there.
        let waited = Duration::from_millis(context.claimed_at_ms.saturating_sub(context.ready_at_ms))
            + started.saturating_duration_since(context.received);
        let ran = ended.saturating_duration_since(started);
        self.measured().add(context.lane.as_str(), waited, ran, kind);
    }

    fn take(&self) -> Measured {
        std::mem::take(&mut *self.measured())
    }

    fn measured(&self) -> MutexGuard<'_, Measured> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn run(shared: Arc<Shared>) {
    let mut idle = IDLE_TURNS;
    loop {
        let busy = !shared.meter.measured().is_empty();
        idle += 1;
        if busy || idle >= IDLE_TURNS {
            tell(&shared).await;
            idle = 0;
        }
        sleep(TELL_EVERY).await;
    }
}

/// Tells Redis what was measured since it was last told.
pub(super) async fn tell(shared: &Shared) {
    if let Err(error) = shared.queue.tell(&shared.meter.take()).await {
        tracing::debug!(queue = shared.queue.kind().name(), %error, "a second of measurements was lost");
    }
}
