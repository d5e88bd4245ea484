//! Objects: put, read whole or in part, asked for and deleted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::SecondsFormat;
use hyper::Method;
use hyper::header::{HeaderName, HeaderValue};
use md5::{Digest as _, Md5};

use super::bucket::Bucket;
use super::{Asked, Problem};
use crate::call::Answer;
use crate::partners::RequestContext;
use crate::sigv4::hex;

/// Longest key.
const KEY_BYTES_MAX: usize = 1_024;
/// Objects of one bucket.
const OBJECTS_MAX: usize = 10_000;
/// Headers that are kept with an object.
const KEPT: [&str; 5] =
    ["content-type", "content-disposition", "content-encoding", "content-language", "cache-control"];

/// An object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    pub(super) body: Bytes,
    pub(super) etag: String,
    pub(super) modified_at: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Object {
    /// Returns an object of that body, with the headers of the request that made it.
    pub(super) fn new(body: Bytes, etag: String, asked: &Asked<'_>, context: &RequestContext<'_>) -> Self {
        let kept = |name: &HeaderName| KEPT.contains(&name.as_str()) || name.as_str().starts_with("x-amz-meta-");
        let headers =
            asked.call.headers.iter().filter(|(name, _)| kept(name)).map(|(name, value)| (name.clone(), value.clone()));
        let modified_at = context.now.to_rfc3339_opts(SecondsFormat::Millis, true);
        Self { body, etag, modified_at, headers: headers.collect() }
    }
}

/// Returns the tag of a body: its MD5 in quotes.
pub(super) fn etag(body: &[u8]) -> String {
    format!("\"{}\"", hex(&Md5::digest(body)))
}

/// Checks a body against the MD5 that the request declares.
pub(super) fn check_md5(asked: &Asked<'_>) -> Result<(), Problem> {
    match asked.call.header("content-md5") {
        Some(declared) if declared != STANDARD.encode(Md5::digest(&asked.call.body)) => {
            Err((400, "BadDigest", "The Content-MD5 you specified did not match what we received.".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Checks what is asked of an object's access: B2 has no rules for objects.
pub(super) fn check_acl(asked: &Asked<'_>) -> Result<(), Problem> {
    match asked.call.header("x-amz-acl") {
        None | Some("private") => Ok(()),
        Some(_) => Err((400, "InvalidRequest", "Access control lists of objects are not supported".to_owned())),
    }
}

/// Answers a request about an object.
pub(super) fn answer(bucket: &mut Bucket, asked: &Asked<'_>, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    if asked.parameter("acl").is_some() || asked.parameter("tagging").is_some() {
        return Err((501, "NotImplemented", "This call is not supported for an object".to_owned()));
    }
    match asked.call.method {
        Method::PUT => put(bucket, asked, context),
        Method::GET | Method::HEAD => {
            let missing = || (404, "NoSuchKey", "The specified key does not exist.".to_owned());
            get(bucket.objects.get(&asked.key).ok_or_else(missing)?, asked)
        }
        Method::DELETE => {
            bucket.objects.remove(&asked.key);
            Ok(Answer::empty(204))
        }
        _ => Err((405, "MethodNotAllowed", "The specified method is not allowed against this resource.".to_owned())),
    }
}

fn put(bucket: &mut Bucket, asked: &Asked<'_>, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    if asked.key.len() > KEY_BYTES_MAX {
        return Err((400, "KeyTooLongError", "Your key is too long".to_owned()));
    }
    if asked.call.header("x-amz-copy-source").is_some() {
        return Err((501, "NotImplemented", "Copying is not supported".to_owned()));
    }
    check_acl(asked)?;
    check_md5(asked)?;
    if bucket.objects.len() >= OBJECTS_MAX && !bucket.objects.contains_key(&asked.key) {
        return Err((403, "AccessDenied", "Cannot upload files, storage cap exceeded.".to_owned()));
    }
    let tag = etag(&asked.call.body);
    let object = Object::new(asked.call.body.clone(), tag.clone(), asked, context);
    bucket.objects.insert(asked.key.clone(), object);
    Ok(Answer::empty(200).with("etag", tag))
}

fn get(object: &Object, asked: &Asked<'_>) -> Result<Answer, Problem> {
    let whole = object.body.len();
    let (status, body, range) = match asked.call.header("range") {
        None => (200, object.body.clone(), None),
        Some(text) => {
            let unsatisfiable = (416, "InvalidRange", "The requested range is not satisfiable".to_owned());
            let (from, to) = range(text, whole).ok_or(unsatisfiable)?;
            (206, object.body.slice(from..to), Some(format!("bytes {from}-{}/{whole}", to - 1)))
        }
    };
    let mut answer = Answer::empty(status).with("etag", &object.etag).with("accept-ranges", "bytes");
    if let Some(range) = range {
        answer = answer.with("content-range", range);
    }
    answer.headers.extend(object.headers.iter().cloned());
    answer.body = body;
    // A presigned URL may say under which name and type it is downloaded.
    for (parameter, header) in
        [("response-content-disposition", "content-disposition"), ("response-content-type", "content-type")]
    {
        if let Some(value) = asked.parameter(parameter) {
            answer.headers.retain(|(name, _)| name.as_str() != header);
            answer = answer.with(header, value);
        }
    }
    Ok(answer)
}

/// Returns the bytes that `bytes=from-to`, `bytes=from-` or `bytes=-last` asks for.
fn range(text: &str, whole: usize) -> Option<(usize, usize)> {
    let (from, to) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (from, to) = match (from, to) {
        ("", last) => (whole.saturating_sub(last.parse().ok()?), whole),
        (from, "") => (from.parse().ok()?, whole),
        (from, to) => (from.parse().ok()?, to.parse::<usize>().ok()?.saturating_add(1).min(whole)),
    };
    (from < to).then_some((from, to))
}
