//! Postscript, PostHog and Slack: what they take, and answers that are not errors.

use chrono::DateTime;
use partners::posthog::{Event, POSTHOG_EVENTS_BATCH_MAX};
use partners::postscript::{self, Category, Delivery, Message};
use partners::slack::SlackWebhook;
use sandbox::Partner;
use serde_json::{Map, json};

use crate::support::{Rig, kind};

fn message(phone: &str) -> Message<'_> {
    Message { phone, country: "US", body: "You have 120 points", category: Category::Promotional }
}

#[tokio::test]
async fn postscript_takes_messages_and_events_and_says_who_cannot_receive() {
    let rig = Rig::start().await;
    let postscript = &rig.clients.postscript;
    for (phone, delivery) in [
        ("+15005550006", Delivery::Accepted),
        ("+15005550001", Delivery::UnknownSubscriber),
        ("+15005550004", Delivery::OptedOut),
    ] {
        assert_eq!(postscript.send_message(rig.postscript(), &message(phone)).await.unwrap(), delivery, "{phone}");
    }
    let (at, properties) = (DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap(), Map::new());
    let event = postscript::Event {
        kind: "points_earned",
        phone: "+15005550006",
        at,
        properties: &properties,
        external_id: "e-1",
    };
    assert_eq!(postscript.send_event(rig.postscript(), &event).await.unwrap(), Delivery::Accepted);
    let sent = rig.received(Partner::Postscript).pop().unwrap().json();
    assert_eq!(sent["occurred_at"], "2026-09-21 14:13:20.123456");
    let wrong = postscript::Event { kind: "points earned", ..event };
    assert_eq!(kind(&postscript.send_event(rig.postscript(), &wrong).await), "rejected");
}

#[tokio::test]
async fn posthog_takes_a_batch_with_ids_and_no_address_leaves_us() {
    let rig = Rig::start().await;
    let (posthog, properties) = (&rig.clients.posthog, Map::new());
    let at = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let event = |distinct_id| Event { name: "points_earned", distinct_id, uuid: [7; 16], at, properties: &properties };
    posthog.send_events(&[event("m-1"), event("m-2")]).await.unwrap();
    let sent = rig.received(Partner::PostHog).pop().unwrap().json();
    assert_eq!(sent["batch"][0]["uuid"], "07070707-0707-8707-8707-070707070707");
    assert_eq!(sent["batch"][1]["properties"], json!({ "distinct_id": "m-2" }));
    assert_eq!(kind(&posthog.send_events(&[event("someone@example.com")]).await), "invalid");
    assert_eq!(kind(&posthog.send_events(&[event("")]).await), "invalid");
    let many = vec![event("m-1"); POSTHOG_EVENTS_BATCH_MAX + 1];
    assert_eq!(kind(&posthog.send_events(&many).await), "invalid");
    posthog.send_events(&[]).await.unwrap();
    assert_eq!(rig.received(Partner::PostHog).len(), 1);
}

#[tokio::test]
async fn without_configuration_nothing_is_sent() {
    let mut rig = Rig::start().await;
    rig.restart(&[("POSTHOG_API_KEY", ""), ("SLACK_WEBHOOK", "/services/T1/B9/abc")]);
    assert!(!rig.clients.posthog.is_configured());
    let properties = Map::new();
    let at = DateTime::UNIX_EPOCH;
    let event = Event { name: "a", distinct_id: "m", uuid: [0; 16], at, properties: &properties };
    assert_eq!(kind(&rig.clients.posthog.send_events(&[event]).await), "invalid");
    assert_eq!(rig.clients.slack.platform_webhook(), SlackWebhook::parse("/services/T1/B9/abc").as_ref());
}

#[tokio::test]
async fn slack_takes_a_message_with_blocks_and_cuts_what_is_too_long() {
    let rig = Rig::start().await;
    let slack = &rig.clients.slack;
    let webhook = |n: u32| SlackWebhook::parse(&format!("https://hooks.slack.com/services/T1/B{n}/secret{n}")).unwrap();
    let block = json!({ "type": "section", "text": { "type": "mrkdwn", "text": "95 %" } });
    slack.send(&webhook(1), "95 %", &[block]).await.unwrap();
    slack.send(&webhook(2), &"x".repeat(50_000), &[]).await.unwrap();
    let blocks = vec![json!({ "type": "divider" }); 51];
    assert_eq!(kind(&slack.send(&webhook(3), "many", &blocks).await), "rejected");
    assert_eq!(rig.received(Partner::Slack).len(), 3);
}
