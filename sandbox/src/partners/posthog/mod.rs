//! PostHog's capture API as we call it: one event, or a batch. Answers 200 once it could read the request, even for events
//! that it then drops; an event is kept once for each `uuid`. Takes every project key of the right form.

use std::sync::{Mutex, PoisonError};

use hyper::Method;
use serde_json::{Value, json};

use super::{PartnerApi, Refusal, RequestContext};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::rate::{Bucket, Limit};

/// Longest body.
const BODY_BYTES_MAX: usize = 20 * 1_024 * 1_024;
/// Keys and events that are kept.
const ENTRIES_MAX: usize = 100_000;

/// The partner.
pub(super) struct PostHog {
    state: Mutex<State>,
}

struct State {
    events: BoundedMap<String, Value>,
    buckets: BoundedMap<String, Bucket>,
}

/// A refusal: status, kind, code, sentence.
type Problem = (u16, &'static str, &'static str, String);

impl PostHog {
    /// Returns the partner as it is at first.
    pub(super) fn new() -> Self {
        let (events, buckets) = (BoundedMap::new(ENTRIES_MAX), BoundedMap::new(ENTRIES_MAX));
        Self { state: Mutex::new(State { events, buckets }) }
    }

    fn carry_out(&self, call: &Call, context: &RequestContext<'_>) -> Result<Answer, Problem> {
        let path = call.path.trim_end_matches('/');
        if !["/batch", "/i/v0/e", "/capture"].contains(&path) {
            return Err((404, "invalid_request", "not_found", "Endpoint not found.".to_owned()));
        }
        if call.method != Method::POST {
            return Err((405, "invalid_request", "method_not_allowed", "Use POST.".to_owned()));
        }
        let body = object(call)?;
        let key = key(&body).ok_or_else(unauthenticated)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(per_s) = context.limits.rate_per_s {
            let limit = Limit { burst: per_s.max(1.0), per_s };
            let bucket = state.buckets.entry(&key, || Bucket::full(limit, context.now));
            bucket.take(1.0, limit, context.now).map_err(|_| throttled())?;
        }
        let single = std::slice::from_ref(&body);
        let events = if path == "/batch" {
            let batch = body["batch"].as_array().filter(|batch| !batch.is_empty());
            batch.ok_or_else(|| invalid("batch must be a list of events"))?
        } else {
            single
        };
        if let Some(wrong) = events.iter().find_map(wrong) {
            return Err(invalid(wrong));
        }
        for event in events {
            let uuid = event["uuid"].as_str().map_or_else(|| context.ids.ulid(), str::to_owned);
            if state.events.get(&uuid).is_none() {
                state.events.insert(uuid, event.clone());
            }
        }
        Ok(Answer::json(200, &json!({ "status": "Ok" })))
    }
}

impl PartnerApi for PostHog {
    fn account(&self, call: &Call) -> String {
        serde_json::from_slice(&call.body).ok().as_ref().and_then(key).unwrap_or_default()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        self.carry_out(call, context).unwrap_or_else(|problem| stated(problem, context))
    }

    fn refuse(&self, _call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        let problem = match refusal {
            Refusal::Status(429) => throttled(),
            Refusal::Gone | Refusal::Status(401) => unauthenticated(),
            Refusal::Status(status) => (status, "server_error", "error", "A server error occurred.".to_owned()),
        };
        stated(problem, context)
    }
}

fn stated((status, kind, code, detail): Problem, context: &RequestContext<'_>) -> Answer {
    let answer = Answer::json(status, &json!({ "type": kind, "code": code, "detail": detail, "attr": null }));
    if status == 429 {
        return answer.with("retry-after", context.limits.retry_after_s.unwrap_or(1.0).to_string());
    }
    answer
}

fn unauthenticated() -> Problem {
    let detail = "Project API key invalid. You can find your project API key in your PostHog project settings.";
    (401, "authentication_error", "invalid_api_key", detail.to_owned())
}

fn throttled() -> Problem {
    (429, "quota_limited", "rate_limited", "Too many requests.".to_owned())
}

fn invalid(detail: impl Into<String>) -> Problem {
    (400, "validation_error", "invalid_payload", detail.into())
}

fn object(call: &Call) -> Result<Value, Problem> {
    if call.body.len() > BODY_BYTES_MAX {
        return Err((413, "validation_error", "payload_too_large", "The payload is larger than 20 MB.".to_owned()));
    }
    if !call.has_content_type("application/json") {
        return Err(invalid("Content-Type must be application/json"));
    }
    match serde_json::from_slice(&call.body) {
        Ok(body @ Value::Object(_)) => Ok(body),
        _ => Err(invalid("the body is not a JSON object")),
    }
}

fn key(body: &Value) -> Option<String> {
    let key = body["api_key"].as_str().or_else(|| body["token"].as_str())?;
    (key.starts_with("phc_") && key.len() > 4).then(|| key.to_owned())
}

/// Returns what is wrong with an event.
fn wrong(event: &Value) -> Option<&'static str> {
    let distinct_id = event.get("distinct_id").or_else(|| event["properties"].get("distinct_id"));
    let properties = event.get("properties");
    if event["event"].as_str().is_none_or(str::is_empty) {
        Some("an event needs a name")
    } else if !distinct_id.is_some_and(|id| id.as_str().is_some_and(|id| !id.is_empty()) || id.is_number()) {
        Some("an event needs a distinct_id")
    } else if properties.is_some_and(|properties| !properties.is_object()) {
        Some("properties must be an object")
    } else if event.get("uuid").is_some_and(|uuid| !uuid.as_str().is_some_and(is_uuid)) {
        Some("uuid must be a UUID")
    } else {
        None
    }
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
