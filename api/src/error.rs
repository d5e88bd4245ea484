//! The answer to a refused request: one stable code, one HTTP status, one sentence. Never the cause:
//! that is logged where it happened.

use std::time::Duration;

use jobs::QueueError;
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem_openapi::registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchema, MetaSchemaRef};
use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};
use serde_json::{Map, Value};
use store::StoreError;

use crate::job_admin::JobAdminError;

/// What a caller should wait before it tries again, while PostgreSQL is unavailable or there is too much work.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(5);

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $text:tt, $status:ident;)*) => {
        /// Every code a caller may see. They are part of the interface: once shipped, never renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Enum)]
        #[oai(rename = "ErrorCode")]
        pub enum Code {
            $($(#[doc = $doc])* #[oai(rename = $text)] $name,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as callers see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// What it means, as the API's documentation says it.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*),)* }
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
    /// A required header is missing.
    MissingHeader = "missing_header", BAD_REQUEST;
    /// A required header cannot be read.
    MalformedHeader = "malformed_header", BAD_REQUEST;
    /// The body is not JSON, or not of the operation's shape.
    InvalidJson = "invalid_json", BAD_REQUEST;
    /// The request cannot be read.
    BadRequest = "bad_request", BAD_REQUEST;
    /// The administrator's token names no merchant, so the request must.
    MerchantRequired = "merchant_required", BAD_REQUEST;
    /// There are no credentials, or they are wrong, revoked, or those of a merchant that has left.
    Unauthorized = "unauthorized", UNAUTHORIZED;
    /// The webhook's signature is missing, or not that of its body.
    InvalidSignature = "invalid_signature", UNAUTHORIZED;
    /// The key is valid, but lacks the scope of the operation.
    InsufficientScope = "insufficient_scope", FORBIDDEN;
    /// The key belongs to another merchant.
    OtherMerchant = "other_merchant", FORBIDDEN;
    /// The person has not the right that the operation needs.
    RightMissing = "right_missing", FORBIDDEN;
    /// The request changes something and lacks the session's token, or comes from another site.
    CsrfRefused = "csrf_refused", FORBIDDEN;
    /// There is no such path.
    NotFound = "not_found", NOT_FOUND;
    /// No shop of this domain is known.
    UnknownShop = "unknown_shop", NOT_FOUND;
    /// There is no such merchant.
    UnknownMerchant = "unknown_merchant", NOT_FOUND;
    /// The merchant has no such customer.
    CustomerNotFound = "customer_not_found", NOT_FOUND;
    /// There is no such queue, lane, job, schedule or other thing of the platform.
    UnknownThing = "unknown_thing", NOT_FOUND;
    /// The path exists, but not for this method: see `Allow`.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED;
    /// The body did not arrive in time.
    BodyTimeout = "body_timeout", REQUEST_TIMEOUT;
    /// Another request was faster: try again.
    Conflict = "conflict", CONFLICT;
    /// Somebody else changed it meanwhile: look again.
    Changed = "changed", CONFLICT;
    /// The body is larger than the operation takes.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE;
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE;
    /// The database will not take these data, however often they are sent.
    Unrecordable = "unrecordable", UNPROCESSABLE_ENTITY;
    /// The content is well-formed, but cannot be taken.
    NotAcceptable = "not_acceptable", UNPROCESSABLE_ENTITY;
    /// The key has made more requests than its quota: try again after `Retry-After`.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS;
    /// An error of ours. It is logged under the request's id.
    Internal = "internal", INTERNAL_SERVER_ERROR;
    /// The database is unavailable, or there is more work than can be taken now: try again after `Retry-After`.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE;
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", code.as_str())]
pub(crate) struct ApiError {
    /// The stable code.
    pub(crate) code: Code,
    /// One sentence for the caller: no personal data, no internals.
    pub(crate) message: String,
    /// When the same request may succeed; sent as `Retry-After`.
    pub(crate) retry_after: Option<Duration>,
    /// What else a program may use, merged into `error`: the right that is missing, or the lines that are wrong.
    pub(crate) more: Option<Box<Map<String, Value>>>,
}

impl ApiError {
    /// Refuses with `code`.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after: None, more: None }
    }

    /// Adds a field to `error`.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Self {
        self.more.get_or_insert_default().insert(name.to_owned(), value);
        self
    }

    /// PostgreSQL, or capacity for one more request, is unavailable for the moment.
    pub(crate) fn unavailable() -> Self {
        Self { retry_after: Some(RETRY_AFTER), ..Self::new(Code::Unavailable, "try again in a few seconds") }
    }

    /// The caller has spent its quota, which is whole again after `resets_after`.
    pub(crate) fn rate_limited(resets_after: Duration) -> Self {
        let message = "the key has spent its quota of requests: see Retry-After and RateLimit-Policy";
        Self { retry_after: Some(resets_after), ..Self::new(Code::RateLimited, message) }
    }

    /// An error of ours, which was logged where it happened.
    pub(crate) fn internal() -> Self {
        Self::new(Code::Internal, "an unexpected error")
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
                Self::internal()
            }
        }
    }
}

