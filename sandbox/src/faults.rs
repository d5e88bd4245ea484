//! What is wrong with a partner for a time, as a caller of the sandbox sets it: `PUT /_sandbox/faults/{partner}`.
//! Which request is hit is decided by a seeded generator, so that a test repeats.

use std::time::Duration;

use platform::Ids;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::partner::Partner;

/// Longest delay of an answer.
const LATENCY_MS_MAX: u64 = 600_000;
/// Longest body of garbage.
const GARBAGE_BYTES_MAX: u64 = 1 << 30;
/// Body of garbage when its length is not given.
const GARBAGE_BYTES: u64 = 512;
/// Highest rate that can be set, in requests or points a second.
const RATE_PER_S_MAX: f64 = 1e9;

/// Longest wait that a refusal can ask for, in seconds.
const RETRY_AFTER_S_MAX: f64 = 86_400.0;

/// The faults of one partner. All are off by default; several can be on at once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// Every request is carried out, and its answer is delayed so long, in milliseconds.
    pub latency_ms: u64,
    /// The share of requests, 0 to 1, that `status`, `hang`, `cut` and `garbage` hit. By default all; if none of the four
    /// is set, the share that fails with 500.
    pub error_rate: Option<f64>,
    /// Not carried out and answered with this status, 400 to 599, in the partner's own words. For Shopify 200, too: its
    /// answer to a caller whose budget is used up.
    pub status: Option<u16>,
    /// Not carried out and never answered.
    pub hang: bool,
    /// Carried out, but the connection ends in the middle of the answer.
    pub cut: bool,
    /// Carried out, but the answer's body is random bytes: `true`, or how many.
    pub garbage: Garbage,
    /// The partner's limit of requests a second for each account, instead of its own; for Shopify the points restored a
    /// second, of which its bucket holds twenty times as many.
    pub rate_per_s: Option<f64>,
    /// What a refusal with 429 says of when to call again, in seconds, where the partner says it.
    pub retry_after_s: Option<f64>,
    /// The account is gone: a shop that uninstalled the app, a workspace or bucket that was removed. `true` for every
    /// account, or the name of one.
    pub shop_gone: ShopGone,
    /// Only requests of this account are hit: a shop's domain, an API key, a bucket.
    pub account: Option<String>,
    /// After so many hits `status`, `hang`, `cut` and `garbage` are over.
    pub hits_max: Option<u64>,
}

/// Random bytes in place of an answer: `false`, `true`, or how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Garbage {
    /// Whether there is garbage.
    Flag(bool),
    /// So many bytes.
    Bytes(u64),
}

/// Whose account is gone: `false`, `true` for all, or the name of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ShopGone {
    /// Everybody's, or nobody's.
    Flag(bool),
    /// The one of that name.
    Account(String),
}

impl Default for Garbage {
    fn default() -> Self {
        Self::Flag(false)
    }
}

impl Default for ShopGone {
    fn default() -> Self {
        Self::Flag(false)
    }
}

/// Limits that were set instead of the partner's own.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Limits {
    /// Requests (for Shopify points) a second.
    pub(crate) rate_per_s: Option<f64>,
    /// What a refusal says of when to call again, in seconds.
    pub(crate) retry_after_s: Option<f64>,
}

/// What becomes of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It is carried out and answered.
    Normal,
    /// It is refused with this status.
    Refused(u16),
    /// It is refused, since the account is gone.
    Gone,
    /// It is never answered.
    Hung,
    /// It is carried out; the answer is cut off.
    Cut,
    /// It is carried out; the answer is so many random bytes.
    Garbled(u64),
}

/// Faults that cannot be set, with the remedy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFaults(String);

impl Faults {
    /// Reads faults from JSON.
    ///
    /// # Errors
    /// When a field is unknown or out of range; the text says which and what it may be.
    pub fn from_json(body: &[u8], partner: Partner) -> Result<Self, InvalidFaults> {
        // A map first: serde would take an array for a struct, too.
        let read = serde_json::from_slice::<Map<String, Value>>(body).map(Value::Object);
        let faults: Self = read.and_then(serde_json::from_value).map_err(|error| {
            InvalidFaults(format!(
                "{error}; expected a JSON object of latency_ms, error_rate, status, hang, cut, garbage, rate_per_s, \
                 retry_after_s, shop_gone, account, hits_max"
            ))
        })?;
        faults.checked(partner)
    }

