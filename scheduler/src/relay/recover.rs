//! Deliveries of events whose jobs Redis has lost, and events that were held until a relay knows their names. Enqueued again under
//! the delivery's own job id, so one that still waits for its turn is not doubled.

use std::time::Duration;

use domain::EventName;
use jobs::{EventConsumer, Queues};
use platform::metrics;
use store::Store;
use store::events::Delivery;

use super::jobs_of;
use crate::passes::PassError;

/// The reconciler. Keeps a cursor between passes, so that a backlog longer than one pass is looked at to its end.
#[derive(Debug)]
pub struct DeliverySweep {
    store: Store,
    queues: Queues,
    consumers: &'static [EventConsumer],
    after: Duration,
    rows_max: usize,
    cursor: i64,
}

impl DeliverySweep {
    /// Looks at deliveries older than `after`, `rows_max` at a time.
    #[must_use]
    pub fn new(
        store: Store,
        queues: Queues,
        consumers: &'static [EventConsumer],
        after: Duration,
        rows_max: usize,
    ) -> Self {
        Self { store, queues, consumers, after, rows_max, cursor: 0 }
    }

    /// Makes one pass. Returns how many jobs were enqueued again.
    ///
    /// # Errors
    /// PostgreSQL or Redis is unavailable.
    pub async fn pass(&mut self) -> Result<u64, PassError> {
        let rows_max = i64::try_from(self.rows_max).unwrap_or(i64::MAX);
        let names: Vec<&str> = EventName::ALL.iter().map(|event| event.as_str()).collect();
        let released = self.store.release_held_events(&names, rows_max).await?;
        if released > 0 {
            tracing::info!(released, "events whose names were unknown before are in the outbox again");
        }
        let page = self.store.open_deliveries(self.after, self.cursor, rows_max).await?;
        let full = page.len() == self.rows_max;
        self.cursor = page.last().filter(|_| full).map_or(0, |last| last.delivery_no);
        let lost = self.lost(page).await?;
        if lost.is_empty() {
            return Ok(0);
        }
        // Lost, or done since the page was read: PostgreSQL knows of a job's end before Redis forgets it.
        let lost = self.store.still_open(&lost).await?;
        let enqueued = self.queues.enqueue_missing(&jobs_of(&lost, self.consumers)).await? as u64;
        if enqueued > 0 {
            metrics::events_relayed("recovered", enqueued);
            tracing::info!(enqueued, "deliveries of events without a job were enqueued");
        }
        Ok(enqueued)
    }

    /// Returns those of the deliveries whose jobs Redis does not know.
    async fn lost(&self, page: Vec<Delivery>) -> Result<Vec<Delivery>, PassError> {
        let known = |delivery: &Delivery| {
            self.consumers.iter().any(|consumer| consumer.kind().name() == delivery.consumer)
                && EventName::parse(&delivery.name).is_some()
        };
        let page: Vec<Delivery> = page.into_iter().filter(known).collect();
        let missing = self.queues.missing(&jobs_of(&page, self.consumers)).await?;
        Ok(page.into_iter().zip(missing).filter_map(|(delivery, missing)| missing.then_some(delivery)).collect())
    }
}
