//! What a caller is told when a request is refused: one stable code, one HTTP status, one sentence. Never the cause:
//! that is logged where it happened.

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type as _;
use poem_openapi::{ApiResponse, Object};
use store::StoreError;

/// What a caller should wait before it tries again, when PostgreSQL is away.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 5;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:ident;)*) => {
        /// Every code a caller may see. They are part of the interface: once shipped, never renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As callers see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status it goes with.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    /// A path, query or header value is not what it must be.
    InvalidParameter = "invalid_parameter", BAD_REQUEST;
    /// A needed header is missing.
    MissingHeader = "missing_header", BAD_REQUEST;
    /// A needed header cannot be read.
    MalformedHeader = "malformed_header", BAD_REQUEST;
    /// The body is not JSON.
    InvalidJson = "invalid_json", BAD_REQUEST;
    /// The request itself cannot be read.
    BadRequest = "bad_request", BAD_REQUEST;
    /// The administrator's token names no merchant, so the request must.
    MerchantRequired = "merchant_required", BAD_REQUEST;
    /// No credentials, or wrong ones.
    Unauthorized = "unauthorized", UNAUTHORIZED;
    /// The webhook's signature is not that of its body.
    InvalidSignature = "invalid_signature", UNAUTHORIZED;
    /// The key is valid, but may not do this.
    InsufficientScope = "insufficient_scope", FORBIDDEN;
    /// The key belongs to another merchant.
    OtherMerchant = "other_merchant", FORBIDDEN;
    /// No such path.
    NotFound = "not_found", NOT_FOUND;
    /// No shop of this domain is known.
    UnknownShop = "unknown_shop", NOT_FOUND;
    /// No such merchant.
    UnknownMerchant = "unknown_merchant", NOT_FOUND;
    /// The merchant has no such customer.
    CustomerNotFound = "customer_not_found", NOT_FOUND;
    /// The path exists, but not for this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// The body did not arrive in time.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT;
    /// Another request was faster.
    Conflict = "conflict", CONFLICT;
    /// The body is over the limit.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE;
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// The database will not take these data, however often they come.
    Unrecordable = "unrecordable", UNPROCESSABLE_ENTITY;
    /// Too many requests.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS;
    /// Our fault. It is logged under the request's id.
    Internal = "internal", INTERNAL_SERVER_ERROR;
    /// PostgreSQL is away, or there is more work than can be taken now. Try again.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub(crate) struct ApiError {
    /// Which.
    pub(crate) code: Code,
    /// One sentence for the caller: no personal data, no internals.
    pub(crate) message: String,
}

impl ApiError {
    /// Refuses with `code`.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// PostgreSQL, or room for one more request, is missing for the moment.
    pub(crate) fn unavailable() -> Self {
        Self::new(Code::Unavailable, "try again in a few seconds")
    }
}

impl ResponseError for ApiError {
    fn status(&self) -> StatusCode {
        self.code.status()
    }
}

impl From<StoreError> for ApiError {
    /// The one place where a failed read becomes an answer; the cause is logged here.
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(cause) | StoreError::Timeout(cause) => {
                tracing::warn!(%error, %cause, "the database did not answer");
                Self::unavailable()
            }
            StoreError::Conflict(_) => Self::new(Code::Conflict, "another request was faster: try again"),
            _ => {
                tracing::error!(error = &error as &dyn std::error::Error, "the database refused");
                Self::new(Code::Internal, "an unexpected error")
            }
        }
    }
}

/// The error of the envelope.
#[derive(Debug, Object)]
pub(crate) struct ErrorBody {
    /// Stable, for programs.
    pub(crate) code: String,
    /// For people.
    pub(crate) message: String,
}

/// What every refused request is answered with.
#[derive(Debug, Object)]
#[oai(rename = "Refused")]
pub(crate) struct RefusedBody {
    /// Always `error`.
    pub(crate) status: String,
    /// What went wrong.
    pub(crate) error: ErrorBody,
}

/// The envelope of a refused request, as text.
pub(crate) fn envelope(code: Code, message: &str) -> String {
    serde_json::json!({ "status": "error", "error": { "code": code.as_str(), "message": message } }).to_string()
}

/// Describes refusals in the OpenAPI document.
fn refusals(statuses: &[(u16, &'static str)]) -> MetaResponses {
    let one = |(status, description): &(u16, &'static str)| MetaResponse {
        description,
        status: Some(*status),
        status_range: None,
        content: vec![MetaMediaType { content_type: "application/json", schema: RefusedBody::schema_ref() }],
        headers: vec![],
    };
    MetaResponses { responses: statuses.iter().map(one).collect() }
}

macro_rules! refusal {
    ($(#[$doc:meta])* $name:ident: $($status:literal $text:literal,)*) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name(pub(crate) ApiError);

        impl<E: Into<ApiError>> From<E> for $name {
            fn from(error: E) -> Self {
                Self(error.into())
            }
        }

        impl From<$name> for poem::Error {
            fn from(refusal: $name) -> Self {
                refusal.0.into()
            }
        }

        impl ApiResponse for $name {
            fn meta() -> MetaResponses {
                refusals(&[$(($status, $text)),*])
            }

            fn register(registry: &mut Registry) {
                RefusedBody::register(registry);
            }
        }
    };
}

refusal! {
    /// Why a read is refused.
    ReadRefusal:
    400 "A parameter is malformed, or the administrator's token comes without a merchant.",
    401 "No valid key.",
    403 "The key may not do this, or belongs to another merchant.",
    404 "No such merchant or customer.",
    503 "The database is away: see Retry-After.",
}

refusal! {
    /// Why a webhook is refused.
    WebhookRefusal:
    400 "A header is missing or malformed, or the body is not JSON.",
    401 "The signature is not that of the body.",
    404 "No shop of this domain is known.",
    408 "The body did not arrive in time.",
    413 "The body is larger than 16 MiB.",
    415 "The body is not application/json.",
    422 "The data cannot be recorded, however often they come.",
    503 "The database is away or has too much to do: see Retry-After.",
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_refusals() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code:?}");
            assert!(code.status().as_u16() >= 400, "{code:?}");
        }
    }

    #[test]
    fn the_envelope_is_escaped_json() {
        let text = envelope(Code::BadRequest, "a \"quoted\"\nline");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["status"], "error");
        assert_eq!(read["error"]["code"], "bad_request");
        assert_eq!(read["error"]["message"], "a \"quoted\"\nline");
    }

    #[test]
    fn a_store_error_becomes_an_answer_without_its_cause() {
        let corrupt = StoreError::Corrupt { what: "a secret", source: "the cause".into() };
        let error = ApiError::from(corrupt);
        assert_eq!(error.code, Code::Internal);
        assert!(!error.message.contains("secret") && !error.message.contains("cause"));
        assert_eq!(ApiError::from(StoreError::Conflict(None)).code, Code::Conflict);
    }
}
