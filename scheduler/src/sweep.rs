//! Recorded webhooks that have no job: Redis was unavailable when they came, or has lost their job since. Enqueued again under
//! the record's own id, so one that still waits for its turn is not doubled. Their age is by PostgreSQL's clock, which recorded
//! them: this process's may be wrong.

use std::time::Duration;

use jobs::{JobKind, NewJob, Queues};
use store::Store;
use store::webhooks::PendingWebhook;

use crate::passes::PassError;

/// The reconciler. Keeps a cursor between passes, so that a backlog longer than one pass is swept to its end.
pub struct Sweep {
    store: Store,
    queues: Queues,
    after: Duration,
    rows_max: usize,
    cursor: Option<i64>,
}

/// The result of a pass.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Webhooks that still waited.
    pub waiting: u64,
    /// Those of them that had no job and have one now.
    pub enqueued: u64,
}

impl Sweep {
    /// Sweeps webhooks older than `after`, `rows_max` at a time.
    #[must_use]
    pub fn new(store: Store, queues: Queues, after: Duration, rows_max: usize) -> Self {
        Self { store, queues, after, rows_max, cursor: None }
    }

    pub(crate) async fn pass(&mut self) -> Result<u64, PassError> {
        let swept = self.run().await?;
        if swept.enqueued > 0 {
            tracing::info!(waiting = swept.waiting, enqueued = swept.enqueued, "webhooks without a job were enqueued");
        }
        Ok(swept.enqueued)
    }

    /// Runs one pass: continues while a page has something to repair or to forget, and reads at least one page.
    pub(crate) async fn run(&mut self) -> Result<Swept, PassError> {
        let rows_max = i64::try_from(self.rows_max).unwrap_or(i64::MAX);
        let mut swept = Swept::default();
        loop {
            let page = self.store.pending_webhooks(self.after, self.cursor, rows_max).await?;
            let enqueued = match self.unknown(&page.webhooks).await? {
                unknown if unknown.is_empty() => 0,
                // Redis has lost them, or they were done since the page was read: PostgreSQL knows of a job's end before
                // Redis forgets it, so a second look tells.
                unknown => self.enqueue(&self.store.still_pending(&unknown).await?).await?,
            };
            swept.waiting += page.webhooks.len() as u64;
            swept.enqueued += enqueued;
            self.cursor = page.next;
            if page.next.is_none() || enqueued + page.ended == 0 {
                return Ok(swept);
            }
        }
    }

    /// Returns the webhooks of the page whose jobs are not in Redis.
    async fn unknown(&self, page: &[PendingWebhook]) -> Result<Vec<PendingWebhook>, PassError> {
        let (of, jobs): (Vec<_>, Vec<_>) = self.jobs(page).into_iter().unzip();
        let missing = self.queues.missing(&jobs).await?;
        Ok(of.into_iter().zip(missing).filter(|(_, missing)| *missing).map(|(webhook, _)| webhook.clone()).collect())
    }

    async fn enqueue(&self, lost: &[PendingWebhook]) -> Result<u64, PassError> {
        let jobs: Vec<_> = self.jobs(lost).into_iter().map(|(_, job)| job).collect();
        Ok(self.queues.enqueue_missing(&jobs).await? as u64)
    }

    fn jobs<'a>(&self, page: &'a [PendingWebhook]) -> Vec<(&'a PendingWebhook, NewJob)> {
        let mut jobs = Vec::with_capacity(page.len());
        for webhook in page {
            match self.job(webhook) {
                Ok(job) => jobs.push((webhook, job)),
                // One record must not hold up the others; it stays pending and shows in the retries page.
                Err(error) => tracing::error!(log_id = %webhook.log_id, %error, "webhook cannot be enqueued"),
            }
        }
        jobs
    }

    fn job(&self, webhook: &PendingWebhook) -> Result<NewJob, PassError> {
        let PendingWebhook { log_id, job_kind, merchant_id, .. } = webhook;
        let job = JobKind::parse(job_kind).and_then(|kind| NewJob::of_webhook(kind, log_id.clone(), merchant_id));
        let unknown = || PassError::Record(format!("webhook {log_id} waits for a job of unknown kind {job_kind}"));
        Ok(job.ok_or_else(unknown)?.trace(format!("sweep-{log_id}")))
    }
}
