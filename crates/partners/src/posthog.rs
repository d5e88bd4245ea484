//! PostHog: batches of events to the platform's own project. An event is the same one when it is sent again with its `uuid`. Refuses an
//! e-mail address as `distinct_id`.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use domain::TokenRate;
use platform::config::{PartnersConfig, Secret};
use serde_json::{Map, Value, json};

use crate::channel::{Channel, Repeat, Wire};
use crate::circuit::CircuitPolicy;
use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer, failure};
use crate::upstream::{Answer, Limits, UpstreamPolicy};

/// Events of one call.
pub const POSTHOG_EVENTS_BATCH_MAX: usize = 1_000;
/// Longest body.
const BODY_BYTES_MAX: usize = 20 * 1_000 * 1_000;
/// Longest `distinct_id`.
const DISTINCT_ID_CHARS_MAX: usize = 200;

const POSTHOG: UpstreamPolicy = UpstreamPolicy {
    name: "posthog",
    limits: Limits { rate: TokenRate::fixed(50, Duration::from_secs(1), 50), smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(30),
        failures_min: 10,
        failures_percent: 50,
        open_base: Duration::from_secs(10),
        open_max: Duration::from_secs(300),
    },
    timeout: Duration::from_secs(10),
    retry_after: Duration::from_secs(5),
};

/// The client of PostHog. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PostHog {
    url: String,
    key: Option<Secret<String>>,
    channel: Channel,
}

/// An event.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whom it is about: an id of ours, no personal data.
    pub distinct_id: &'a str,
    /// Makes the event the same one when it is sent again: 16 bytes, such as a ULID's or the beginning of a hash.
    pub uuid: [u8; 16],
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What is known of it. No personal data.
    pub properties: &'a Map<String, Value>,
}

impl PostHog {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig) -> Self {
        let channel = wire.channel(&POSTHOG, config.timeout());
        Self { url: config.posthog_url.as_str().to_owned(), key: config.posthog_api_key.clone(), channel }
    }

    /// Returns whether a project is configured.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        self.key.is_some()
    }

    /// Sends up to 1,000 events.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] for more events, an address as `distinct_id`, or without a configured project.
    pub async fn send_events(&self, events: &[Event<'_>]) -> Result<(), CallError> {
        let key = self.key.as_ref().ok_or_else(|| self.channel.unfit("POSTHOG_API_KEY is not set"))?;
        if events.is_empty() {
            return Ok(());
        }
        if events.len() > POSTHOG_EVENTS_BATCH_MAX {
            return Err(self.channel.unfit("more events than a batch takes"));
        }
        let named = |event: &Event<'_>| {
            (1..=DISTINCT_ID_CHARS_MAX).contains(&event.distinct_id.len()) && !event.distinct_id.contains('@')
        };
        if !events.iter().all(named) {
            return Err(self.channel.unfit("a distinct_id must be an id of ours"));
        }
        let batch: Vec<Value> = events.iter().map(entry).collect();
        let body = json!({ "api_key": key.expose(), "historical_migration": false, "batch": batch });
        let body = serde_json::to_vec(&body).map_err(|_| self.channel.unfit("the body cannot be written"))?;
        if body.len() > BODY_BYTES_MAX {
            return Err(self.channel.unfit("the body is longer than 20 MB"));
        }
        let request = self
            .channel
            .request(reqwest::Method::POST, &format!("{}/batch/", self.url))
            .header("content-type", "application/json")
            .body(body);
        self.channel.send(Credential::of_account("platform"), 1, Repeat::Safe, request, read).await
    }
}

fn entry(event: &Event<'_>) -> Value {
    let mut properties = event.properties.clone();
    properties.insert("distinct_id".to_owned(), event.distinct_id.into());
    json!({
        "event": event.name,
        "uuid": uuid(event.uuid),
        "timestamp": event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "properties": properties,
    })
}

/// Writes 16 bytes as a UUID of version 8, which may be of any origin.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn read(answer: HttpAnswer) -> Result<Answer<()>, CallFailure> {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    if !answer.is_success() {
        return Err(failure(&answer, body.as_ref().and_then(|body| body["code"].as_str())));
    }
    // A proxy's page with status 200 is no success.
    let object = body.filter(Value::is_object);
    object.map(|_| Answer::new(())).ok_or_else(|| CallFailure::Failed(AnswerError::Malformed.into()))
}
