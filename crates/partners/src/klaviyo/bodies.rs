//! The bodies that are sent to Klaviyo, in its JSON:API. What is absent is left out, since `null` would delete it.

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use super::{Event, Person, Profile};

pub(super) fn event(event: &Event<'_>) -> Value {
    let mut attributes = of_event(event);
    attributes["profile"] = json!({ "data": { "type": "profile", "attributes": person(event.person) } });
    json!({ "data": { "type": "event", "attributes": attributes } })
}

pub(super) fn bulk_events(events: &[Event<'_>]) -> Value {
    let entries = events.iter().map(|event| {
        json!({ "type": "event-bulk-create", "attributes": {
            "profile": { "data": { "type": "profile", "attributes": person(event.person) } },
            "events": { "data": [{ "type": "event", "attributes": of_event(event) }] },
        } })
    });
    json!({ "data": { "type": "event-bulk-create-job", "attributes": {
        "events-bulk-create": { "data": entries.collect::<Vec<_>>() },
    } } })
}

fn of_event(event: &Event<'_>) -> Value {
    json!({
        "properties": event.properties,
        "time": event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "unique_id": event.unique_id,
        "metric": { "data": { "type": "metric", "attributes": { "name": event.metric } } },
    })
}

fn person(person: Person<'_>) -> Map<String, Value> {
    let named = [("external_id", person.external_id), ("email", person.email), ("phone_number", person.phone)];
    named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}

pub(super) fn profile(profile: &Profile<'_>) -> Value {
    json!({ "data": of_profile(profile) })
}

pub(super) fn bulk_profiles(profiles: &[Profile<'_>]) -> Value {
    let profiles: Vec<Value> = profiles.iter().map(of_profile).collect();
    json!({ "data": { "type": "profile-bulk-import-job", "attributes": { "profiles": { "data": profiles } } } })
}

fn of_profile(profile: &Profile<'_>) -> Value {
    let mut attributes = person(profile.person);
    if let Some(locale) = profile.locale {
        attributes.insert("locale".to_owned(), locale.into());
    }
    if !profile.properties.is_empty() {
        attributes.insert("properties".to_owned(), Value::Object(profile.properties.clone()));
    }
    json!({ "type": "profile", "attributes": attributes })
}

/// Makes a deletion by exactly one identifier; `None` where there is none.
pub(super) fn deletion(person: Person<'_>) -> Option<Value> {
    let attributes = match (person.email, person.phone) {
        (Some(email), _) => json!({ "email": email }),
        (None, Some(phone)) => json!({ "phone_number": phone }),
        (None, None) => return None,
    };
    let data = json!({ "type": "profile", "attributes": attributes });
    Some(json!({ "data": { "type": "data-privacy-deletion-job", "attributes": { "profile": { "data": data } } } }))
}
