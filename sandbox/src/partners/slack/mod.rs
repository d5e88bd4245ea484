//! Slack's incoming webhooks: `/services/T.../B.../...` takes a message in JSON, one a second for each webhook, and answers in
//! plain words.

use std::sync::{Mutex, PoisonError};

use hyper::Method;
use serde_json::Value;

use super::{PartnerApi, Refusal, RequestContext};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::rate::{Bucket, Limit};

/// Messages a second of one webhook.
const MESSAGES_PER_S: f64 = 1.0;
/// Webhooks whose limits are kept.
const WEBHOOKS_MAX: usize = 1_000;
/// Longest text.
const TEXT_CHARS_MAX: usize = 40_000;
/// Blocks of one message.
const BLOCKS_MAX: usize = 50;

/// The partner.
pub(super) struct Slack {
    buckets: Mutex<BoundedMap<String, Bucket>>,
}

/// A refusal: status and word.
type Problem = (u16, &'static str);

impl Slack {
    /// Returns the partner as it is at first.
    pub(super) fn new() -> Self {
        Self { buckets: Mutex::new(BoundedMap::new(WEBHOOKS_MAX)) }
    }

    fn carry_out(&self, call: &Call, context: &RequestContext<'_>) -> Result<Answer, Problem> {
        let segments: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        let webhook = match segments[..] {
            ["services", team, channel, token]
                if team.starts_with('T') && channel.starts_with('B') && !token.is_empty() =>
            {
                token
            }
            _ => return Err((404, "no_service")),
        };
        if call.method != Method::POST {
            return Err((405, "method_not_allowed"));
        }
        let per_s = context.limits.rate_per_s.unwrap_or(MESSAGES_PER_S);
        let limit = Limit { burst: per_s.max(1.0), per_s };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(&webhook.to_owned(), || Bucket::full(limit, context.now));
        bucket.take(1.0, limit, context.now).map_err(|_| (429, "rate_limited"))?;
        if !call.has_content_type("application/json") {
            return Err((400, "invalid_payload"));
        }
        let body: Value = serde_json::from_slice(&call.body).map_err(|_| (400, "invalid_payload"))?;
        check(&body)?;
        Ok(Answer::new(200, "text/html", "ok"))
    }
}

impl PartnerApi for Slack {
    fn account(&self, call: &Call) -> String {
        call.path.rsplit('/').next().unwrap_or_default().to_owned()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        self.carry_out(call, context).unwrap_or_else(|problem| stated(problem, context))
    }

    fn refuse(&self, _call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        let problem = match refusal {
            Refusal::Gone => (404, "no_service"),
            Refusal::Status(status) => (
                status,
                match status {
                    400 => "invalid_payload",
                    403 => "action_prohibited",
                    404 => "no_service",
                    410 => "channel_is_archived",
                    429 => "rate_limited",
                    _ => "rollup_error",
                },
            ),
        };
        stated(problem, context)
    }
}

fn check(body: &Value) -> Result<(), Problem> {
    if !body.is_object() {
        return Err((400, "invalid_payload"));
    }
    let text = body.get("text").map(|text| text.as_str().ok_or((400, "invalid_payload"))).transpose()?;
    let blocks = body.get("blocks").map(|blocks| blocks.as_array().ok_or((400, "invalid_blocks"))).transpose()?;
    if text.is_none_or(str::is_empty) && blocks.is_none_or(Vec::is_empty) {
        return Err((400, "no_text"));
    }
    if text.is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX) {
        return Err((400, "msg_too_long"));
    }
    let blocks_fit =
        blocks.is_none_or(|blocks| blocks.len() <= BLOCKS_MAX && blocks.iter().all(|block| block["type"].is_string()));
    if blocks_fit { Ok(()) } else { Err((400, "invalid_blocks")) }
}

fn stated((status, word): Problem, context: &RequestContext<'_>) -> Answer {
    let answer = Answer::new(status, "text/html", word);
    if status == 429 {
        return answer.with("retry-after", context.limits.retry_after_s.unwrap_or(1.0).to_string());
    }
    answer
}
