//! Gauges of the queues and the outbox for Prometheus: depth by state, and the age of the oldest waiting item, which shows a
//! queue that makes no progress.

use jobs::{JobKind, Queues};
use platform::metrics;
use store::Store;

use crate::passes::PassError;

pub(crate) async fn pass(store: &Store, queues: &Queues) -> Result<u64, PassError> {
    for kind in JobKind::ALL {
        // Windows of time begin at marks, also while no worker lives that would make them.
        queues.queue(kind).mark().await?;
        let counts = queues.queue(kind).counts().await?;
        let states = [
            ("waiting", counts.waiting),
            ("delayed", counts.delayed),
            ("running", counts.running),
            ("dead", counts.dead),
        ];
        for (state, jobs) in states {
            metrics::queue_depth_jobs(kind.name(), state, jobs as f64);
        }
        metrics::queue_age_seconds(kind.name(), counts.oldest_age_ms.unwrap_or(0) as f64 / 1_000.0);
    }
    let lag = store.outbox_lag().await?;
    metrics::outbox_waiting_events(lag.waiting as f64);
    metrics::outbox_age_seconds(lag.oldest_age_seconds);
    metrics::outbox_held_events(lag.held as f64);
    Ok(0)
}
