//! The queues in numbers, for Prometheus: depth by state, and the age of the oldest waiting job, which is what shows a
//! queue that stands still.

use jobs::{JobKind, Queues};
use platform::metrics;

use crate::passes::PassError;

pub(crate) async fn pass(queues: &Queues) -> Result<u64, PassError> {
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
    Ok(0)
}
