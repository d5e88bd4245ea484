//! Klaviyo: events once by their id, in bulk, profiles, deletion, and the tier that its headers show.

use std::time::Duration;

use chrono::DateTime;
use partners::klaviyo::{Event, KLAVIYO_EVENTS_BATCH_MAX, Person, Profile};
use sandbox::Partner;
use serde_json::{Map, Value, json};

use crate::support::{KLAVIYO_KEY, Rig, http, kind};

fn properties() -> Map<String, Value> {
    json!({ "points": 120 }).as_object().unwrap().clone()
}

fn event<'a>(unique_id: &'a str, email: &'a str, properties: &'a Map<String, Value>) -> Event<'a> {
    let at = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
    let person = Person { external_id: Some("c-1"), email: Some(email), phone: None };
    Event { metric: "Points Earned", person, unique_id, at, properties }
}

/// The events that Klaviyo keeps.
async fn kept(rig: &Rig) -> usize {
    let url = format!("{}/api/events", rig.sandbox.url_of(Partner::Klaviyo));
    let request = http().get(url).header("authorization", format!("Klaviyo-API-Key {KLAVIYO_KEY}"));
    let answer: Value = request.header("revision", "2026-07-15").send().await.unwrap().json().await.unwrap();
    answer["data"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_event_that_is_sent_twice_counts_once() {
    let rig = Rig::start().await;
    let properties = properties();
    for unique_id in ["e-1", "e-1", "e-2"] {
        rig.clients.klaviyo.send_event(rig.klaviyo(), &event(unique_id, "a@example.com", &properties)).await.unwrap();
    }
    assert_eq!(kept(&rig).await, 2);
    let sent = &rig.received(Partner::Klaviyo)[0];
    assert_eq!(sent.headers["revision"], "2026-07-15");
    let attributes = &sent.json()["data"]["attributes"];
    assert_eq!((&attributes["unique_id"], &attributes["time"]), (&json!("e-1"), &json!("2026-09-21T14:13:20.123Z")));
}

#[tokio::test]
async fn events_are_sent_in_bulk_up_to_a_thousand() {
    let rig = Rig::start().await;
    let properties = properties();
    let ids: Vec<String> = (0..KLAVIYO_EVENTS_BATCH_MAX).map(|n| format!("e-{n}")).collect();
    let mut events: Vec<Event<'_>> = ids.iter().map(|id| event(id, "a@example.com", &properties)).collect();
    rig.clients.klaviyo.send_events(rig.klaviyo(), &events).await.unwrap();
    assert_eq!(rig.received(Partner::Klaviyo).len(), 1);
    events.push(event("one-more", "a@example.com", &properties));
    assert_eq!(kind(&rig.clients.klaviyo.send_events(rig.klaviyo(), &events).await), "invalid");
    let doubled = [event("d", "a@example.com", &properties), event("d", "a@example.com", &properties)];
    assert_eq!(kind(&rig.clients.klaviyo.send_events(rig.klaviyo(), &doubled).await), "rejected");
    rig.clients.klaviyo.send_events(rig.klaviyo(), &[]).await.unwrap();
    assert_eq!(rig.received(Partner::Klaviyo).len(), 2);
}

#[tokio::test]
async fn profiles_are_imported_and_deleted() {
    let rig = Rig::start().await;
    let (klaviyo, properties) = (&rig.clients.klaviyo, properties());
    let person = Person { external_id: None, email: Some("a@example.com"), phone: None };
    let profile = Profile { person, locale: Some("ar"), properties: &properties };
    klaviyo.import_profile(rig.klaviyo(), &profile).await.unwrap();
    klaviyo.import_profile(rig.klaviyo(), &profile).await.unwrap();
    klaviyo.import_profiles(rig.klaviyo(), &[profile.clone(), profile.clone()]).await.unwrap();
    let statuses: Vec<_> = rig.received(Partner::Klaviyo).iter().map(|sent| sent.status.unwrap()).collect();
    assert_eq!(statuses[..2], [201, 200]);
    klaviyo.delete_person(rig.klaviyo(), Person { phone: Some("+15005550006"), ..person }).await.unwrap();
    let deletion = rig.received(Partner::Klaviyo).pop().unwrap().json();
    assert_eq!(deletion["data"]["attributes"]["profile"]["data"]["attributes"], json!({ "email": "a@example.com" }));
    assert_eq!(kind(&klaviyo.delete_person(rig.klaviyo(), Person::default()).await), "invalid");
    klaviyo.import_profile(rig.klaviyo(), &profile).await.unwrap();
    assert_eq!(rig.received(Partner::Klaviyo).pop().unwrap().status, Some(201), "it was deleted");
}

#[tokio::test]
async fn the_tier_is_read_from_the_headers() {
    let rig = Rig::start().await;
    let properties = properties();
    rig.clients.klaviyo.send_event(rig.klaviyo(), &event("e", "a@example.com", &properties)).await.unwrap();
    let shown = rig.rates.shown.lock().unwrap().clone();
    let [(partner, 1, usage)] = &shown[..] else { panic!("{shown:?}") };
    assert_eq!((partner.as_str(), usage.left), ("klaviyo-events", Some(349)));
    let rate = usage.rate.unwrap();
    assert_eq!((rate.burst().get(), rate.interval()), (350, Duration::from_micros(17_143)));
}
