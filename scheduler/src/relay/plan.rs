//! Decides where each waiting event is moved, from its name and its merchant's subscriptions alone. No I/O.

use domain::EventName;
use jobs::{EventConsumer, JobId};
use store::events::{EventMoves, NewDelivery, WaitingEvent};

/// Plans the moves of events, which keep their order.
pub(super) fn plan(events: &[WaitingEvent], consumers: &[EventConsumer]) -> EventMoves {
    let mut moves = EventMoves::default();
    for event in events {
        moves.positions.push(event.position);
        let Some(name) = EventName::parse(&event.name) else {
            moves.held.push(event.position);
            continue;
        };
        let wanting = consumers.iter().filter(|consumer| consumer.wants(name, &event.subscriptions));
        moves.deliveries.extend(wanting.map(|consumer| NewDelivery {
            position: event.position,
            job_id: JobId::of_event(consumer.kind(), &event.event_id).to_string(),
            consumer: consumer.kind().name(),
        }));
    }
    moves
}

#[cfg(test)]
mod tests {
    use jobs::{Audience, EventPayload, EventRef, JobKind, Payload};
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Clone, Serialize, Deserialize)]
    struct Subscribed {}
    #[derive(Clone, Serialize, Deserialize)]
    struct Everywhere {}

    impl Payload for Subscribed {
        const KIND: JobKind = JobKind::AwardPoints;
        const VERSION: u16 = 1;
    }
    impl EventPayload for Subscribed {
        fn of_event(_: &EventRef) -> Self {
            Self {}
        }
    }
    impl Payload for Everywhere {
        const KIND: JobKind = JobKind::CancelAdjustment;
        const VERSION: u16 = 1;
    }
    impl EventPayload for Everywhere {
        fn of_event(_: &EventRef) -> Self {
            Self {}
        }
    }

    const CONSUMERS: [EventConsumer; 2] = [
        EventConsumer::of::<Subscribed>(&[EventName::PointsEarned], Audience::Subscribers),
        EventConsumer::of::<Everywhere>(EventName::ALL, Audience::EveryMerchant),
    ];

    fn event(position: i64, name: &str, subscriptions: &[&str]) -> WaitingEvent {
        WaitingEvent {
            position,
            event_id: format!("01JD8Q3VN7Z9M0A2B4C6D8E0F{position}"),
            name: name.to_owned(),
            subscriptions: subscriptions.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn an_event_goes_to_each_consumer_that_wants_it_of_this_merchant() {
        let events = [
            event(1, "points_earned", &["award-points", "another"]),
            event(2, "points_earned", &["another"]),
            event(3, "points_adjusted", &["award-points"]),
        ];
        let moves = plan(&events, &CONSUMERS);
        assert_eq!(moves.positions, [1, 2, 3]);
        assert!(moves.held.is_empty());
        let made: Vec<_> = moves.deliveries.iter().map(|made| (made.position, made.consumer)).collect();
        let expected =
            [(1, "award-points"), (1, "cancel-adjustment"), (2, "cancel-adjustment"), (3, "cancel-adjustment")];
        assert_eq!(made, expected);
        assert_ne!(moves.deliveries[0].job_id, moves.deliveries[1].job_id, "an event has a job for each consumer");
        assert_eq!(plan(&events, &CONSUMERS), moves, "a second relay would make the same jobs");
    }

    #[test]
    fn an_event_of_an_unknown_name_is_held_and_one_that_nobody_wants_leaves() {
        let moves =
            plan(&[event(1, "points_invented", &["award-points"]), event(2, "points_adjusted", &[])], &CONSUMERS[..1]);
        assert_eq!((moves.positions.as_slice(), moves.held.as_slice()), ([1, 2].as_slice(), [1].as_slice()));
        assert!(moves.deliveries.is_empty());
    }
}
