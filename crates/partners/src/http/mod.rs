//! HTTP as every partner's module uses it: connections that are kept, deadlines, answers of bounded size, and what a status means. No
//! redirect is followed, since it could carry a credential elsewhere; no URL, header or body comes into an error or a log.

mod answer;
mod retry_after;

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use platform::config::PartnersConfig;
use reqwest::header::HeaderMap;

pub use answer::AnswerError;
pub(crate) use answer::{failure, plain_code};
pub(crate) use retry_after::retry_after;

use crate::error::CallFailure;

/// Longest answer that is read; a longer one has failed.
pub(crate) const ANSWER_BYTES_MAX: usize = 4 * 1_024 * 1_024;
/// Connections to one host that are kept while nobody uses them.
const IDLE_CONNECTIONS_MAX: usize = 64;
/// How long such a connection is kept: less than partners keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Why no HTTP client can be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for partners cannot be made: {0}")]
pub struct HttpSetupError(String);

/// The HTTP client of this process. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Http(reqwest::Client);

/// An answer, whole.
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// When it was complete.
    pub(crate) at: DateTime<Utc>,
}

impl Http {
    /// Makes the client.
    pub(crate) fn new(config: &PartnersConfig) -> Result<Self, HttpSetupError> {
        let setup = |error: &dyn std::fmt::Display| HttpSetupError(error.to_string());
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| setup(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .user_agent(concat!("LoyalNest/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(config.connect_timeout())
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tcp_nodelay(true)
            .build()
            .map_err(|error| setup(&error))?;
        Ok(Self(client))
    }

    /// Starts a request.
    pub(crate) fn request(&self, method: reqwest::Method, url: &str) -> reqwest::RequestBuilder {
        self.0.request(method, url)
    }

    /// Sends a request and reads its answer, of at most `answer_bytes_max`. The caller bounds the time.
    pub(crate) async fn send(
        &self,
        request: reqwest::Request,
        answer_bytes_max: usize,
        clock: &dyn platform::Clock,
    ) -> Result<HttpAnswer, CallFailure> {
        let failed = |error: AnswerError| CallFailure::Failed(error.into());
        let mut response = self.0.execute(request).await.map_err(|error| failed(AnswerError::connection(error)))?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let body = match read(&mut response, answer_bytes_max).await {
            Ok(body) => body,
            // Of a refusal the status is enough.
            Err(_) if status >= 300 => Bytes::new(),
            Err(error) => return Err(failed(error)),
        };
        Ok(HttpAnswer { status, headers, body, at: clock.now() })
    }
}

async fn read(response: &mut reqwest::Response, bytes_max: usize) -> Result<Bytes, AnswerError> {
    let too_long = AnswerError::TooLong { bytes_max };
    if response.content_length().is_some_and(|length| length > bytes_max as u64) {
        return Err(too_long);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(AnswerError::connection)? {
        if body.len() + chunk.len() > bytes_max {
            return Err(too_long);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

impl HttpAnswer {
    /// Returns whether the status is 2xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the body as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, CallFailure> {
        serde_json::from_slice(&self.body).map_err(|_| CallFailure::Failed(AnswerError::Malformed.into()))
    }

    /// Returns a header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns what the header `Retry-After` asks for.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry_after(self.header("retry-after")?, self.at)
    }
}

impl std::fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpAnswer").field("status", &self.status).field("bytes", &self.body.len()).finish()
    }
}