impl From<QueueError> for ApiError {
    fn from(error: QueueError) -> Self {
        match &error {
            QueueError::Redis(cause) => {
                tracing::warn!(%cause, "Redis did not answer");
                let message = "Redis is unavailable: try again in a few seconds";
                Self { message: message.to_owned(), ..Self::unavailable() }
            }
            QueueError::Setting(setting) => Self::new(Code::NotAcceptable, setting.to_string()),
            QueueError::Invalid(invalid) => Self::new(Code::InvalidParameter, invalid.to_string()),
            QueueError::Address(_) | QueueError::Reply { .. } => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a queue answered in a way that was not expected"
                );
                Self::internal()
            }
        }
    }
}

impl From<JobAdminError> for ApiError {
    fn from(error: JobAdminError) -> Self {
        match error {
            JobAdminError::Store(error) => error.into(),
            JobAdminError::Queue(error) => error.into(),
            JobAdminError::Setting(setting) => Self::new(Code::NotAcceptable, setting.to_string()),
            JobAdminError::Changed => Self::new(Code::Changed, "the settings were changed meanwhile: look again"),
            JobAdminError::Kept(error) => {
                tracing::error!(%error, "the kept settings of a queue cannot be read");
                Self::internal()
            }
        }
    }
}

/// What went wrong.
#[derive(Debug, Object)]
#[oai(rename = "Error")]
pub(crate) struct ErrorBody {
    /// Stable, for programs.
    pub(crate) code: Code,
    /// One sentence for people. It may change.
    pub(crate) message: String,
}

/// The status of a refused request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "RefusedStatus", rename_all = "snake_case")]
pub(crate) enum RefusedStatus {
    Error,
}

/// What every refused request is answered with.
#[derive(Debug, Object)]
#[oai(rename = "Refused", example)]
pub(crate) struct RefusedBody {
    /// Always `error`.
    pub(crate) status: RefusedStatus,
    pub(crate) error: ErrorBody,
}

impl Example for RefusedBody {
    fn example() -> Self {
        let error = ErrorBody { code: Code::InvalidParameter, message: "limit must be from 1 to 100".to_owned() };
        Self { status: RefusedStatus::Error, error }
    }
}

/// The envelope of a refused request, as text.
pub(crate) fn envelope(error: &ApiError) -> String {
    let mut body = error.more.as_deref().cloned().unwrap_or_default();
    body.insert("code".to_owned(), error.code.as_str().into());
    body.insert("message".to_owned(), error.message.as_str().into());
    serde_json::json!({ "status": "error", "error": body }).to_string()
}

/// The refusals of an operation as it declares them: for each status, a schema that lists the codes. The document adds the
/// codes of every operation, and puts the envelope around them (`crate::openapi`).
pub(crate) fn declared(codes: &[Code]) -> MetaResponses {
    let one = |code: &Code| MetaResponse {
        description: "",
        status: Some(code.status().as_u16()),
        status_range: None,
        content: vec![MetaMediaType { content_type: "application/json", schema: codes_of_status(codes, *code) }],
        headers: vec![],
    };
    MetaResponses { responses: codes.iter().map(one).collect() }
}

fn codes_of_status(codes: &[Code], code: Code) -> MetaSchemaRef {
    let same = codes.iter().filter(|other| other.status() == code.status());
    let enum_items = same.map(|code| Value::String(code.as_str().to_owned())).collect();
    MetaSchemaRef::Inline(Box::new(MetaSchema { enum_items, ..MetaSchema::new("string") }))
}

/// Declares the error type of an operation: `refusal! { GetThingRefusal: ThingNotFound }`. The codes that every operation
/// may answer with need not be named.
macro_rules! refusal {
    ($(#[$doc:meta])* $name:ident: $($code:ident),* $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name($crate::error::ApiError);

        impl<E: Into<$crate::error::ApiError>> From<E> for $name {
            fn from(error: E) -> Self {
                Self(error.into())
            }
        }

        impl From<$name> for ::poem::Error {
            fn from(refusal: $name) -> Self {
                refusal.0.into()
            }
        }

        impl ::poem_openapi::ApiResponse for $name {
            fn meta() -> ::poem_openapi::registry::MetaResponses {
                $crate::error::declared(&[$($crate::error::Code::$code),*])
            }

            fn register(_registry: &mut ::poem_openapi::registry::Registry) {}
        }
    };
}
pub(crate) use refusal;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use poem_openapi::types::ToJSON as _;

    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_refusals() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code:?}");
            assert!(code.status().as_u16() >= 400, "{code:?}");
            assert!(code.meaning().trim().ends_with('.') || code.meaning().trim().ends_with("again"), "{code:?}");
        }
    }

    #[test]
    fn the_envelope_is_escaped_json_of_the_documented_shape() {
        let text = envelope(&ApiError::new(Code::BadRequest, "a \"quoted\"\nline"));
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let message = "a \"quoted\"\nline".to_owned();
        let body = RefusedBody { status: RefusedStatus::Error, error: ErrorBody { code: Code::BadRequest, message } };
        assert_eq!(Some(read), body.to_json());
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
