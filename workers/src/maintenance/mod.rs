//! What the platform does for itself at the ticks of cron entries: one file a task, each in short steps that may end
//! anywhere and be begun again. A tick's work is done once: its row says so. What may take longer than a run keeps its place
//! ([`TaskProgress`](store::cron::TaskProgress)).
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

/// Rows that one statement removes or looks at: a few milliseconds of work, so that nothing else waits.
const STEP_ROWS: i64 = 1_000;
/// Longest that one run of a long task goes on; well below the kind's timeout, so that it ends between two steps.
const RUN_TIME_MAX: Duration = Duration::from_secs(10 * 60);
/// Merchants in one page.
const MERCHANTS_PAGE_ROWS: i64 = 500;

/// Does the tasks.
#[derive(Debug, Clone)]
pub(crate) struct Maintainer {
    /// The database.
    pub(crate) store: Store,
    /// The same, for checks that read much.
    pub(crate) reads: ReadStore,
    /// How long what is kept.
    pub(crate) retention: RetentionConfig,
    /// A task does not hold up the end of its process.
    pub(crate) shutdown: Shutdown,
}

/// Why a task did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Interrupted {
    /// The process is asked to stop.
    #[error("this worker is stopping; the task goes on elsewhere")]
    Stopping,
    /// The run has taken as long as one may; the task is not at its end.
    #[error("this run has taken its time; the task goes on in another")]
    HandingOver,
    /// Another run does the same.
    #[error("another run has this task")]
    OtherRun,
    /// PostgreSQL.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Maintainer {
    /// Does a tick's task; does nothing for one that is done. Where another run is at the same task, that is this tick's, too.
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

    /// Between two steps.
    fn may_go_on(&self) -> Result<(), Interrupted> {
        if self.shutdown.is_draining() { Err(Interrupted::Stopping) } else { Ok(()) }
    }

    /// Returns the merchants after that id (the first ones after an empty one), a page of them; none at the end.
    async fn merchants_after(&self, after: &str) -> Result<Vec<MerchantId>, Interrupted> {
        Ok(self.store.merchant_ids_after(after, MERCHANTS_PAGE_ROWS).await?)
    }
}
