//! Which kinds of jobs consume which events of the outbox: one line each. The relay makes a job of each event for each of its
//! consumers. What a consumer does with the event is its handler's to say.

use std::fmt;

use chrono::DateTime;
use domain::{EventName, MerchantId};
use sha2::{Digest, Sha256};

use crate::{
    envelope::{JobId, Lane, NewJob},
    kind::JobKind,
    payloads::Payload,
    tick::ulid_of,
};

/// The consumers of events. To add one: its kind in the catalogue, with an [`EventPayload`], and a line here, such as
/// `EventConsumer::of::<KlaviyoSend>(&[EventName::PointsEarned], Audience::Subscribers)`.
pub const EVENT_CONSUMERS: &[EventConsumer] = &[];

/// Whose events a consumer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Those of every merchant: for the platform's own partners.
    EveryMerchant,
    /// Those of the merchants that have configured the consumer (`store`, `subscribe`).
    Subscribers,
}

/// An event, as far as a job carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRef {
    /// Its id.
    pub event_id: String,
    /// Its name.
    pub name: EventName,
}

/// The payload of a kind that consumes events. What the event says, the handler reads from its delivery, by the job's id.
pub trait EventPayload: Payload {
    /// Makes the payload of the job about that event.
    fn of_event(event: &EventRef) -> Self;
}

/// A kind of job that consumes events.
#[derive(Clone, Copy)]
pub struct EventConsumer {
    kind: JobKind,
    events: &'static [EventName],
    audience: Audience,
    job: fn(&EventRef, JobId, Lane) -> NewJob,
}

impl EventConsumer {
    /// Makes the jobs of the payload's kind consumers of `events`.
    #[must_use]
    pub const fn of<P: EventPayload>(events: &'static [EventName], audience: Audience) -> Self {
        Self { kind: P::KIND, events, audience, job: job_of::<P> }
    }

    /// Returns the kind of the consumer's jobs.
    #[must_use]
    pub const fn kind(&self) -> JobKind {
        self.kind
    }

    /// Returns whether the consumer wants that event of a merchant that has configured these consumers.
    #[must_use]
    pub fn wants(&self, event: EventName, configured: &[String]) -> bool {
        self.events.contains(&event)
            && match self.audience {
                Audience::EveryMerchant => true,
                Audience::Subscribers => configured.iter().any(|name| name == self.kind.name()),
            }
    }

    /// Makes the job that gives the consumer that event, under the id that the pair always has.
    #[must_use]
    pub fn job(&self, event: &EventRef, merchant: &MerchantId) -> NewJob {
        let id = JobId::of_event(self.kind, &event.event_id);
        (self.job)(event, id, Lane::of(merchant)).trace(format!("event-{}", event.event_id))
    }
}

impl fmt::Debug for EventConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventConsumer").field("kind", &self.kind).field("events", &self.events).finish_non_exhaustive()
    }
}

fn job_of<P: EventPayload>(event: &EventRef, id: JobId, lane: Lane) -> NewJob {
    NewJob::of(id, &P::of_event(event), lane)
}

impl JobId {
    /// The id of the one job that gives that kind of consumer that event: made when the event was, and otherwise the start of the
    /// pair's SHA-256, since an event has a job for each consumer and dead letters are kept by job id.
    #[must_use]
    pub fn of_event(kind: JobKind, event_id: &str) -> Self {
        let made_at_ms = JobId::parse(event_id).map_or(0, |id| id.made_at_ms());
        let at = DateTime::from_timestamp_millis(i64::try_from(made_at_ms).unwrap_or(0)).unwrap_or_default();
        ulid_of(at, &Sha256::digest(format!("event:{kind}:{event_id}").as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_of_a_delivery_is_frozen_and_differs_by_consumer() {
        let event = "01JD8Q3VN7Z9M0A2B4C6D8E0F1";
        let id = JobId::of_event(JobKind::AwardPoints, event);
        assert_eq!(JobId::parse(id.as_str()).unwrap(), id);
        assert_eq!(id.as_str().get(..10), event.get(..10), "jobs keep the order of their events' times");
        assert_eq!(id, JobId::of_event(JobKind::AwardPoints, event));
        assert_ne!(id, JobId::of_event(JobKind::CancelAdjustment, event));
        assert_ne!(id, JobId::of_event(JobKind::AwardPoints, "01JD8Q3VN7Z9M0A2B4C6D8E0F2"));
        assert_eq!(JobId::of_event(JobKind::AwardPoints, "no ulid").made_at_ms(), 0);
    }
}
