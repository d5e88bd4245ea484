//! Saying how leased jobs ended.

use std::sync::Arc;

use super::{
    BATCH_JOBS_MAX, Claimed, DONE_RING_BATCH_MAX, DONE_RING_JOBS_MAX, Queue,
    script::{SETTLE, Script},
};
use crate::{context::JobContext, error::QueueError, outcome::Outcome};

/// How one leased job ended.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The job's reference in Redis.
    pub reference: Arc<str>,
    /// The job, whose token proves the lease.
    pub context: Arc<JobContext>,
    /// What becomes of it.
    pub outcome: Outcome,
}

impl Settlement {
    /// How that job ended.
    pub fn of(job: &Claimed, outcome: Outcome) -> Self {
        Self { reference: Arc::clone(&job.reference), context: Arc::clone(&job.context), outcome }
    }
}

/// What a settlement came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Jobs that were settled.
    pub applied: u64,
    /// Jobs whose lease was no longer held: skipped.
    pub stale: u64,
}

impl Queue {
    /// Ends leased jobs, in calls of at most [`BATCH_JOBS_MAX`].
    ///
    /// # Errors
    /// Fails when Redis is unavailable; settle all again: what was already carried out counts as stale then.
    pub async fn settle(&self, settlements: &[Settlement]) -> Result<Settled, QueueError> {
        let mut total = Settled::default();
        for batch in settlements.chunks(BATCH_JOBS_MAX) {
            let settled = self.settle_batch(batch).await?;
            total.applied += settled.applied;
            total.stale += settled.stale;
        }
        Ok(total)
    }

    async fn settle_batch(&self, batch: &[Settlement]) -> Result<Settled, QueueError> {
        let script: &Script = &SETTLE;
        let is_done = |settlement: &&Settlement| settlement.outcome == Outcome::Done;
        let release = self.kind.policy().release_key_when_done;
        let key_of = |settlement: &'_ Settlement| match settlement.outcome {
            Outcome::Done | Outcome::Cancel if release => settlement.context.idempotency_key.clone(),
            _ => None,
        };
        let mut command = script.call(&self.keys);
        let keys = || batch.iter().filter_map(|settlement| Some((settlement, key_of(settlement)?)));
        command.arg(DONE_RING_JOBS_MAX).arg(DONE_RING_BATCH_MAX);
        command.arg(batch.iter().filter(is_done).count()).arg(keys().count());
        for settlement in batch.iter().filter(is_done) {
            command.arg(&*settlement.reference).arg(settlement.context.token);
        }
        for (settlement, key) in keys() {
            command.arg(&*settlement.reference).arg(key);
        }
        for settlement in batch.iter().filter(|settlement| !is_done(settlement)) {
            command.arg(&*settlement.reference).arg(settlement.context.token);
            match &settlement.outcome {
                // Done jobs are in the first part.
                Outcome::Done | Outcome::Cancel => command.arg("cancel").arg(""),
                Outcome::Retry { after } => command.arg("retry").arg(millis(*after)),
                Outcome::Snooze { after } => {
                    command.arg("snooze").arg(format!("{}{}", millis(*after), snoozed_once_more(&settlement.context)))
                }
                Outcome::Continue { after } => command.arg("snooze").arg(millis(*after)),
                Outcome::Release => command.arg("release").arg(format!("0{}", snoozed(&settlement.context))),
                Outcome::Dead { reason } => command.arg("dead").arg(format!("{}|{}", reason.class, reason.text)),
            };
        }
        let values = script.array(script.run(&self.connection, &command).await?)?;
        Ok(Settled { applied: script.count(values.first())?, stale: script.count(values.get(1))? })
    }
}

/// What is kept of a job's snoozes, as `tries` holds it.
fn snoozed(context: &JobContext) -> String {
    context.snoozed_since_ms.map(|since| format!("|{since}|{}", context.snoozes)).unwrap_or_default()
}

/// The same after one more.
fn snoozed_once_more(context: &JobContext) -> String {
    let since = context.snoozed_since_ms.unwrap_or_else(|| context.now_ms());
    format!("|{since}|{}", context.snoozes.saturating_add(1))
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
