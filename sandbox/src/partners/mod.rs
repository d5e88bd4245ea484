//! The partners. Each is a value of its own with bounded state, answers a request at a given moment, and knows its own
//! words for a refusal. None knows HTTP beyond `Call` and `Answer`, reads a clock, or sees another.

mod echo;
mod klaviyo;
mod posthog;
mod postscript;
mod reviews;
mod s3;
pub(crate) mod shopify;
mod slack;
mod sns;

pub(crate) use self::reviews::{Sent, send as send_review};

use chrono::{DateTime, Utc};
use platform::Ids;
use serde_json::Value;

use crate::call::{Answer, Call};
use crate::faults::Limits;
use crate::partner::Partner;
use crate::server::Options;
use crate::sigv4::Credentials;

/// What a partner is told of the moment in which it answers.
pub(crate) struct RequestContext<'a> {
    /// The moment.
    pub(crate) now: DateTime<Utc>,
    /// Identity and randomness.
    pub(crate) ids: &'a Ids,
    /// What was set instead of the partner's own limits.
    pub(crate) limits: Limits,
}

/// Why a request is refused without being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// With this status, as a fault says.
    Status(u16),
    /// Since the caller's account is gone.
    Gone,
}

/// One partner.
pub(crate) trait PartnerApi: Send + Sync {
    /// Returns whose limits and faults apply to the request, as far as it says: a shop, an API key, a bucket.
    fn account(&self, call: &Call) -> String;

    /// Answers the request.
    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer;

    /// Refuses the request in the partner's words.
    fn refuse(&self, call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer;
}

/// All partners with their state.
pub(crate) struct Partners {
    echo: echo::Echo,
    klaviyo: klaviyo::Klaviyo,
    posthog: posthog::PostHog,
    postscript: postscript::Postscript,
    shopify: shopify::Shopify,
    slack: slack::Slack,
    sns: sns::Sns,
    s3: s3::S3,
    reviews: reviews::Reviews,
}

impl Partners {
    /// Returns the partners as they are at first.
    pub(crate) fn new(options: &Options) -> Self {
        let credentials = Credentials {
            access_key_id: options.access_key_id.clone(),
            secret_access_key: options.secret_access_key.clone(),
        };
        Self {
            echo: echo::Echo::new(),
            klaviyo: klaviyo::Klaviyo::new(),
            posthog: posthog::PostHog::new(),
            postscript: postscript::Postscript::new(),
            shopify: shopify::Shopify::new(options),
            slack: slack::Slack::new(),
            sns: sns::Sns::new(credentials.clone()),
            s3: s3::S3::new(credentials, &options.bucket),
            reviews: reviews::Reviews,
        }
    }

    /// Shows what a shop is like, after setting it from JSON if some is given.
    ///
    /// # Errors
    /// When that cannot be, with the reason.
    pub(crate) fn shop_settings(&self, domain: &str, json: Option<&[u8]>, now: DateTime<Utc>) -> Result<Value, String> {
        self.shopify.settings(domain, json, now)
    }

    /// Keeps an order of a shop, from the body of a webhook. Returns its number.
    ///
    /// # Errors
    /// When that cannot be, with the reason.
    pub(crate) fn put_order(&self, domain: &str, json: &[u8], now: DateTime<Utc>) -> Result<u64, String> {
        self.shopify.put_order(domain, json, now)
    }

    /// Returns that partner.
    pub(crate) fn partner(&self, partner: Partner) -> &dyn PartnerApi {
        match partner {
            Partner::Echo => &self.echo,
            Partner::Klaviyo => &self.klaviyo,
            Partner::PostHog => &self.posthog,
            Partner::Postscript => &self.postscript,
            Partner::Shopify => &self.shopify,
            Partner::Slack => &self.slack,
            Partner::Sns => &self.sns,
            Partner::S3 => &self.s3,
            Partner::JudgeMe | Partner::Yotpo => &self.reviews,
        }
    }
}

/// Returns a new random UUID (version 4).
fn uuid(ids: &Ids) -> String {
    let mut bytes = [0_u8; 16];
    ids.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
