//! Restores settings of queues that Redis has lost or never received, from PostgreSQL.

use jobs::{JobKind, Queue, Queues, Settings};
use store::jobs::queue_settings;
use store::{Store, StoreError, TenantScope};

use crate::passes::PassError;

/// Returns the number of settings that differed.
pub(crate) async fn pass(store: &Store, queues: &Queues) -> Result<u64, PassError> {
    let mut changed = 0;
    for (name, kept) in store.queue_settings().await? {
        // One that this version does not know is another's.
        let Some(kind) = JobKind::parse(&name) else { continue };
        let queue = queues.queue(kind);
        if queue.settings().await? != read(&kept)? {
            changed += restore(store, queue).await?;
        }
    }
    Ok(changed)
}

/// Runs under the lock, so that a concurrent change is not undone.
async fn restore(store: &Store, queue: &Queue) -> Result<u64, PassError> {
    let name = queue.kind().name();
    let mut tx = store.begin(&TenantScope::Platform).await?;
    let wanted = read(&queue_settings::lock(&mut tx, name).await?)?;
    let changed = queue.restore(&wanted).await?;
    tx.rollback().await.map_err(StoreError::from)?;
    if changed > 0 {
        tracing::warn!(queue = name, changed, "settings that Redis did not have were made again");
    }
    Ok(changed)
}

fn read(kept: &str) -> Result<Settings, PassError> {
    Settings::from_json(kept).map_err(|error| PassError::Record(format!("kept settings of a queue: {error}")))
}
