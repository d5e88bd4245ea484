//! Settles jobs that ended, in batches that form by themselves while the call before is under way.
//! Keeps what could not be settled; what is settled twice counts as stale and does no harm.

use std::sync::Arc;

use tokio::{sync::mpsc, time::sleep};

use super::shared::Shared;
use crate::{
    outcome::Outcome,
    queue::{BATCH_JOBS_MAX, Settlement},
};

pub(super) async fn run(shared: Arc<Shared>, mut settlements: mpsc::UnboundedReceiver<Settlement>) {
    let mut batch = Vec::with_capacity(BATCH_JOBS_MAX);
    let mut errors = 0;
    while settlements.recv_many(&mut batch, BATCH_JOBS_MAX).await > 0 {
        loop {
            match shared.queue.settle(&batch).await {
                Ok(settled) => {
                    if settled.stale > 0 {
                        shared.observer.fenced(shared.queue.kind(), settled.stale);
                        tracing::warn!(
                            queue = shared.queue.kind().name(),
                            stale = settled.stale,
                            "leases were lost before their jobs ended; others have run or will run them"
                        );
                    }
                    break;
                }
                Err(error) => {
                    tracing::warn!(
                        queue = shared.queue.kind().name(),
                        errors,
                        unsettled = shared.unsettled(),
                        %error,
                        "settling failed, keeping the results"
                    );
                    sleep(shared.backoff(errors)).await;
                    errors += 1;
                }
            }
        }
        errors = 0;
        shared.settled_in_redis(&batch);
        if let Some(recorder) = &shared.recorder
            && batch.iter().any(|settlement| matches!(settlement.outcome, Outcome::Dead { .. }))
        {
            recorder.someone_died();
        }
        batch.clear();
    }
}