    fn checked(self, partner: Partner) -> Result<Self, InvalidFaults> {
        let wrong = |problem: &str| Err(InvalidFaults(problem.to_owned()));
        if self.latency_ms > LATENCY_MS_MAX {
            return wrong("latency_ms must be 0 to 600000");
        }
        if self.error_rate.is_some_and(|rate| !(0.0..=1.0).contains(&rate)) {
            return wrong("error_rate must be 0 to 1");
        }
        let allowed = |status: u16| (400..600).contains(&status) || (status == 200 && partner.throttles_with_200());
        if self.status.is_some_and(|status| !allowed(status)) {
            return wrong("status must be 400 to 599 (for Shopify also 200: throttled)");
        }
        if self.rate_per_s.is_some_and(|rate| !(rate > 0.0 && rate <= RATE_PER_S_MAX)) {
            return wrong("rate_per_s must be above 0, and at most 1000000000");
        }
        if self.retry_after_s.is_some_and(|seconds| !(0.0..=RETRY_AFTER_S_MAX).contains(&seconds)) {
            return wrong("retry_after_s must be 0 to 86400");
        }
        if matches!(self.garbage, Garbage::Bytes(bytes) if bytes > GARBAGE_BYTES_MAX) {
            return wrong("garbage must be true, false, or at most 1073741824 bytes");
        }
        Ok(self)
    }

    /// Returns how long an answer to `account` is delayed.
    pub(crate) fn latency(&self, account: &str) -> Duration {
        if self.concerns(account) { Duration::from_millis(self.latency_ms) } else { Duration::ZERO }
    }

    /// Returns the limits that are set for `account`.
    pub(crate) fn limits(&self, account: &str) -> Limits {
        if !self.concerns(account) {
            return Limits::default();
        }
        Limits { rate_per_s: self.rate_per_s, retry_after_s: self.retry_after_s }
    }

    /// Decides what becomes of a request of `account`, and counts a hit.
    pub(crate) fn effect(&mut self, account: &str, ids: &Ids) -> Effect {
        let gone = match &self.shop_gone {
            ShopGone::Flag(gone) => *gone && self.concerns(account),
            ShopGone::Account(name) => name == account,
        };
        if gone {
            return Effect::Gone;
        }
        let effect = self.failure();
        if effect == Effect::Normal || !self.concerns(account) || self.hits_max == Some(0) || !self.hits(ids) {
            return Effect::Normal;
        }
        if let Some(left) = &mut self.hits_max {
            *left -= 1;
        }
        effect
    }

    /// Returns what a request that is hit suffers: the worst that is set.
    fn failure(&self) -> Effect {
        match (self.hang, self.status, self.cut, self.garbage_bytes()) {
            (true, ..) => Effect::Hung,
            (_, Some(status), ..) => Effect::Refused(status),
            (_, _, true, _) => Effect::Cut,
            (_, _, _, Some(bytes)) => Effect::Garbled(bytes),
            _ if self.error_rate.is_some() => Effect::Refused(500),
            _ => Effect::Normal,
        }
    }

    fn garbage_bytes(&self) -> Option<u64> {
        match self.garbage {
            Garbage::Bytes(bytes) => Some(bytes),
            Garbage::Flag(true) => Some(GARBAGE_BYTES),
            Garbage::Flag(false) => None,
        }
    }

    fn hits(&self, ids: &Ids) -> bool {
        // The 53 bits that a double holds exactly make a number in 0..1.
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let drawn = (ids.random_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < self.error_rate.unwrap_or(1.0)
    }

    fn concerns(&self, account: &str) -> bool {
        self.account.as_ref().is_none_or(|only| only == account)
    }
}
