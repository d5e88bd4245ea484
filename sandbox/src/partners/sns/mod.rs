//! AWS SNS by its query protocol: `Publish` to a topic, an endpoint or a phone number, signed with SigV4. Every topic with a
//! well-formed name exists.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use hyper::Method;
use serde_json::Value;

use super::{PartnerApi, Refusal, RequestContext, uuid};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::form;
use crate::rate::{Bucket, Limit};
use crate::sigv4::{self, Credentials, Refused};
use crate::xml::element;

const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
/// Longest message.
const MESSAGE_BYTES_MAX: usize = 262_144;
/// Longest text message.
const SMS_CHARS_MAX: usize = 1_600;
/// Longest subject.
const SUBJECT_CHARS_MAX: usize = 100;
/// How long a FIFO topic knows a message again.
const DEDUPLICATION: TimeDelta = TimeDelta::minutes(5);
/// Messages and topics that are remembered.
const REMEMBERED_MAX: usize = 10_000;

/// The partner.
pub(super) struct Sns {
    credentials: Credentials,
    state: Mutex<State>,
}

struct State {
    /// Messages of FIFO topics by topic and deduplication id: when, and which id.
    messages: BoundedMap<String, (DateTime<Utc>, String)>,
    buckets: BoundedMap<String, Bucket>,
}

/// A refusal: status, code, sentence.
type Problem = (u16, &'static str, String);

impl Sns {
    /// Returns the partner as it is at first.
    pub(super) fn new(credentials: Credentials) -> Self {
        let state = State { messages: BoundedMap::new(REMEMBERED_MAX), buckets: BoundedMap::new(REMEMBERED_MAX) };
        Self { credentials, state: Mutex::new(state) }
    }

    fn carry_out(&self, call: &Call, context: &RequestContext<'_>) -> Result<Answer, Problem> {
        if call.method != Method::POST || !call.has_content_type("application/x-www-form-urlencoded") {
            return Err((400, "InvalidAction", "the request must be a form that is posted".to_owned()));
        }
        sigv4::verify(call, "sns", &self.credentials, context.now).map_err(unsigned)?;
        let asked = form::parse(std::str::from_utf8(&call.body).unwrap_or_default());
        let get = |name: &str| {
            asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
        };
        if get("Action") != Some("Publish") || get("Version") != Some("2010-03-31") {
            return Err((400, "InvalidAction", "Action must be Publish and Version 2010-03-31".to_owned()));
        }
        let target = check(&get)?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(per_s) = context.limits.rate_per_s {
            let limit = Limit { burst: per_s.max(1.0), per_s };
            let bucket = state.buckets.entry(&target.to_owned(), || Bucket::full(limit, context.now));
            bucket.take(1.0, limit, context.now).map_err(|_| throttled())?;
        }
        let message_id = match get("MessageDeduplicationId").filter(|_| target.ends_with(".fifo")) {
            None => uuid(context.ids),
            Some(id) => {
                let key = format!("{target} {id}");
                match state.messages.get(&key) {
                    Some((at, known)) if context.now - *at < DEDUPLICATION => known.clone(),
                    _ => {
                        let new = uuid(context.ids);
                        state.messages.insert(key, (context.now, new.clone()));
                        new
                    }
                }
            }
        };
        let body = format!(
            "<PublishResponse xmlns=\"{NAMESPACE}\"><PublishResult>{}</PublishResult><ResponseMetadata>{}</ResponseMetadata>\
             </PublishResponse>\n",
            element("MessageId", &message_id),
            element("RequestId", &uuid(context.ids)),
        );
        Ok(Answer::new(200, "text/xml", body))
    }
}

impl PartnerApi for Sns {
    fn account(&self, call: &Call) -> String {
        let asked = form::parse(std::str::from_utf8(&call.body).unwrap_or_default());
        let names = ["TopicArn", "TargetArn", "PhoneNumber"];
        asked.into_iter().find(|(name, _)| names.contains(&name.as_str())).map(|(_, value)| value).unwrap_or_default()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        self.carry_out(call, context).unwrap_or_else(|problem| stated(&problem, context))
    }

    fn refuse(&self, _call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        let problem = match refusal {
            Refusal::Gone => (404, "NotFound", "Topic does not exist".to_owned()),
            Refusal::Status(429) => throttled(),
            Refusal::Status(403) => (403, "AuthorizationError", "not authorized to perform: SNS:Publish".to_owned()),
            Refusal::Status(404) => (404, "NotFound", "Topic does not exist".to_owned()),
            Refusal::Status(status @ 400..500) => (status, "InvalidParameter", "Invalid parameter".to_owned()),
            Refusal::Status(503) => (503, "ServiceUnavailable", "the service is unavailable".to_owned()),
            Refusal::Status(status) => (status, "InternalError", "an internal error".to_owned()),
        };
        stated(&problem, context)
    }
}

fn stated((status, code, message): &Problem, context: &RequestContext<'_>) -> Answer {
    let kind = if *status >= 500 { "Receiver" } else { "Sender" };
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error>{}{}{}</Error>{}</ErrorResponse>\n",
        element("Type", kind),
        element("Code", code),
        element("Message", message),
        element("RequestId", &uuid(context.ids)),
    );
    Answer::new(*status, "text/xml", body)
}

