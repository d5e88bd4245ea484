//! What travels with a payload. The job id, its kind and its lane are in the keys of Redis; the rest is a compact JSON
//! text, written once at enqueue and never changed: attempts, leases and the like live beside it.

use std::{borrow::Cow, fmt, str::FromStr};

use chrono::{DateTime, Utc};
use domain::{IdSource, LogId, MerchantId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{
    error::InvalidJob,
    kind::JobKind,
    payloads::{self, Payload, PayloadError},
};

/// Length of a ULID as text.
const ULID_BYTES: usize = 26;
/// Longest lane.
const LANE_BYTES_MAX: usize = 64;
/// Longest idempotency key.
const IDEMPOTENCY_KEY_BYTES_MAX: usize = 200;
/// Longest trace context; what is beyond is cut.
const TRACE_BYTES_MAX: usize = 128;
/// Longest payload.
const PAYLOAD_BYTES_MAX: usize = 16 * 1_024;

/// A job's id: a ULID as text, made by whoever enqueues.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct JobId(String);

impl JobId {
    /// Takes a ULID.
    ///
    /// # Errors
    /// The text is not a ULID.
    pub fn parse(text: &str) -> Result<Self, InvalidJob> {
        match ulid::Ulid::from_string(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(InvalidJob::JobId(text.to_owned())),
        }
    }

    /// A new id from `ids`.
    pub fn mint(ids: &mut dyn IdSource) -> Self {
        Self(ids.ulid())
    }

    /// The id of the one job of this kind about that webhook. Enqueued again while it is stored, the job is not doubled:
    /// cheaper than an idempotency key, and enough where the row in PostgreSQL says whether the work is done.
    pub fn of_log(log_id: &LogId) -> Self {
        Self(log_id.as_str().to_owned())
    }

    /// An id that Redis gave back.
    pub(crate) fn trusted(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// When the id was made, in milliseconds since 1970.
    pub fn made_at_ms(&self) -> u64 {
        ulid::Ulid::from_string(&self.0).map_or(0, |ulid| ulid.timestamp_ms())
    }
}

impl FromStr for JobId {
    type Err = InvalidJob;
    fn from_str(text: &str) -> Result<Self, InvalidJob> {
        Self::parse(text)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose jobs these are: one merchant's jobs in a queue share a lane, and lanes are served fairly.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Lane(String);

impl TryFrom<String> for Lane {
    type Error = InvalidJob;

    fn try_from(text: String) -> Result<Self, InvalidJob> {
        Self::parse(&text)
    }
}

impl Lane {
    /// Takes a lane's name.
    ///
    /// # Errors
    /// Not 1 to 64 letters, digits, `_` or `-`.
    pub fn parse(text: &str) -> Result<Self, InvalidJob> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if text.is_empty() || text.len() > LANE_BYTES_MAX || !text.bytes().all(allowed) {
            return Err(InvalidJob::Lane(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }

    /// The lane of a merchant.
    pub fn of(merchant: &MerchantId) -> Self {
        Self(merchant.to_string())
    }

    /// The lane of the platform's own jobs. A ULID that no merchant has (it is of 1970), so that records kept by merchant
    /// take it like any other.
    pub fn platform() -> Self {
        Self("0".repeat(ULID_BYTES))
    }

    /// Returns whether this is the lane of the platform's own jobs.
    pub(crate) fn is_platform(&self) -> bool {
        self.0.bytes().all(|byte| byte == b'0') && self.0.len() == ULID_BYTES
    }

    /// The lane as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Splits a job reference `<ULID>/<lane>`, so that the lane is known without a look-up.
pub(crate) fn split_reference(reference: &str) -> Option<(JobId, Lane)> {
    let (id, rest) = reference.split_at_checked(ULID_BYTES)?;
    Some((JobId::trusted(id), Lane(rest.strip_prefix('/')?.to_owned())))
}

/// The stored part of a job.
///
/// `max_attempts` stands first: the claim script reads it there for jobs that ran before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope<'a> {
    /// Runs in all.
    #[serde(rename = "max")]
    pub max_attempts: u32,
    /// Version of the payload.
    #[serde(rename = "v")]
    pub version: u16,
    /// When it was handed to the queue, by the producer's id clock, in milliseconds since 1970.
    #[serde(rename = "at")]
    pub enqueued_at_ms: u64,
    /// Its idempotency key, if any.
    #[serde(rename = "key", borrow, default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<Cow<'a, str>>,
    /// Trace context or request id of what caused the job.
    #[serde(rename = "trace", borrow, default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Cow<'a, str>>,
    /// The job or webhook that caused it, if it is another than the one its id is of.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Cow<'a, str>>,
    /// Not before, in milliseconds since 1970; 0: at once.
    #[serde(rename = "run", default, skip_serializing_if = "is_zero")]
    pub run_at_ms: u64,
    /// The payload's JSON.
    #[serde(rename = "p", borrow)]
    pub payload: &'a RawValue,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A job to be enqueued.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub(crate) kind: JobKind,
    pub(crate) id: JobId,
    pub(crate) lane: Lane,
    version: u16,
    payload: Result<Box<RawValue>, String>,
    trace: Option<String>,
    parent: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) idempotency_window_ms: u64,
    pub(crate) run_at_ms: u64,
    max_attempts: u32,
}

impl NewJob {
    /// A job of the payload's kind, under the kind's policy, to be run as soon as possible.
    pub fn of<P: Payload>(id: JobId, payload: &P, lane: Lane) -> Self {
        let payload = serde_json::value::to_raw_value(payload).map_err(|error| error.to_string());
        Self::written(P::KIND, id, lane, P::VERSION, payload)
    }

    /// A job under its kind's policy, to be run as soon as possible, its payload written already.
    fn written(kind: JobKind, id: JobId, lane: Lane, version: u16, payload: Result<Box<RawValue>, String>) -> Self {
        let policy = kind.policy();
        Self {
            kind,
            id,
            lane,
            version,
            payload,
            trace: None,
            parent: None,
            idempotency_key: None,
            idempotency_window_ms: policy.idempotency_window_ms,
            run_at_ms: 0,
            max_attempts: policy.retry.attempts,
        }
    }

    /// Makes the job of that kind about a recorded webhook. Returns `None` where the kind handles no webhooks.
    pub fn of_webhook(kind: JobKind, log_id: LogId, merchant: &MerchantId) -> Option<Self> {
        payloads::of_webhook(kind, log_id, merchant)
    }

    /// A job from what was kept of it, a dead letter say: under its own id, with a payload of any version ever shipped.
    ///
    /// # Errors
    /// The payload is not one of that kind.
    pub fn restore(kind: JobKind, id: JobId, lane: Lane, version: u16, payload: &str) -> Result<Self, PayloadError> {
        let (version, payload) = payloads::rewrite(kind, version, payload)?;
        Ok(Self::written(kind, id, lane, version, Ok(payload)))
    }

    /// The job or webhook that causes this one, so that both are on one timeline.
    #[must_use]
    pub fn parent(mut self, parent: &JobId) -> Self {
        self.parent = Some(parent.as_str().to_owned());
        self
    }

    /// Trace context (a `traceparent`, or a request id) that the job's span will show; at most 128 bytes are kept.
    #[must_use]
    pub fn trace(mut self, trace: impl Into<String>) -> Self {
        let mut trace = trace.into();
        if trace.len() > TRACE_BYTES_MAX {
            trace.truncate(trace.floor_char_boundary(TRACE_BYTES_MAX));
        }
        self.trace = Some(trace);
        self
    }

    /// A second job of this kind and lane under the same key, within the window, returns this one's id.
    #[must_use]
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.idempotency_key = Some(key.into());
        self
    }

    /// Another window than the kind's, in milliseconds.
    #[must_use]
    pub fn idempotency_window_ms(mut self, window_ms: u64) -> Self {
        self.idempotency_window_ms = window_ms;
        self
    }

    /// Not before that time, by Redis' clock.
    #[must_use]
    pub fn run_at(mut self, at: DateTime<Utc>) -> Self {
        self.run_at_ms = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        self
    }

    /// Another number of runs than the kind's.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The kind.
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    /// The id it will have, unless its key is already taken.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// The lane.
    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// The stored part, as text.
    pub(crate) fn envelope(&self) -> Result<Vec<u8>, InvalidJob> {
        if let Some(key) = &self.idempotency_key {
            let printable = key.chars().all(|c| !c.is_control());
            if key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES_MAX || !printable {
                return Err(InvalidJob::IdempotencyKey(key.clone()));
            }
        }
        let payload = self.payload.as_deref().map_err(|error| InvalidJob::Payload(error.clone()))?;
        if payload.get().len() > PAYLOAD_BYTES_MAX {
            return Err(InvalidJob::PayloadTooLarge { bytes: payload.get().len() });
        }
        let envelope = Envelope {
            max_attempts: self.max_attempts,
            version: self.version,
            enqueued_at_ms: self.id.made_at_ms(),
            idempotency_key: self.idempotency_key.as_deref().map(Cow::Borrowed),
            trace: self.trace.as_deref().map(Cow::Borrowed),
            parent: self.parent.as_deref().map(Cow::Borrowed),
            run_at_ms: self.run_at_ms,
            payload,
        };
        serde_json::to_vec(&envelope).map_err(|error| InvalidJob::Payload(error.to_string()))
    }
}
