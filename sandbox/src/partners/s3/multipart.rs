//! Objects in parts: begun, uploaded part by part in any order, completed in order, or aborted.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};
use hyper::Method;

use super::bucket::Bucket;
use super::object::{Object, check_acl, check_md5, etag};
use super::{Asked, Problem};
use crate::call::Answer;
use crate::partners::RequestContext;
use crate::xml::{element, inside};

/// Smallest part but the last.
const PART_BYTES_MIN: usize = 5 * 1_024 * 1_024;
/// Parts of one object.
const PARTS_MAX: u32 = 10_000;
/// Uploads that are under way in a bucket.
const UPLOADS_MAX: usize = 100;

/// An upload under way.
#[derive(Debug)]
pub(super) struct Upload {
    key: String,
    parts: BTreeMap<u32, (Bytes, String)>,
}

impl Upload {
    /// Returns the bytes of its parts.
    pub(super) fn bytes(&self) -> usize {
        self.parts.values().map(|(body, _)| body.len()).sum()
    }
}

/// Answers a request about an upload.
pub(super) fn answer(bucket: &mut Bucket, asked: &Asked<'_>, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    let Some(id) = asked.parameter("uploadId") else { return begin(bucket, asked, context) };
    let missing = || (404, "NoSuchUpload", "The specified multipart upload does not exist.".to_owned());
    let upload = bucket.uploads.get_mut(id).filter(|upload| upload.key == asked.key).ok_or_else(missing)?;
    match asked.call.method {
        Method::PUT => {
            let number = asked.parameter("partNumber").and_then(|text| text.parse().ok()).unwrap_or(0);
            if !(1..=PARTS_MAX).contains(&number) {
                let message = "Part number must be an integer between 1 and 10000, inclusive";
                return Err((400, "InvalidArgument", message.to_owned()));
            }
            check_md5(asked)?;
            let tag = etag(&asked.call.body);
            upload.parts.insert(number, (asked.call.body.clone(), tag.clone()));
            Ok(Answer::empty(200).with("etag", tag))
        }
        Method::POST => complete(bucket, id, asked, context),
        Method::DELETE => {
            bucket.uploads.remove(id);
            Ok(Answer::empty(204))
        }
        Method::GET => {
            let parts: String = upload
                .parts
                .iter()
                .map(|(number, (body, tag))| {
                    let size = element("Size", &body.len().to_string());
                    format!("<Part>{}{}{size}</Part>", element("PartNumber", &number.to_string()), element("ETag", tag))
                })
                .collect();
            let body = format!("<ListPartsResult>{}{parts}</ListPartsResult>\n", element("UploadId", id));
            Ok(Answer::new(200, "application/xml", body))
        }
        _ => Err((405, "MethodNotAllowed", "The specified method is not allowed against this resource.".to_owned())),
    }
}

fn begin(bucket: &mut Bucket, asked: &Asked<'_>, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    if asked.call.method != Method::POST {
        return Err((405, "MethodNotAllowed", "The specified method is not allowed against this resource.".to_owned()));
    }
    check_acl(asked)?;
    if bucket.uploads.len() >= UPLOADS_MAX {
        return Err((403, "AccessDenied", "Too many uploads are under way".to_owned()));
    }
    let id = context.ids.ulid();
    bucket.uploads.insert(id.clone(), Upload { key: asked.key.clone(), parts: BTreeMap::new() });
    let body = format!(
        "<InitiateMultipartUploadResult>{}{}</InitiateMultipartUploadResult>\n",
        element("Key", &asked.key),
        element("UploadId", &id),
    );
    Ok(Answer::new(200, "application/xml", body))
}

fn complete(bucket: &mut Bucket, id: &str, asked: &Asked<'_>, context: &RequestContext<'_>) -> Result<Answer, Problem> {
    let text = std::str::from_utf8(&asked.call.body).unwrap_or_default();
    let named: Vec<(u32, String)> = inside(text, "Part")
        .into_iter()
        .filter_map(|part| {
            let number = inside(part, "PartNumber").first()?.parse().ok()?;
            let tag = inside(part, "ETag").first()?.replace("&quot;", "").replace('"', "");
            Some((number, format!("\"{tag}\"")))
        })
        .collect();
    if named.is_empty() {
        return Err((400, "MalformedXML", "The XML you provided was not well-formed".to_owned()));
    }
    if !named.is_sorted_by(|one, other| one.0 < other.0) {
        return Err((400, "InvalidPartOrder", "The list of parts was not in ascending order.".to_owned()));
    }
    let Some(upload) = bucket.uploads.get(id) else { return Err((404, "NoSuchUpload", String::new())) };
    let (mut whole, mut digests) = (BytesMut::new(), Vec::new());
    for (index, (number, tag)) in named.iter().enumerate() {
        let part = upload.parts.get(number).filter(|(_, kept)| kept == tag);
        let Some((body, _)) = part else {
            let message = format!("One or more of the specified parts could not be found: {number}");
            return Err((400, "InvalidPart", message));
        };
        if body.len() < PART_BYTES_MIN && index + 1 < named.len() {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err((400, "EntityTooSmall", message.to_owned()));
        }
        whole.extend_from_slice(body);
        digests.extend_from_slice(tag.as_bytes());
    }
    let tag = format!("{}-{}\"", etag(&digests).trim_end_matches('"'), named.len());
    let object = Object::new(whole.freeze(), tag.clone(), asked, context);
    bucket.objects.insert(asked.key.clone(), object);
    bucket.uploads.remove(id);
    let body = format!(
        "<CompleteMultipartUploadResult>{}{}</CompleteMultipartUploadResult>\n",
        element("Key", &asked.key),
        element("ETag", &tag),
    );
    Ok(Answer::new(200, "application/xml", body))
}
