//! Consumers of events that only tests have, under kinds of the catalogue whose own jobs such a test does not use.

use domain::{EventName, MerchantId};
use jobs::{Audience, EventConsumer, EventPayload, EventRef, JobId, JobKind, Payload};
use serde::{Deserialize, Serialize};
use store::{Store, TenantScope, events};

/// The consumer that merchants subscribe to, and the one that is given the adjustments of every merchant.
pub static CONSUMERS: [EventConsumer; 2] = [
    EventConsumer::of::<Subscribed>(EventName::ALL, Audience::Subscribers),
    EventConsumer::of::<Everywhere>(&[EventName::PointsAdjusted], Audience::EveryMerchant),
];

/// An event for the merchants that have subscribed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subscribed {
    pub event_id: String,
}

/// An event of any merchant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Everywhere {
    pub event_id: String,
}

impl Payload for Subscribed {
    const KIND: JobKind = JobKind::AwardPoints;
    const VERSION: u16 = 1;
}

impl EventPayload for Subscribed {
    fn of_event(event: &EventRef) -> Self {
        Self { event_id: event.event_id.clone() }
    }
}

impl Payload for Everywhere {
    const KIND: JobKind = JobKind::CancelAdjustment;
    const VERSION: u16 = 1;
}

impl EventPayload for Everywhere {
    fn of_event(event: &EventRef) -> Self {
        Self { event_id: event.event_id.clone() }
    }
}

/// Does what a consumer's handler does around its work. Returns the payload of the event, or `None` if another run has done the work.
pub async fn consume(store: &Store, merchant: &MerchantId, job: &JobId) -> Option<String> {
    let key = [(merchant, job.as_str())];
    let mut tx = store.begin(&TenantScope::of(merchant)).await.unwrap();
    let event = events::load(&mut tx, &key).await.unwrap().pop()?;
    assert_eq!(events::finish(&mut tx, &key).await.unwrap(), 1);
    tx.commit().await.unwrap();
    Some(event.payload)
}
