//! Postscript's API as we call it: events and message requests, 15 requests a second for each token. A subscriber must be
//! known and opted in: `+15005550001` is unknown, `+15005550004` has opted out, every other one receives. No idempotency, and
//! no word of when to call again.

use std::sync::{Mutex, PoisonError};

use chrono::NaiveDateTime;
use hyper::Method;
use serde_json::{Value, json};

use super::{PartnerApi, Refusal, RequestContext, uuid};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::rate::{Bucket, Limit};

/// Requests a second of one token.
const REQUESTS_PER_S: f64 = 15.0;
/// Tokens whose limits are kept.
const TOKENS_MAX: usize = 1_000;
/// Longest text of a message.
const MESSAGE_CHARS_MAX: usize = 1_600;
/// How a time is written, in UTC.
const TIME_FORMAT: &str = "%Y-%m-%d %H:%M:%S%.f";
/// The subscriber that nobody knows.
const UNKNOWN: [&str; 2] = ["+15005550001", "unknown@example.com"];
/// The subscriber that has opted out.
const OPTED_OUT: [&str; 2] = ["+15005550004", "opted-out@example.com"];

/// The partner.
pub(super) struct Postscript {
    buckets: Mutex<BoundedMap<String, Bucket>>,
}

/// A refusal: status, Postscript's code, and its sentence.
type Problem = (u16, u32, String);

impl Postscript {
    /// Returns the partner as it is at first.
    pub(super) fn new() -> Self {
        Self { buckets: Mutex::new(BoundedMap::new(TOKENS_MAX)) }
    }

    fn carry_out(&self, call: &Call, context: &RequestContext<'_>) -> Result<Answer, Problem> {
        let token = self.account(call);
        if !token.starts_with("sk_") {
            return Err((401, 1001, "Invalid API key".to_owned()));
        }
        let per_s = context.limits.rate_per_s.unwrap_or(REQUESTS_PER_S);
        let limit = Limit { burst: per_s.max(1.0), per_s };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(&token, || Bucket::full(limit, context.now));
        bucket.take(1.0, limit, context.now).map_err(|_| limited())?;
        drop(buckets);
        let path = call.path.trim_end_matches('/');
        match (&call.method, path) {
            (&Method::POST, "/api/v2/events") => event(&object(call)?, context),
            (&Method::POST, "/api/v2/message_requests") => message(&object(call)?, context),
            (_, "/api/v2/events" | "/api/v2/message_requests") => Err((405, 2001, "Method not allowed".to_owned())),
            _ => Err((404, 2002, "Not found".to_owned())),
        }
    }
}

impl PartnerApi for Postscript {
    fn account(&self, call: &Call) -> String {
        call.header("authorization").and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default().trim().to_owned()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        self.carry_out(call, context).unwrap_or_else(problem)
    }

    fn refuse(&self, _call: &Call, refusal: Refusal, _scene: &RequestContext<'_>) -> Answer {
        problem(match refusal {
            Refusal::Status(429) => limited(),
            Refusal::Gone | Refusal::Status(401) => (401, 1001, "Invalid API key".to_owned()),
            Refusal::Status(403) => (403, 1002, "Shop is not active".to_owned()),
            Refusal::Status(status) => (status, u32::from(status) * 10, "Request failed".to_owned()),
        })
    }
}

fn limited() -> Problem {
    (429, 3002, "Rate limit exceeded".to_owned())
}

fn problem((status, code, message): Problem) -> Answer {
    Answer::json(status, &json!({ "error_code": code, "error_message": message, "success": false }))
}

fn invalid(message: impl Into<String>) -> Problem {
    (400, 2000, message.into())
}

fn object(call: &Call) -> Result<Value, Problem> {
    if !call.has_content_type("application/json") {
        return Err((415, 2003, "Content-Type must be application/json".to_owned()));
    }
    match serde_json::from_slice(&call.body) {
        Ok(body @ Value::Object(_)) => Ok(body),
        _ => Err(invalid("Request body is not a JSON object")),
    }
}

/// Checks whom the request is for: known, and opted in.
fn subscriber(body: &Value, names: &[&str]) -> Result<(), Problem> {
    let named = names.iter().find_map(|name| body[*name].as_str().filter(|text| !text.is_empty()));
    let named = named.ok_or_else(|| invalid(format!("One of {} is required", names.join(", "))))?;
    if let Some(phone) = body["phone"].as_str()
        && !phone
            .strip_prefix('+')
            .is_some_and(|digits| digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(invalid("phone must be in E.164 format"));
    }
    if UNKNOWN.contains(&named) {
        return Err((404, 4004, "Subscriber not found".to_owned()));
    }
    if OPTED_OUT.contains(&named) {
        return Err((400, 4001, "Subscriber has opted out".to_owned()));
    }
    Ok(())
}

fn event(body: &Value, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    let kind = body["type"].as_str().unwrap_or_default();
    if kind.is_empty() || !kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(invalid("type must be letters, digits and underscores"));
    }
    if let Some(at) = body.get("occurred_at").filter(|at| !at.is_null())
        && at.as_str().is_none_or(|text| NaiveDateTime::parse_from_str(text, TIME_FORMAT).is_err())
    {
        return Err(invalid("occurred_at must be YYYY-MM-DD HH:MM:SS.ffffff"));
    }
    if body.get("properties").is_some_and(|properties| !properties.is_object() && !properties.is_null()) {
        return Err(invalid("properties must be an object"));
    }
    subscriber(body, &["subscriber_id", "phone", "email"])?;
    Ok(Answer::json(202, &json!({ "event_ids": [uuid(context.ids)] })))
}

fn message(body: &Value, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    let text = body["body"].as_str().unwrap_or_default();
    if text.is_empty() || text.chars().count() > MESSAGE_CHARS_MAX {
        return Err(invalid(format!("body must have 1 to {MESSAGE_CHARS_MAX} characters")));
    }
    if !["promotional", "transactional", "conversational"].contains(&body["category"].as_str().unwrap_or_default()) {
        return Err(invalid("category must be promotional, transactional or conversational"));
    }
    if body["phone"].is_string() && body["country"].as_str().is_none_or(|country| country.len() != 2) {
        return Err(invalid("country must be a two-letter code"));
    }
    subscriber(body, &["subscriber_id", "phone"])?;
    Ok(Answer::json(202, &json!({ "message_request_id": uuid(context.ids), "success": true })))
}
