//! Jobs of silent workers: their leases ran out. Workers rescue too, but there may be none.

use jobs::{BATCH_JOBS_MAX, JobKind, Queues};
use platform::metrics;

use crate::passes::PassError;

/// Takes back what one script call of each queue may; the rest waits for the next pass.
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
                "jobs of silent workers were taken back"
            );
        }
        taken_back += rescued.rescued + rescued.poison;
    }
    Ok(taken_back)
}
