//! Webhook bodies in Shopify's full shape and size, made from a few numbers, with the headers of a signed delivery. For
//! tests and load runs only (feature `testing`). Deterministic: the same calls give the same bytes.
//!
//! All names, addresses and ids are invented.

mod line;
mod messages;
mod order;
mod refund;
mod shape;
#[cfg(test)]
mod tests;

use chrono::{DateTime, SecondsFormat, Utc};

pub use line::LinePayload;
pub use messages::{app_uninstalled, customer, customers_data_request, customers_redact, shop_redact};
pub use order::OrderPayload;
pub use refund::RefundPayload;

/// One delivery of a body: what the headers say beside the signature.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Topic as Shopify writes it; any text, to test unknown ones.
    pub topic: String,
    /// The shop's domain.
    pub shop_domain: String,
    /// Unique per delivery; give the same again for a retry.
    pub webhook_id: String,
    /// Shared by the deliveries of one action.
    pub event_id: String,
    /// When the action happened.
    pub triggered_at: DateTime<Utc>,
}

impl Delivery {
    /// A delivery whose ids are derived from `n`.
    #[must_use]
    pub fn new(topic: &str, shop_domain: &str, n: u64) -> Self {
        Self {
            topic: topic.to_owned(),
            shop_domain: shop_domain.to_owned(),
            webhook_id: format!("{n:08x}-bdd9-4b37-8a5f-{n:012x}"),
            event_id: format!("{n:08x}-7158-44d4-b7cd-{n:012x}"),
            triggered_at: DateTime::UNIX_EPOCH + chrono::Duration::seconds(shape::EPOCH_SECONDS),
        }
    }

    /// All headers of the delivery, names in lower case, signed for these bytes.
    #[must_use]
    pub fn headers(&self, secret: &[u8], raw: &[u8]) -> Vec<(&'static str, String)> {
        vec![
            ("content-type", "application/json".to_owned()),
            ("x-shopify-topic", self.topic.clone()),
            ("x-shopify-hmac-sha256", crate::hmac::sign(secret, raw)),
            ("x-shopify-shop-domain", self.shop_domain.clone()),
            ("x-shopify-api-version", "2026-07".to_owned()),
            ("x-shopify-webhook-id", self.webhook_id.clone()),
            ("x-shopify-event-id", self.event_id.clone()),
            ("x-shopify-triggered-at", self.triggered_at.to_rfc3339_opts(SecondsFormat::Micros, true)),
        ]
    }
}
