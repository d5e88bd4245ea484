//! Files in an object storage that speaks S3, as Backblaze B2 does: path style, signed, no access rules and no checksum headers, which B2
//! refuses. Objects whole and in parts, and URLs by which others may read or write one for a time.

mod multipart;

use std::time::Duration;

use bytes::Bytes;
use domain::TokenRate;
use platform::config::PartnersConfig;
use reqwest::Method;

pub use multipart::{PART_BYTES, Upload, UploadedPart};

use crate::channel::{Channel, Repeat, Wire};
use crate::circuit::CircuitPolicy;
use crate::credentials::Credential;
use crate::error::{CallError, CallFailure};
use crate::http::{AnswerError, HttpAnswer, failure};
use crate::sigv4::Signer;
use crate::sns::element;
use crate::upstream::{Answer, Limits, UpstreamPolicy};

/// Longest object that is read or written whole; longer ones in parts.
pub const OBJECT_BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// Longest name of an object, in bytes.
const KEY_BYTES_MAX: usize = 1_024;
/// How long a presigned URL may be valid at most.
pub const PRESIGNED_MAX: Duration = Duration::from_secs(7 * 24 * 3_600);

const S3: UpstreamPolicy = UpstreamPolicy {
    name: "s3",
    limits: Limits { rate: TokenRate::fixed(50, Duration::from_secs(1), 50), smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(60),
        failures_min: 5,
        failures_percent: 50,
        open_base: Duration::from_secs(5),
        open_max: Duration::from_secs(120),
    },
    timeout: Duration::from_secs(60),
    retry_after: Duration::from_secs(1),
};

/// The client of the object storage. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ObjectStorage {
    url: String,
    bucket: String,
    signer: Option<Signer>,
    channel: Channel,
}

impl ObjectStorage {
    pub(crate) fn new(wire: &Wire, config: &PartnersConfig) -> Self {
        let key = config.s3_access_key_id.as_ref().zip(config.s3_secret_access_key.as_ref());
        Self {
            url: format!("{}/{}", config.s3_url.as_str(), config.s3_bucket),
            bucket: config.s3_bucket.clone(),
            signer: key.map(|(id, key)| Signer::new("s3", &config.s3_region, id, key)),
            channel: wire.channel(&S3, config.s3_timeout()).with_answers_up_to(OBJECT_BYTES_MAX),
        }
    }

    /// Writes an object, instead of the one it replaces.
    ///
    /// # Errors
    /// As any call; fails with [`CallError::Invalid`] for more than 64 MiB, an empty name, or without a configured key.
    pub async fn put(&self, key: &str, content_type: &str, body: Bytes) -> Result<(), CallError> {
        if body.len() > OBJECT_BYTES_MAX {
            return Err(self.channel.unfit("the object is written in parts"));
        }
        self.call(Method::PUT, key, "", Some(content_type), body, |answer| done(&answer)).await
    }

    /// Returns an object; `None` where there is none of that name.
    ///
    /// # Errors
    /// As any call; an object of more than 64 MiB is a failure.
    pub async fn get(&self, key: &str) -> Result<Option<Bytes>, CallError> {
        let read = |answer: HttpAnswer| match (answer.status, code(&answer)) {
            (200, _) => Ok(Answer::new(Some(answer.body))),
            (404, Some("NoSuchKey")) => Ok(Answer::new(None)),
            _ => Err(refused(&answer)),
        };
        self.call(Method::GET, key, "", None, Bytes::new(), read).await
    }

    /// Deletes an object. It is no error where there is none.
    ///
    /// # Errors
    /// As any call.
    pub async fn delete(&self, key: &str) -> Result<(), CallError> {
        let read = |answer: HttpAnswer| match (answer.status, code(&answer)) {
            (404, Some("NoSuchKey")) => Ok(Answer::new(())),
            _ => done(&answer),
        };
        self.call(Method::DELETE, key, "", None, Bytes::new(), read).await
    }

