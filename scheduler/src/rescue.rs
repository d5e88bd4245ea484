//! Rescues jobs of workers whose lease expired. Workers do the same, but there may be none.

use jobs::{BATCH_JOBS_MAX, JobKind, Queues};
use platform::metrics;

use crate::passes::PassError;

/// Rescues as many jobs of each queue as one script call may; the next pass rescues the rest.
pub(crate) async fn pass(queues: &Queues) -> Result<u64, PassError> {
    let mut taken_back = 0;
    for kind in JobKind::ALL {
        let rescued = queues.queue(kind).rescue(BATCH_JOBS_MAX).await?;
        metrics::jobs_rescued(kind.name(), "rescued", rescued.rescued);
        metrics::jobs_rescued(kind.name(), "poison", rescued.poison);
        if rescued.rescued + rescued.poison > 0 {
            tracing::warn!(
                queue = kind.name(),
                rescued = rescued.rescued,
                poison = rescued.poison,
                "jobs of workers whose lease expired were rescued"
            );
        }
        taken_back += rescued.rescued + rescued.poison;
    }
    Ok(taken_back)
}
