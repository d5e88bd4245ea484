//! What the sandbox received, request by request, oldest first. Bounded in number and in bytes: the oldest requests
//! leave first. Numbers are never used again, so that `since` stays true after requests were forgotten.

use std::collections::{BTreeMap, VecDeque};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use hyper::header::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::partner::Partner;

/// Requests that are kept.
const REQUESTS_MAX: usize = 50_000;
/// Bytes of their paths, headers and bodies.
const REQUEST_BYTES_MAX: usize = 128 * 1_024 * 1_024;
/// What stands for the status of a request that is never answered.
const NO_ANSWER: u16 = 0;
/// How much of an answer's body is kept.
const ANSWER_BYTES_MAX: usize = 4 * 1_024;

/// One request that the sandbox received, or one that it sent as a partner.
#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// Number of the request, from 1 on.
    pub n: u64,
    /// When it was received, in UTC: RFC 3339 with milliseconds.
    pub at: String,
    /// Name of the partner that was called.
    pub partner: &'static str,
    /// HTTP method.
    pub method: String,
    /// Path behind the partner's name, with the query, as it was sent.
    pub path: String,
    /// Headers by name in lower case; values of a repeated header are joined with `, `.
    pub headers: Map<String, Value>,
    /// The body as text; one that is not UTF-8 as a `data:` URL in base64.
    pub body: String,
    /// Status of the answer; `null` when none was sent.
    pub status: Option<u16>,
}

impl Recorded {
    /// Returns the body parsed as JSON, or `null`.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Entry {
    n: u64,
    at: DateTime<Utc>,
    partner: Partner,
    call: Call,
    status: Option<u16>,
    answer: Bytes,
}

impl Entry {
    fn bytes(&self) -> usize {
        let headers: usize = self.call.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        self.call.path.len() + self.call.query.len() + headers + self.call.body.len() + self.answer.len()
    }

    fn recorded(&self) -> Recorded {
        let query = if self.call.query.is_empty() { String::new() } else { format!("?{}", self.call.query) };
        Recorded {
            n: self.n,
            at: self.at.to_rfc3339_opts(SecondsFormat::Millis, true),
            partner: self.partner.name(),
            method: self.call.method.to_string(),
            path: format!("{}{query}", self.call.path),
            headers: headers(&self.call.headers),
            body: text(&self.call.body),
            status: self.status,
        }
    }
}

/// The requests.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    bytes: usize,
    last: u64,
    totals: BTreeMap<Partner, BTreeMap<u16, u64>>,
}

impl Journal {
    /// Adds a request and the status and body of its answer. Returns its number.
    pub(crate) fn record(
        &mut self,
        at: DateTime<Utc>,
        partner: Partner,
        call: Call,
        status: Option<u16>,
        answer: &Bytes,
    ) -> u64 {
        self.last += 1;
        *self.totals.entry(partner).or_default().entry(status.unwrap_or(NO_ANSWER)).or_default() += 1;
        let answer = answer.slice(..answer.len().min(ANSWER_BYTES_MAX));
        let entry = Entry { n: self.last, at, partner, call, status, answer };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        while self.entries.len() > REQUESTS_MAX || self.bytes > REQUEST_BYTES_MAX {
            let Some(oldest) = self.entries.pop_front() else { break };
            self.bytes -= oldest.bytes();
        }
        self.last
    }

    /// Returns the requests to `partner` (to any if `None`) with a number above `since`, oldest first.
    pub(crate) fn since(&self, partner: Option<Partner>, since: u64) -> Vec<Recorded> {
        self.matching(partner, since).map(Entry::recorded).collect()
    }

    /// Returns the last requests, newest first, each with the beginning of its answer.
    pub(crate) fn latest(&self, partner: Option<Partner>, requests_max: usize) -> Vec<(Recorded, String)> {
        let latest = self.entries.iter().rev().filter(|entry| partner.is_none_or(|wanted| entry.partner == wanted));
        latest.take(requests_max).map(|entry| (entry.recorded(), text(&entry.answer))).collect()
    }

    /// Returns how many requests `partner` answered with each status, kept or not; those without an answer under 0.
    pub(crate) fn totals(&self, partner: Partner) -> BTreeMap<u16, u64> {
        self.totals.get(&partner).cloned().unwrap_or_default()
    }

    /// Returns how many requests are kept.
    pub(crate) fn len(&self, partner: Option<Partner>) -> usize {
        self.matching(partner, 0).count()
    }

    /// Forgets the requests to `partner`, or all.
    pub(crate) fn forget(&mut self, partner: Option<Partner>) {
        self.entries.retain(|entry| partner.is_some_and(|wanted| entry.partner != wanted));
        self.bytes = self.entries.iter().map(Entry::bytes).sum();
        self.totals.retain(|of, _| partner.is_some_and(|wanted| *of != wanted));
    }

    fn matching(&self, partner: Option<Partner>, since: u64) -> impl Iterator<Item = &Entry> {
        let first = self.entries.partition_point(|entry| entry.n <= since);
        self.entries.range(first..).filter(move |entry| partner.is_none_or(|wanted| entry.partner == wanted))
    }
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let joined = headers.keys().map(|name| {
        let values = headers.get_all(name).iter().map(|value| text(value.as_bytes()));
        (name.to_string(), Value::from(values.collect::<Vec<_>>().join(", ")))
    });
    joined.collect()
}

fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("data:application/octet-stream;base64,{}", STANDARD.encode(bytes)),
    }
}
