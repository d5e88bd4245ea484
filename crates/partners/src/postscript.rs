//! Postscript: events and text messages. It has no idempotency and names no time with 429: its limit is kept on our side, and a message
//! is never sent again by itself. A subscriber who is unknown or has opted out is an answer, not an error.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::TokenRate;
use platform::config::PartnersConfig;
use serde_json::{Map, Value, json};

use crate::channel::{Channel, Repeat, Wire};
use crate::circuit::CircuitPolicy;
use crate::clients::Account;
use crate::error::{CallError, CallFailure};
use crate::http::{HttpAnswer, failure};
use crate::upstream::{Answer, Limits, UpstreamPolicy};

const POSTSCRIPT: UpstreamPolicy = UpstreamPolicy {
    name: "postscript",
    // Postscript allows 15 in a second: the steady rate and a whole burst together are not more.
    limits: Limits { rate: TokenRate::fixed(12, Duration::from_secs(1), 3), smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(30),
        failures_min: 10,
        failures_percent: 50,
        open_base: Duration::from_secs(5),
        open_max: Duration::from_secs(120),
    },
    timeout: Duration::from_secs(10),
    retry_after: Duration::from_secs(1),
};

/// Code of a subscriber who has opted out.
const OPTED_OUT: u64 = 4_001;
/// Code of a subscriber who is unknown.
const UNKNOWN_SUBSCRIBER: u64 = 4_004;

/// The client of Postscript. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Postscript {
    url: String,
    channel: Channel,
}

/// What became of an event or a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Postscript has taken it.
    Accepted,
    /// Nobody with that number or address is subscribed.
    UnknownSubscriber,
    /// The subscriber has opted out.
    OptedOut,
}

/// Whether a message is advertising; quiet hours and consent depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Advertising: only with consent, and not in quiet hours.
    Promotional,
    /// About something that the customer has done.
    Transactional,
}

/// A text message.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// Phone number of the subscriber, E.164.
    pub phone: &'a str,
    /// Country of the number (ISO 3166).
    pub country: &'a str,
    /// The text.
    pub body: &'a str,
    /// What it is.
    pub category: Category,
}

/// An event, by which merchants start their flows.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Letters, digits and underscores.
    pub kind: &'a str,
    /// Phone number of the subscriber, E.164.
    pub phone: &'a str,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What is known of it.
    pub properties: &'a Map<String, Value>,
    /// Names the event to the merchant.
    pub external_id: &'a str,
}

impl Postscript {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig) -> Self {
        let channel = wire.channel(&POSTSCRIPT, config.timeout());
        Self { url: config.postscript_url.as_str().to_owned(), channel }
    }

    /// Has a text message sent.
    ///
    /// # Errors
    /// As any call. After [`CallError::Failed`] and [`CallError::TimedOut`] Postscript may have taken it, and would send it twice.
    pub async fn send_message(&self, account: Account<'_>, message: &Message<'_>) -> Result<Delivery, CallError> {
        let category = match message.category {
            Category::Promotional => "promotional",
            Category::Transactional => "transactional",
        };
        let body = json!({
            "phone": message.phone, "country": message.country, "body": message.body, "category": category,
        });
        self.post(account, "/api/v2/message_requests", &body).await
    }

    /// Sends an event.
    ///
    /// # Errors
    /// As [`Postscript::send_message`].
    pub async fn send_event(&self, account: Account<'_>, event: &Event<'_>) -> Result<Delivery, CallError> {
        let body = json!({
            "type": event.kind, "phone": event.phone, "properties": event.properties,
            "occurred_at": event.at.format("%Y-%m-%d %H:%M:%S%.6f").to_string(), "external_id": event.external_id,
        });
        self.post(account, "/api/v2/events", &body).await
    }

    async fn post(&self, account: Account<'_>, path: &str, body: &Value) -> Result<Delivery, CallError> {
        let request = self
            .channel
            .request(reqwest::Method::POST, &format!("{}{path}", self.url))
            .bearer_auth(account.key.expose())
            .json(body);
        self.channel.send(account.credential(), 1, Repeat::Never, request, read).await
    }
}

fn read(answer: HttpAnswer) -> Result<Answer<Delivery>, CallFailure> {
    if answer.is_success() {
        return Ok(Answer::new(Delivery::Accepted));
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match body["error_code"].as_u64() {
        Some(OPTED_OUT) => Ok(Answer::new(Delivery::OptedOut)),
        Some(UNKNOWN_SUBSCRIBER) => Ok(Answer::new(Delivery::UnknownSubscriber)),
        code => Err(failure(&answer, code.map(|code| code.to_string()).as_deref())),
    }
}
