//! What Klaviyo keeps of an account: its profiles, and the events it took, each once by profile, metric and unique id.

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::{Map, Value, json};

use crate::bounded::BoundedMap;
use crate::rate::Bucket;

/// Events, profiles and keys that are kept for an account.
const ENTRIES_MAX: usize = 100_000;

/// One account.
#[derive(Debug)]
pub(super) struct Account {
    /// Events by profile, metric and unique id.
    events: BoundedMap<EventKey, Value>,
    /// Profiles by what identifies them.
    profiles: BoundedMap<String, Value>,
    /// Buckets by endpoint: those of a second and of a minute.
    pub(super) buckets: BoundedMap<&'static str, (Bucket, Bucket)>,
}

/// Profile, metric and unique id of an event.
pub(super) type EventKey = (String, String, String);

impl Account {
    /// Returns an account without any data.
    pub(super) fn new() -> Self {
        Self {
            events: BoundedMap::new(ENTRIES_MAX),
            profiles: BoundedMap::new(ENTRIES_MAX),
            buckets: BoundedMap::new(ENTRIES_MAX),
        }
    }

    /// Returns whether an event of this profile, metric and unique id was taken.
    pub(super) fn knows(&self, key: &EventKey) -> bool {
        self.events.get(key).is_some()
    }

    /// Takes an event; the first of its unique id wins. Without one, the second of its time stands for it.
    pub(super) fn take(&mut self, profile: &str, attributes: &Value, now: DateTime<Utc>, ids: &Ids) {
        let moment = attributes["time"].as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
        let moment = moment.map_or(now, |moment| moment.to_utc());
        let key = unique_key(profile, attributes)
            .unwrap_or_else(|| (profile.to_owned(), metric(attributes), moment.timestamp().to_string()));
        if self.knows(&key) {
            return;
        }
        let event = json!({
            "type": "event",
            "id": ids.ulid(),
            "attributes": {
                "timestamp": moment.timestamp(),
                "datetime": moment.to_rfc3339(),
                "uuid": key.2,
                "event_properties": attributes["properties"],
            },
            "relationships": {
                "profile": { "data": { "type": "profile", "id": profile } },
                "metric": { "data": { "type": "metric", "id": key.1 } },
            },
        });
        self.events.insert(key, event);
    }

    /// Returns the latest events, newest first.
    pub(super) fn latest(&self, events_max: usize) -> Vec<Value> {
        self.events.newest_first().take(events_max).cloned().collect()
    }

    /// Creates or updates a profile. Returns it and whether it is new.
    pub(super) fn import(&mut self, data: &Value, now: DateTime<Utc>, ids: &Ids) -> (Value, bool) {
        let keys = identifiers(data);
        let known = keys.iter().find_map(|key| self.profiles.get(key)).cloned();
        let new = known.is_none();
        let moment = now.to_rfc3339();
        let mut profile = known.unwrap_or_else(|| {
            let id = data["id"].as_str().map_or_else(|| ids.ulid(), str::to_owned);
            json!({ "type": "profile", "id": id, "attributes": { "created": moment } })
        });
        if let (Some(attributes), Some(given)) = (profile["attributes"].as_object_mut(), data["attributes"].as_object())
        {
            attributes.extend(given.clone().into_iter().collect::<Map<_, _>>());
            attributes.insert("updated".to_owned(), moment.into());
        }
        for key in keys {
            self.profiles.insert(key, profile.clone());
        }
        if let Some(id) = profile["id"].as_str() {
            self.profiles.insert(format!("id:{id}"), profile.clone());
        }
        (profile, new)
    }

    /// Deletes the profiles that a request names.
    pub(super) fn delete(&mut self, data: &Value) {
        let doomed: Vec<Value> = identifiers(data).iter().filter_map(|key| self.profiles.get(key).cloned()).collect();
        self.profiles.retain(|profile| !doomed.iter().any(|deleted| deleted["id"] == profile["id"]));
    }
}

/// Returns what an event is known by, if it has a unique id.
pub(super) fn unique_key(profile: &str, attributes: &Value) -> Option<EventKey> {
    Some((profile.to_owned(), metric(attributes), attributes["unique_id"].as_str()?.to_owned()))
}

fn metric(attributes: &Value) -> String {
    attributes["metric"]["data"]["attributes"]["name"].as_str().unwrap_or_default().to_owned()
}

/// Returns what identifies a profile, the strongest first.
pub(super) fn identifiers(data: &Value) -> Vec<String> {
    let id = data["id"].as_str().map(|id| format!("id:{id}"));
    let names = ["external_id", "email", "phone_number", "anonymous_id", "_kx"];
    let others = names.into_iter().filter_map(|name| Some(format!("{name}:{}", data["attributes"][name].as_str()?)));
    id.into_iter().chain(others).collect()
}
