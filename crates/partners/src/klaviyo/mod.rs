//! Klaviyo: events, profiles and deletion, by its JSON:API of one revision. Each endpoint has limits of its own, so that each has buckets
//! and a circuit of its own; the account's tier is read from the answers. Events are idempotent by `unique_id`.

mod bodies;
mod limits;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::TokenRate;
use platform::config::PartnersConfig;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::channel::{Channel, Repeat, Wire};
use crate::circuit::CircuitPolicy;
use crate::clients::Account;
use crate::error::{CallError, CallFailure};
use crate::http::{HttpAnswer, failure};
use crate::upstream::{Answer, Limits, UpstreamPolicy};

/// The revision that bodies and answers are of.
pub const KLAVIYO_REVISION: &str = "2026-07-15";
/// Events of one bulk call.
pub const KLAVIYO_EVENTS_BATCH_MAX: usize = 1_000;
/// Profiles of one bulk call.
pub const KLAVIYO_PROFILES_BATCH_MAX: usize = 10_000;
/// Longest body.
const BODY_BYTES_MAX: usize = 5 * 1_024 * 1_024;
const MEDIA_TYPE: &str = "application/vnd.api+json";
const MINUTE: Duration = Duration::from_secs(60);

const fn endpoint(name: &'static str, per_second: u32, per_minute: u32) -> UpstreamPolicy {
    UpstreamPolicy {
        name,
        // The steady rate, with the limit of a second as its burst: so neither limit is exceeded.
        limits: Limits { rate: TokenRate::fixed(per_minute, MINUTE, per_second), smoothing: None },
        circuit: CircuitPolicy {
            window: Duration::from_secs(30),
            failures_min: 10,
            failures_percent: 50,
            open_base: Duration::from_secs(5),
            open_max: Duration::from_secs(120),
        },
        timeout: Duration::from_secs(10),
        retry_after: Duration::from_secs(1),
    }
}

const EVENTS: UpstreamPolicy = endpoint("klaviyo-events", 350, 3_500);
const BULK_EVENTS: UpstreamPolicy = endpoint("klaviyo-bulk-events", 10, 150);
const PROFILES: UpstreamPolicy = endpoint("klaviyo-profiles", 75, 750);
const BULK_PROFILES: UpstreamPolicy = endpoint("klaviyo-bulk-profiles", 10, 150);
const DELETIONS: UpstreamPolicy = endpoint("klaviyo-deletions", 3, 60);

/// The client of Klaviyo. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Klaviyo {
    url: String,
    events: Channel,
    bulk_events: Channel,
    profiles: Channel,
    bulk_profiles: Channel,
    deletions: Channel,
}

/// Whom an event or a profile is about. At least one is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Person<'a> {
    /// The merchant's id of the customer.
    pub external_id: Option<&'a str>,
    /// E-mail address.
    pub email: Option<&'a str>,
    /// Phone number, E.164.
    pub phone: Option<&'a str>,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Name of the metric, such as `Points Earned`.
    pub metric: &'a str,
    /// Whom it is about.
    pub person: Person<'a>,
    /// Makes the event the same one when it is sent again: the id of the ledger entry, say.
    pub unique_id: &'a str,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// At most 400 properties.
    pub properties: &'a Map<String, Value>,
}

/// A profile to create or update.
#[derive(Debug, Clone)]
pub struct Profile<'a> {
    /// Whom it is about.
    pub person: Person<'a>,
    /// Language, such as `ar` or `pt-BR`.
    pub locale: Option<&'a str>,
    /// Properties of the merchant's own, such as the balance.
    pub properties: &'a Map<String, Value>,
}

impl Klaviyo {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig) -> Self {
        let channel = |policy: &UpstreamPolicy| wire.channel(policy, config.timeout());
        Self {
            url: config.klaviyo_url.as_str().to_owned(),
            events: channel(&EVENTS),
            bulk_events: channel(&BULK_EVENTS),
            profiles: channel(&PROFILES),
            bulk_profiles: channel(&BULK_PROFILES),
            deletions: channel(&DELETIONS),
        }
    }

    /// Sends an event. Sent again with the same `unique_id` it counts once.
    ///
    /// # Errors
    /// As any call.
    pub async fn send_event(&self, account: Account<'_>, event: &Event<'_>) -> Result<(), CallError> {
        self.post(&self.events, account, "/api/events", &bodies::event(event)).await
    }

    /// Sends up to 1,000 events, which may be of one customer several times. A `unique_id` stands in it once at most: Klaviyo refuses the
    /// whole call otherwise.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] for more events, or more than 5 MB of them.
    pub async fn send_events(&self, account: Account<'_>, events: &[Event<'_>]) -> Result<(), CallError> {
        if events.is_empty() {
            return Ok(());
        }
        if events.len() > KLAVIYO_EVENTS_BATCH_MAX {
            return Err(self.bulk_events.unfit("more events than a bulk call takes"));
        }
        self.post(&self.bulk_events, account, "/api/event-bulk-create-jobs", &bodies::bulk_events(events)).await
    }

    /// Creates or updates a profile.
    ///
    /// # Errors
    /// As any call.
    pub async fn import_profile(&self, account: Account<'_>, profile: &Profile<'_>) -> Result<(), CallError> {
        self.post(&self.profiles, account, "/api/profile-import", &bodies::profile(profile)).await
    }

    /// Creates or updates up to 10,000 profiles.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] for more profiles, or more than 5 MB of them.
    pub async fn import_profiles(&self, account: Account<'_>, profiles: &[Profile<'_>]) -> Result<(), CallError> {
        if profiles.is_empty() {
            return Ok(());
        }
        if profiles.len() > KLAVIYO_PROFILES_BATCH_MAX {
            return Err(self.bulk_profiles.unfit("more profiles than a bulk call takes"));
        }
        let body = bodies::bulk_profiles(profiles);
        self.post(&self.bulk_profiles, account, "/api/profile-bulk-import-jobs", &body).await
    }

    /// Has everything about a person deleted, by e-mail address or, without one, by phone number.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] where the person has neither.
    pub async fn delete_person(&self, account: Account<'_>, person: Person<'_>) -> Result<(), CallError> {
        let body = bodies::deletion(person);
        let body = body.ok_or_else(|| self.deletions.unfit("a deletion needs an e-mail address or a phone number"))?;
        self.post(&self.deletions, account, "/api/data-privacy-deletion-jobs", &body).await
    }

    async fn post<B: Serialize>(
        &self,
        channel: &Channel,
        account: Account<'_>,
        path: &str,
        body: &B,
    ) -> Result<(), CallError> {
        let body = serde_json::to_vec(body).map_err(|_| channel.unfit("the body cannot be written"))?;
        if body.len() > BODY_BYTES_MAX {
            return Err(channel.unfit("the body is longer than 5 MB"));
        }
        let request = channel
            .request(reqwest::Method::POST, &format!("{}{path}", self.url))
            .header("authorization", format!("Klaviyo-API-Key {}", account.key.expose()))
            .header("revision", KLAVIYO_REVISION)
            .header("accept", MEDIA_TYPE)
            .header("content-type", MEDIA_TYPE)
            .body(body);
        channel.send(account.credential(), 1, Repeat::Safe, request, read).await
    }
}

/// Reads an answer. Of a success only the status and the limits count; its body, if there is one, holds the profile.
fn read(answer: HttpAnswer) -> Result<Answer<()>, CallFailure> {
    if answer.is_success() {
        return Ok(Answer::new(()).with_usage(limits::usage(&answer)));
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    Err(failure(&answer, body["errors"][0]["code"].as_str()))
}
