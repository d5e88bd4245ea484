//! Requests signed as AWS wants it (SigV4), by AWS's own crate: in headers, or in the query of a URL that others may use. Time is an
//! argument.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use chrono::{DateTime, Utc};
use platform::config::Secret;
use reqwest::{Method, RequestBuilder};

/// Signs for one service with one key.
#[derive(Clone)]
pub(crate) struct Signer {
    key_id: String,
    key: Secret<String>,
    region: String,
    service: &'static str,
}

/// A request cannot be signed: its URL or a header is not one.
#[derive(Debug, thiserror::Error)]
#[error("the request cannot be signed")]
pub(crate) struct Unsignable;

impl Signer {
    pub(crate) fn new(service: &'static str, region: &str, key_id: &str, key: &Secret<String>) -> Self {
        Self { key_id: key_id.to_owned(), key: key.clone(), region: region.to_owned(), service }
    }

    /// Adds the signature of a request with that body to its headers. `url` is the one that `request` is for.
    pub(crate) fn signed(
        &self,
        request: RequestBuilder,
        (method, url): (&Method, &str),
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<RequestBuilder, Unsignable> {
        let signable = SignableRequest::new(method.as_str(), url, std::iter::empty(), SignableBody::Bytes(body));
        let (headers, _) = self.instructions(signable.map_err(|_| Unsignable)?, self.settings(), now)?.into_parts();
        Ok(headers.into_iter().fold(request, |request, header| request.header(header.name(), header.value())))
    }

    /// Returns the URL with a signature that lets whoever has it make that request for `lifetime`.
    pub(crate) fn presigned(
        &self,
        (method, url): (&Method, &str),
        lifetime: Duration,
        now: DateTime<Utc>,
    ) -> Result<String, Unsignable> {
        let mut settings = self.settings();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        settings.expires_in = Some(lifetime);
        let signable = SignableRequest::new(method.as_str(), url, std::iter::empty(), SignableBody::UnsignedPayload);
        let (_, parameters) = self.instructions(signable.map_err(|_| Unsignable)?, settings, now)?.into_parts();
        let mut signed = url::Url::parse(url).map_err(|_| Unsignable)?;
        for (name, value) in parameters {
            signed.query_pairs_mut().append_pair(name, &value);
        }
        Ok(signed.into())
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        if self.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        settings
    }

    fn instructions(
        &self,
        request: SignableRequest<'_>,
        settings: SigningSettings,
        now: DateTime<Utc>,
    ) -> Result<aws_sigv4::http_request::SigningInstructions, Unsignable> {
        let credentials = Credentials::new(&self.key_id, self.key.expose(), None, None, "loyalnest").into();
        let parameters = v4::SigningParams::builder()
            .identity(&credentials)
            .region(&self.region)
            .name(self.service)
            .time(SystemTime::from(now))
            .settings(settings)
            .build()
            .map_err(|_| Unsignable)?;
        Ok(sign(request, &parameters.into()).map_err(|_| Unsignable)?.into_parts().0)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("service", &self.service).field("region", &self.region).finish_non_exhaustive()
    }
}
