//! The relay: moves events from the outbox to jobs of their consumers, each event once for each consumer, a customer's events in
//! order (docs/adr/0020).
//!
//! A round is a transaction that takes the oldest events from the outbox and writes a delivery for each consumer; then their jobs
//! are enqueued under the deliveries' own ids, and the position is recorded. The next holder of the lease begins at
//! that position. Refuses to do a consumer's work.

mod plan;
mod recover;

use std::time::Duration;

use domain::EventName;
use jobs::{EventConsumer, EventRef, NewJob, Queues};
use platform::metrics;
use store::events::{self, Delivery, EventMoves};
use store::{Store, StoreError, TenantScope};

use crate::passes::PassError;
use plan::plan;

pub use recover::DeliverySweep;

/// How long another relay waits for one that has lost its heartbeat. Longer than a round, which renews it.
const LEASE: Duration = Duration::from_secs(10);
/// Rounds of one pass at most: then the process checks whether it must stop.
const ROUNDS_MAX: u32 = 100;

/// The relay of one scheduler.
#[derive(Debug)]
pub struct Relay {
    store: Store,
    queues: Queues,
    consumers: &'static [EventConsumer],
    /// Its name among the relays of the cluster.
    name: String,
    rows_max: usize,
}

/// The result of a round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relayed {
    /// Events taken from the outbox.
    pub events: usize,
    /// Deliveries whose jobs were enqueued.
    pub deliveries: usize,
}

impl Relay {
    /// Makes the relay of that name, which moves `rows_max` events at a time.
    #[must_use]
    pub fn new(
        store: Store,
        queues: Queues,
        consumers: &'static [EventConsumer],
        name: String,
        rows_max: usize,
    ) -> Self {
        Self { store, queues, consumers, name, rows_max }
    }

    /// Makes rounds until the outbox is empty, as many as a pass may. Returns how many events left it.
    pub(crate) async fn pass(&self) -> Result<u64, PassError> {
        let mut moved = 0;
        for _ in 0..ROUNDS_MAX {
            let relayed = self.round().await?;
            moved += relayed.events as u64;
            if relayed.events.max(relayed.deliveries) < self.rows_max {
                break;
            }
        }
        Ok(moved)
    }

    /// Makes one round, or none while another relay has the lease.
    ///
    /// # Errors
    /// PostgreSQL or Redis is unavailable. The next round, of any relay, goes on with what was not enqueued.
    pub async fn round(&self) -> Result<Relayed, PassError> {
        let Some((relayed, deliveries)) = self.take().await? else { return Ok(Relayed::default()) };
        if let Some(last) = deliveries.last() {
            self.queues.enqueue(&jobs_of(&deliveries, self.consumers)).await?;
            self.store.events_sent(last.delivery_no).await?;
            metrics::events_relayed("delivered", deliveries.len() as u64);
        }
        Ok(relayed)
    }

    /// Takes events from the outbox. Returns the deliveries whose jobs are to be enqueued, those of an earlier round that was cut
    /// off first; `None` while another relay has the lease.
    ///
    /// # Errors
    /// PostgreSQL is unavailable: then nothing is taken.
    pub async fn take(&self) -> Result<Option<(Relayed, Vec<Delivery>)>, PassError> {
        let rows_max = i64::try_from(self.rows_max).unwrap_or(i64::MAX);
        let mut tx = self.store.begin(&TenantScope::Platform).await?;
        let Some(sent_up_to) = events::lease(&mut tx, &self.name, LEASE).await? else {
            tx.rollback().await.map_err(StoreError::from)?;
            return Ok(None);
        };
        let mut deliveries = events::unsent(&mut tx, sent_up_to, rows_max).await?;
        let mut moves = EventMoves::default();
        // A full page of unsent deliveries may not be all of them, and later events must not overtake the rest.
        if deliveries.len() < self.rows_max {
            moves = plan(&events::waiting(&mut tx, rows_max).await?, self.consumers);
        }
        if !moves.positions.is_empty() {
            deliveries.extend(events::move_events(&mut tx, &moves).await?);
        }
        tx.commit().await.map_err(StoreError::from)?;
        let taken = moves.positions.len();
        let wanted = moves.deliveries.chunk_by(|a, b| a.position == b.position).count();
        metrics::events_relayed("held", moves.held.len() as u64);
        metrics::events_relayed("unwanted", (taken - moves.held.len() - wanted) as u64);
        Ok(Some((Relayed { events: taken, deliveries: deliveries.len() }, deliveries)))
    }
}

/// Makes the jobs of deliveries, in their order. One whose consumer or event this version does not know has none: it is left to a
/// scheduler that knows it.
fn jobs_of(deliveries: &[Delivery], consumers: &[EventConsumer]) -> Vec<NewJob> {
    let mut jobs = Vec::with_capacity(deliveries.len());
    for delivery in deliveries {
        let consumer = consumers.iter().find(|consumer| consumer.kind().name() == delivery.consumer);
        match consumer.zip(EventName::parse(&delivery.name)) {
            Some((consumer, name)) => {
                let event = EventRef { event_id: delivery.event_id.clone(), name };
                jobs.push(consumer.job(&event, &delivery.merchant_id));
            }
            None => tracing::warn!(
                job_id = delivery.job_id,
                consumer = delivery.consumer,
                "this version knows no consumer of that name: its delivery is left to a newer scheduler"
            ),
        }
    }
    jobs
}
