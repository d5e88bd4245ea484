//! Objects in parts: begun, written part by part, completed or aborted. A part that is written again replaces itself; an upload that is never
//! completed is removed by a rule of the bucket.

use bytes::Bytes;
use reqwest::Method;

use super::{ObjectStorage, done, refused};
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer};
use crate::sns::element;
use crate::upstream::Answer;

/// Length of each part but the last.
pub const PART_BYTES: usize = 8 * 1_024 * 1_024;
/// Least length of each part but the last.
const PART_BYTES_MIN: usize = 5 * 1_024 * 1_024;
/// Parts of one object.
const PARTS_MAX: u32 = 10_000;
/// Longest id of an upload.
const UPLOAD_ID_CHARS_MAX: usize = 1_024;

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    key: String,
    id: String,
}

/// A part that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedPart {
    number: u32,
    etag: String,
}

impl ObjectStorage {
    /// Begins an object in parts.
    ///
    /// # Errors
    /// As any call. Begun again after a lost answer it leaves an empty upload behind.
    pub async fn begin_upload(&self, key: &str, content_type: &str) -> Result<Upload, CallError> {
        let read = |answer: HttpAnswer| {
            if !answer.is_success() {
                return Err(refused(&answer));
            }
            let id = std::str::from_utf8(&answer.body).ok().and_then(|body| element(body, "UploadId"));
            let id = id.filter(|id| !id.is_empty() && id.len() <= UPLOAD_ID_CHARS_MAX);
            let id = id.ok_or_else(|| CallFailure::Failed(AnswerError::Malformed.into()))?;
            Ok(Answer::new(id.to_owned()))
        };
        let id = self.call(Method::POST, key, "uploads=", Some(content_type), Bytes::new(), read).await?;
        Ok(Upload { key: key.to_owned(), id })
    }

    /// Writes a part, numbered from 1. Each part but the last has at least 5 MiB; [`PART_BYTES`] is a good length.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] for a number beyond 10,000 or a part beyond 64 MiB.
    pub async fn put_part(&self, upload: &Upload, number: u32, body: Bytes) -> Result<UploadedPart, CallError> {
        if !(1..=PARTS_MAX).contains(&number) || body.len() > super::OBJECT_BYTES_MAX {
            return Err(self.channel.unfit("a part has a number of 1 to 10,000 and at most 64 MiB"));
        }
        let read = |answer: HttpAnswer| {
            done(&answer)?;
            let etag = answer.header("etag").filter(|etag| !etag.is_empty() && etag.len() <= 100);
            let etag = etag.ok_or_else(|| CallFailure::Failed(AnswerError::Malformed.into()))?;
            Ok(Answer::new(etag.to_owned()))
        };
        let query = format!("partNumber={number}&{}", upload.parameter());
        let etag = self.call(Method::PUT, &upload.key, &query, None, body, read).await?;
        Ok(UploadedPart { number, etag })
    }

    /// Makes the object of its parts, in the order of their numbers.
    ///
    /// # Errors
    /// As any call. S3 may answer with status 200 and an error inside, which is a failure.
    pub async fn complete_upload(&self, upload: &Upload, parts: &[UploadedPart]) -> Result<(), CallError> {
        let mut parts: Vec<&UploadedPart> = parts.iter().collect();
        parts.sort_unstable_by_key(|part| part.number);
        let listed: String = parts
            .iter()
            .map(|part| {
                let etag = part.etag.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
                format!("<Part><PartNumber>{}</PartNumber><ETag>{etag}</ETag></Part>", part.number)
            })
            .collect();
        let body = format!("<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>");
        let read = |answer: HttpAnswer| {
            if !answer.is_success() {
                return Err(refused(&answer));
            }
            let body = std::str::from_utf8(&answer.body).unwrap_or_default();
            match body.contains("<CompleteMultipartUploadResult") {
                true => Ok(Answer::new(())),
                false => Err(CallFailure::Failed(AnswerError::Malformed.into())),
            }
        };
        self.call(Method::POST, &upload.key, &upload.parameter(), Some("application/xml"), body.into(), read).await
    }

    /// Ends an upload and removes its parts.
    ///
    /// # Errors
    /// As any call.
    pub async fn abort_upload(&self, upload: &Upload) -> Result<(), CallError> {
        let read = |answer: HttpAnswer| match answer.status {
            404 => Ok(Answer::new(())),
            _ => done(&answer),
        };
        self.call(Method::DELETE, &upload.key, &upload.parameter(), None, Bytes::new(), read).await
    }

    /// Writes an object of any length in parts of at least 5 MiB, one after the other. After a failure nothing of it is left, unless
    /// the process ends.
    ///
    /// # Errors
    /// As the part that fails.
    pub async fn put_large(
        &self,
        key: &str,
        content_type: &str,
        mut next: impl AsyncFnMut() -> Option<Bytes>,
    ) -> Result<(), CallError> {
        let upload = self.begin_upload(key, content_type).await?;
        let written = self.put_parts(&upload, &mut next).await;
        let completed = match written {
            Ok(parts) => self.complete_upload(&upload, &parts).await,
            Err(error) => Err(error),
        };
        if completed.is_err()
            && let Err(error) = self.abort_upload(&upload).await
        {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "an upload that failed is left to the rules of its bucket");
        }
        completed
    }

    async fn put_parts(
        &self,
        upload: &Upload,
        next: &mut impl AsyncFnMut() -> Option<Bytes>,
    ) -> Result<Vec<UploadedPart>, CallError> {
        let mut parts = Vec::new();
        let mut following = next().await;
        for number in 1..=PARTS_MAX {
            let Some(body) = following.take() else { return Ok(parts) };
            following = next().await;
            if following.is_some() && body.len() < PART_BYTES_MIN {
                return Err(self.channel.unfit("each part but the last has at least 5 MiB"));
            }
            parts.push(self.put_part(upload, number, body).await?);
        }
        match following {
            None => Ok(parts),
            Some(_) => Err(self.channel.unfit("an object has at most 10,000 parts")),
        }
    }
}

impl Upload {
    /// Returns the parameter of the query that names the upload.
    fn parameter(&self) -> String {
        let id: String = url::form_urlencoded::byte_serialize(self.id.as_bytes()).collect();
        format!("uploadId={id}")
    }
}