    /// Returns a URL by which whoever has it may read the object for `lifetime`, of at most seven days.
    ///
    /// # Errors
    /// Fails with [`CallError::Invalid`] for a longer or no lifetime, an empty name, or without a configured key.
    pub fn presign_get(&self, key: &str, lifetime: Duration) -> Result<String, CallError> {
        self.presign(Method::GET, key, lifetime)
    }

    /// Returns a URL by which whoever has it may write the object for `lifetime`.
    ///
    /// # Errors
    /// As [`ObjectStorage::presign_get`].
    pub fn presign_put(&self, key: &str, lifetime: Duration) -> Result<String, CallError> {
        self.presign(Method::PUT, key, lifetime)
    }

    fn presign(&self, method: Method, key: &str, lifetime: Duration) -> Result<String, CallError> {
        if lifetime < Duration::from_secs(1) || lifetime > PRESIGNED_MAX {
            return Err(self.channel.unfit("a URL is valid for a second up to seven days"));
        }
        let now = self.channel.wire.clock.now();
        let url = self.object_url(key)?;
        self.signer()?
            .presigned((&method, &url), lifetime, now)
            .map_err(|_| self.channel.unfit("the URL cannot be signed"))
    }

    /// Makes a signed call about an object.
    async fn call<T>(
        &self,
        method: Method,
        key: &str,
        query: &str,
        content_type: Option<&str>,
        body: Bytes,
        read: impl Fn(HttpAnswer) -> Result<Answer<T>, CallFailure>,
    ) -> Result<T, CallError> {
        let mut url = self.object_url(key)?;
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        let mut request = self.channel.request(method.clone(), &url).body(body.clone());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let signed = self.signer()?.signed(request, (&method, &url), &body, self.channel.wire.clock.now());
        let request = signed.map_err(|_| self.channel.unfit("the request cannot be signed"))?;
        self.channel.send(Credential::of_account("platform"), 1, Repeat::Safe, request, read).await
    }

    fn signer(&self) -> Result<&Signer, CallError> {
        self.signer.as_ref().ok_or_else(|| self.channel.unfit("S3_ACCESS_KEY_ID is not set"))
    }

    fn object_url(&self, key: &str) -> Result<String, CallError> {
        let walks = key.split('/').any(|segment| segment == "." || segment == "..");
        if key.is_empty() || key.len() > KEY_BYTES_MAX || walks {
            return Err(self.channel.unfit("the name of an object has 1 to 1,024 bytes, and no segment `.` or `..`"));
        }
        let mut url = format!("{}/", self.url);
        for byte in key.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                    url.push(char::from(byte))
                }
                _ => url.push_str(&format!("%{byte:02X}")),
            }
        }
        Ok(url)
    }
}

/// Returns the code of an error.
fn code(answer: &HttpAnswer) -> Option<&str> {
    element(std::str::from_utf8(&answer.body).ok()?, "Code")
}

/// Reads an answer of which only the success counts.
fn done(answer: &HttpAnswer) -> Result<Answer<()>, CallFailure> {
    // A page instead of an empty body comes from somebody else.
    let empty = answer.body.is_empty();
    match answer.is_success() {
        true if empty => Ok(Answer::new(())),
        true => Err(CallFailure::Failed(AnswerError::Malformed.into())),
        false => Err(refused(answer)),
    }
}

fn refused(answer: &HttpAnswer) -> CallFailure {
    match code(answer) {
        Some("SlowDown" | "TooManyRequests") => CallFailure::Throttled { retry_after: answer.retry_after() },
        // Its clock and ours differ, or the connection was too slow: the next request is signed anew.
        code @ Some("RequestTimeout" | "OperationAborted" | "InternalError") => {
            CallFailure::Failed(AnswerError::status(answer, code).into())
        }
        code => failure(answer, code),
    }
}

impl ObjectStorage {
    /// Returns the bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }
}