fn throttled() -> Problem {
    (429, "Throttled", "Rate exceeded".to_owned())
}

fn unsigned(refused: Refused) -> Problem {
    let (code, message) = match refused {
        Refused::Missing => ("MissingAuthenticationToken", "Request is missing Authentication Token"),
        Refused::Malformed => ("IncompleteSignature", "the signature does not have the right form or scope"),
        Refused::UnknownKey => ("InvalidClientTokenId", "The security token included in the request is invalid."),
        Refused::Skewed | Refused::Expired => ("SignatureDoesNotMatch", "Signature expired"),
        Refused::Mismatch | Refused::Body => {
            ("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
        }
    };
    (if code == "IncompleteSignature" { 400 } else { 403 }, code, message.to_owned())
}

/// Checks a message. Returns whom it is for.
fn check<'a>(get: &impl Fn(&str) -> Option<&'a str>) -> Result<&'a str, Problem> {
    let invalid = |reason: String| Err((400, "InvalidParameter", format!("Invalid parameter: {reason}")));
    let targets: Vec<&str> = ["TopicArn", "TargetArn", "PhoneNumber"].into_iter().filter_map(get).collect();
    let [target] = targets[..] else { return invalid("exactly one of TopicArn, TargetArn and PhoneNumber".to_owned()) };
    let Some(message) = get("Message") else { return invalid("Empty message".to_owned()) };
    if message.len() > MESSAGE_BYTES_MAX {
        return invalid("Message too long".to_owned());
    }
    if get("PhoneNumber").is_some() {
        let digits = target.strip_prefix('+').unwrap_or_default();
        if digits.len() < 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return invalid(format!("PhoneNumber Reason: {target} is not valid to publish to"));
        }
        if message.chars().count() > SMS_CHARS_MAX {
            return invalid("Message too long".to_owned());
        }
        return Ok(target);
    }
    if target.split(':').count() != 6 || !target.starts_with("arn:aws") || !target.contains(":sns:") {
        return invalid("TopicArn".to_owned());
    }
    if target.ends_with(".fifo") && (get("MessageGroupId").is_none() || get("MessageDeduplicationId").is_none()) {
        return invalid(
            "The MessageGroupId and MessageDeduplicationId parameters are required for FIFO topics".to_owned(),
        );
    }
    if get("Subject").is_some_and(|subject| subject.chars().count() > SUBJECT_CHARS_MAX || !subject.is_ascii()) {
        return invalid("Subject".to_owned());
    }
    if get("MessageStructure") == Some("json") {
        let json: Value = serde_json::from_str(message).unwrap_or_default();
        if !json["default"].is_string() {
            return invalid("Message Structure - No default entry in JSON message body".to_owned());
        }
    }
    Ok(target)
}
