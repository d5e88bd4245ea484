//! S3 as Backblaze B2 speaks it: path-style, signed with SigV4 in a header or a presigned URL, objects whole and in parts. No
//! access rules on objects. Everything is in memory and bounded.

mod bucket;
mod multipart;
mod object;

use std::sync::{Mutex, PoisonError};

use hyper::Method;

use self::bucket::Bucket;
use super::{PartnerApi, Refusal, RequestContext, uuid};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::form;
use crate::rate::{Bucket as TokenBucket, Limit};
use crate::sigv4::{self, Credentials, Refused};
use crate::xml::element;

/// Buckets that are kept.
const BUCKETS_MAX: usize = 100;
/// Bytes of all objects and parts.
const BYTES_MAX: usize = 512 * 1_024 * 1_024;
/// How long a listing is at most.
const KEYS_MAX: usize = 1_000;

/// The partner.
pub(super) struct S3 {
    credentials: Credentials,
    state: Mutex<State>,
}

struct State {
    buckets: BoundedMap<String, Bucket>,
    limits: BoundedMap<String, TokenBucket>,
}

/// A refusal: status, code, sentence.
pub(super) type Problem = (u16, &'static str, String);

/// A request, taken apart.
struct Asked<'a> {
    call: &'a Call,
    key: String,
    parameters: Vec<(String, String)>,
}

impl Asked<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl S3 {
    /// Returns the partner as it is at first: with one empty bucket.
    pub(super) fn new(credentials: Credentials, bucket: &str) -> Self {
        let mut buckets = BoundedMap::new(BUCKETS_MAX);
        buckets.insert(bucket.to_owned(), Bucket::default());
        let limits = BoundedMap::new(BUCKETS_MAX);
        Self { credentials, state: Mutex::new(State { buckets, limits }) }
    }

    fn carry_out(&self, call: &Call, context: &RequestContext<'_>) -> Result<Answer, Problem> {
        sigv4::verify(call, "s3", &self.credentials, context.now).map_err(unsigned)?;
        let path = call.path.trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let asked = Asked { call, key: form::decode(key), parameters: form::parse(&call.query) };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(per_s) = context.limits.rate_per_s {
            let limit = Limit { burst: per_s.max(1.0), per_s };
            let left = state.limits.entry(&bucket.to_owned(), || TokenBucket::full(limit, context.now));
            left.take(1.0, limit, context.now).map_err(|_| slow_down())?;
        }
        if bucket.is_empty() {
            return Ok(bucket::all(state.buckets.keys()));
        }
        if asked.key.is_empty() {
            return bucket::answer(&mut state.buckets, bucket, &asked, context);
        }
        let held: usize = state.buckets.newest_first().map(Bucket::bytes).sum();
        if held + call.body.len() > BYTES_MAX {
            return Err((403, "AccessDenied", "Cannot upload files, storage cap exceeded.".to_owned()));
        }
        let bucket = state.buckets.get_mut(bucket).ok_or_else(|| no_bucket(bucket))?;
        match (asked.parameter("uploadId"), asked.parameter("uploads")) {
            (None, None) => object::answer(bucket, &asked, context),
            _ => multipart::answer(bucket, &asked, context),
        }
    }
}

impl PartnerApi for S3 {
    fn account(&self, call: &Call) -> String {
        call.path.trim_start_matches('/').split('/').next().unwrap_or_default().to_owned()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        let answer = self.carry_out(call, context).unwrap_or_else(|problem| stated(&problem, call, context));
        let answer = answer.with("x-amz-request-id", uuid(context.ids));
        // The length stands in the header all the same.
        if call.method == Method::HEAD { answer.without_body() } else { answer }
    }

    fn refuse(&self, call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        let problem = match refusal {
            Refusal::Gone => no_bucket(&self.account(call)),
            Refusal::Status(429 | 503) => slow_down(),
            Refusal::Status(403) => (403, "AccessDenied", "Access Denied".to_owned()),
            Refusal::Status(404) => (404, "NoSuchKey", "The specified key does not exist.".to_owned()),
            Refusal::Status(status @ 400..500) => (status, "InvalidRequest", "The request is invalid".to_owned()),
            Refusal::Status(status) => (status, "InternalError", "An internal error occurred.".to_owned()),
        };
        let status = if refusal == Refusal::Status(429) { 429 } else { problem.0 };
        stated(&(status, problem.1, problem.2), call, context)
    }
}

fn stated((status, code, message): &Problem, call: &Call, context: &RequestContext<'_>) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Error>{}{}{}{}</Error>\n",
        element("Code", code),
        element("Message", message),
        element("Resource", &call.path),
        element("RequestId", &uuid(context.ids)),
    );
    let answer = Answer::new(*status, "application/xml", body);
    match context.limits.retry_after_s {
        Some(seconds) if [429, 503].contains(status) => answer.with("retry-after", seconds.to_string()),
        _ => answer,
    }
}

fn slow_down() -> Problem {
    (503, "SlowDown", "Please reduce your request rate.".to_owned())
}

fn no_bucket(bucket: &str) -> Problem {
    (404, "NoSuchBucket", format!("The specified bucket does not exist: {bucket}"))
}

fn unsigned(refused: Refused) -> Problem {
    match refused {
        Refused::Missing => {
            (401, "UnauthorizedAccess", "Unauthenticated requests are not allowed for this api".to_owned())
        }
        Refused::Malformed => (400, "AuthorizationHeaderMalformed", "The authorization header is malformed".to_owned()),
        Refused::UnknownKey => (403, "InvalidAccessKeyId", "Malformed Access Key Id".to_owned()),
        Refused::Mismatch => (403, "SignatureDoesNotMatch", "Signature validation failed".to_owned()),
        Refused::Skewed => {
            let message = "The difference between the request time and the server's time is too large.";
            (403, "RequestTimeTooSkewed", message.to_owned())
        }
        Refused::Expired => (403, "AccessDenied", "Request has expired".to_owned()),
        Refused::Body => {
            let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
            (400, "XAmzContentSHA256Mismatch", message.to_owned())
        }
    }
}
