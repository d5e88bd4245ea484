//! The maintenance tasks that run at the ticks of cron entries: one file per task, each in short steps that may be interrupted
//! and repeated. The work of a tick is done once, as its row records. A task that may take longer than one run stores its
//! position ([`TaskProgress`](store::cron::TaskProgress)).
//!
//! To add a task: a file here and its arm below.

mod balances;
mod retention;
pub mod rules;

use std::time::Duration;

use domain::MerchantId;
use jobs::{Maintenance, MaintenanceTask};
use platform::config::RetentionConfig;
use platform::metrics;
use platform::shutdown::Shutdown;
use store::{ReadStore, Store, StoreError};

/// Maximum number of rows that one statement removes or reads: a few milliseconds of work, so that nothing else waits.
const STEP_ROWS: i64 = 1_000;
/// Longest duration of one run of a long task; well below the timeout of the job kind, so that the run ends between two steps.
const RUN_TIME_MAX: Duration = Duration::from_secs(10 * 60);
/// Number of merchants in one page.
const MERCHANTS_PAGE_ROWS: i64 = 500;

/// Runs the maintenance tasks.
#[derive(Debug, Clone)]
pub(crate) struct Maintainer {
    /// The database.
    pub(crate) store: Store,
    /// The read-only pool of the database, for checks that read many rows.
    pub(crate) reads: ReadStore,
    /// The retention of each kind of data.
    pub(crate) retention: RetentionConfig,
    /// The shutdown of the process, which interrupts a task between two steps.
    pub(crate) shutdown: Shutdown,
}

/// The reason why a task was not completed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Interrupted {
    /// The process is stopping.
    #[error("this worker is stopping; the task goes on elsewhere")]
    Stopping,
    /// The run has reached its longest duration; the task is not completed.
    #[error("this run has taken its time; the task goes on in another")]
    HandingOver,
    /// Another run is working on the same task.
    #[error("another run has this task")]
    OtherRun,
    /// PostgreSQL.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Maintainer {
    /// Runs the task of a tick unless it is already done. While another run is working on the same task, that run counts for this tick.
    pub(crate) async fn run(&self, job_id: &str, job: &Maintenance) -> Result<(), Interrupted> {
        if self.store.tick_is_finished(job_id).await? {
            return Ok(());
        }
        let rows = match job.task {
            MaintenanceTask::TrimWebhookBodies => self.trim_webhook_bodies(job.tick).await?,
            MaintenanceTask::TrimCronTicks => self.trim_cron_ticks(job.tick).await?,
            MaintenanceTask::TrimAttempts => self.trim_attempts(job.tick).await?,
            MaintenanceTask::TrimDeadLetters => self.trim_dead_letters(job.tick).await?,
            MaintenanceTask::TrimAuditLogs => self.trim_audit_logs(job.tick).await?,
            MaintenanceTask::VerifyBalances => match self.verify_balances().await {
                Err(other @ Interrupted::OtherRun) => {
                    tracing::info!(task = job.task.name(), tick = %job.tick, reason = %other, "maintenance is left to another run");
                    0
                }
                looked_at => looked_at?,
            },
        };
        metrics::maintenance_rows(job.task.name(), rows);
        tracing::info!(task = job.task.name(), tick = %job.tick, rows, "maintenance is done");
        self.store.finish_tick(job_id).await?;
        Ok(())
    }

    /// Checks between two steps whether the run must stop.
    fn may_go_on(&self) -> Result<(), Interrupted> {
        if self.shutdown.is_draining() { Err(Interrupted::Stopping) } else { Ok(()) }
    }

    /// Returns the merchants after that id (the first ones after an empty one), a page of them; none at the end.
    async fn merchants_after(&self, after: &str) -> Result<Vec<MerchantId>, Interrupted> {
        Ok(self.store.merchant_ids_after(after, MERCHANTS_PAGE_ROWS).await?)
    }
}
