//! Repeats a pass until the process stops, counting the outcomes. A failed pass is logged and tried again at the next.

use std::future::Future;
use std::time::Duration;

use platform::metrics;
use platform::shutdown::Shutdown;
use tokio::time::Instant;

/// The reason why a pass failed. Sources differ by pass; they are logged only.
#[derive(Debug, thiserror::Error)]
pub enum PassError {
    /// PostgreSQL failed.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// Redis failed.
    #[error(transparent)]
    Queue(#[from] jobs::QueueError),
    /// A stored record is invalid.
    #[error("{0}")]
    Record(String),
}

/// Runs `pass` every `interval`; it returns the number of repaired rows or jobs.
pub(crate) async fn repeat<F, R>(name: &'static str, interval: Duration, shutdown: Shutdown, mut pass: F)
where
    F: FnMut() -> R,
    R: Future<Output = Result<u64, PassError>>,
{
    // From zero, so that an alert sees the first event.
    for outcome in ["done", "failed"] {
        metrics::scheduler_passes(name, outcome, 0);
    }
    loop {
        let begun = Instant::now();
        match pass().await {
            Ok(repaired) => {
                metrics::scheduler_passes(name, "done", 1);
                metrics::scheduler_rows(name, repaired);
            }
            Err(error) => {
                metrics::scheduler_passes(name, "failed", 1);
                tracing::warn!(
                    pass = name,
                    error = &error as &dyn std::error::Error,
                    "pass failed; the next one will find the same work"
                );
            }
        }
        metrics::scheduler_pass_seconds(name, begun.elapsed().as_secs_f64());
        if !shutdown.sleep(interval).await {
            return;
        }
    }
}
