//! Buckets: made, listed and removed, with lifecycle rules.

use std::collections::BTreeMap;

use bytes::Bytes;
use hyper::Method;

use super::multipart::Upload;
use super::object::Object;
use super::{Asked, KEYS_MAX, Problem, no_bucket};
use crate::bounded::BoundedMap;
use crate::call::Answer;
use crate::partners::RequestContext;
use crate::xml::{element, escape, inside};

/// Longest lifecycle configuration.
const LIFECYCLE_BYTES_MAX: usize = 64 * 1_024;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// A bucket.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) uploads: BTreeMap<String, Upload>,
    lifecycle: Option<Bytes>,
}

impl Bucket {
    /// Returns the bytes of its objects and parts.
    pub(super) fn bytes(&self) -> usize {
        let objects: usize = self.objects.values().map(|object| object.body.len()).sum();
        objects + self.uploads.values().map(Upload::bytes).sum::<usize>()
    }
}

/// Lists the buckets.
pub(super) fn all<'a>(names: impl Iterator<Item = &'a String>) -> Answer {
    let buckets: String = names.map(|name| format!("<Bucket>{}</Bucket>", element("Name", name))).collect();
    let body = format!("{HEAD}<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>\n");
    Answer::new(200, "application/xml", body)
}

/// Answers a request about a bucket.
pub(super) fn answer(
    buckets: &mut BoundedMap<String, Bucket>,
    name: &str,
    asked: &Asked<'_>,
    _scene: &RequestContext<'_>,
) -> Result<Answer, Problem> {
    if asked.call.method == Method::PUT && asked.parameters.is_empty() {
        return make(buckets, name);
    }
    let bucket = buckets.get_mut(name).ok_or_else(|| no_bucket(name))?;
    let about_lifecycle = asked.parameter("lifecycle").is_some();
    match asked.call.method {
        Method::HEAD => Ok(Answer::empty(200)),
        Method::GET if about_lifecycle => match &bucket.lifecycle {
            Some(rules) => Ok(Answer::new(200, "application/xml", rules.clone())),
            None => {
                let message = "The lifecycle configuration does not exist";
                Err((404, "NoSuchLifecycleConfiguration", message.to_owned()))
            }
        },
        Method::PUT if about_lifecycle => {
            let text = std::str::from_utf8(&asked.call.body).unwrap_or_default();
            if text.len() > LIFECYCLE_BYTES_MAX || inside(text, "Rule").is_empty() {
                return Err((400, "MalformedXML", "The XML you provided was not well-formed".to_owned()));
            }
            bucket.lifecycle = Some(asked.call.body.clone());
            Ok(Answer::empty(200))
        }
        Method::DELETE if about_lifecycle => {
            bucket.lifecycle = None;
            Ok(Answer::empty(204))
        }
        Method::GET if asked.parameter("location").is_some() => {
            let body = format!("{HEAD}{}\n", element("LocationConstraint", "us-west-004"));
            Ok(Answer::new(200, "application/xml", body))
        }
        Method::GET => Ok(list(bucket, name, asked)),
        Method::DELETE if bucket.objects.is_empty() => {
            buckets.remove(name);
            Ok(Answer::empty(204))
        }
        Method::DELETE => Err((409, "BucketNotEmpty", "The bucket you tried to delete is not empty".to_owned())),
        _ => Err((501, "NotImplemented", "This call is not supported for a bucket".to_owned())),
    }
}

fn make(buckets: &mut BoundedMap<String, Bucket>, name: &str) -> Result<Answer, Problem> {
    let fits = (3..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.');
    if !fits {
        return Err((400, "InvalidBucketName", "The specified bucket is not valid.".to_owned()));
    }
    if buckets.get(name).is_some() {
        return Err((
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded".to_owned(),
        ));
    }
    buckets.insert(name.to_owned(), Bucket::default());
    Ok(Answer::empty(200).with("location", format!("/{name}")))
}

fn list(bucket: &Bucket, name: &str, asked: &Asked<'_>) -> Answer {
    let prefix = asked.parameter("prefix").unwrap_or_default();
    let after = asked.parameter("continuation-token").or_else(|| asked.parameter("start-after")).unwrap_or_default();
    let keys_max = asked.parameter("max-keys").and_then(|text| text.parse().ok()).unwrap_or(KEYS_MAX).min(KEYS_MAX);
    let fits = |key: &&String| key.starts_with(prefix) && (after.is_empty() || key.as_str() > after);
    let keys: Vec<&String> = bucket.objects.keys().filter(fits).take(keys_max + 1).collect();
    let truncated = keys.len() > keys_max;
    let keys = &keys[..keys.len().min(keys_max)];
    let contents: String = keys
        .iter()
        .filter_map(|key| Some((*key, bucket.objects.get(*key)?)))
        .map(|(key, object)| {
            format!(
                "<Contents>{}{}{}{}</Contents>",
                element("Key", key),
                element("LastModified", &object.modified_at),
                element("ETag", &object.etag),
                element("Size", &object.body.len().to_string()),
            )
        })
        .collect();
    let next = keys.last().filter(|_| truncated).map(|key| element("NextContinuationToken", key)).unwrap_or_default();
    let body = format!(
        "{HEAD}<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}<Prefix>{}</Prefix>{}{}{}{next}{contents}\
         </ListBucketResult>\n",
        element("Name", name),
        escape(prefix),
        element("KeyCount", &keys.len().to_string()),
        element("MaxKeys", &keys_max.to_string()),
        element("IsTruncated", if truncated { "true" } else { "false" }),
    );
    Answer::new(200, "application/xml", body)
}
