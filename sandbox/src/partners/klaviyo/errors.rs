//! Klaviyo's errors: JSON:API with a code, a sentence and where.

use serde_json::{Value, json};

use super::MEDIA_TYPE;
use crate::call::Answer;
use crate::partners::{RequestContext, uuid};

/// An error as Klaviyo states it.
pub(super) struct Fault {
    status: u16,
    code: &'static str,
    title: &'static str,
    detail: String,
    source: Value,
    retry_after_s: Option<f64>,
}

impl Fault {
    /// Returns an error about that source.
    pub(super) fn new(status: u16, code: &'static str, title: &'static str, detail: &str, source: Value) -> Self {
        Self { status, code, title, detail: detail.to_owned(), source, retry_after_s: None }
    }

    /// Returns an error about the request as a whole.
    pub(super) fn at_data(status: u16, code: &'static str, title: &'static str, detail: &str) -> Self {
        Self::new(status, code, title, detail, json!({ "pointer": "/data" }))
    }

    /// Returns the error of a body that does not fit.
    pub(super) fn invalid(detail: &str, pointer: &str) -> Self {
        Self::new(400, "invalid", "Invalid input.", detail, json!({ "pointer": pointer }))
    }

    /// Returns the error of a caller that must wait so long.
    pub(super) fn throttled(seconds: f64) -> Self {
        let seconds = seconds.ceil().max(1.0);
        let detail = format!("Request was throttled. Expected available in {seconds} seconds.");
        let fault = Self::at_data(429, "throttled", "Request was throttled.", &detail);
        Self { retry_after_s: Some(seconds), ..fault }
    }

    /// Returns the answer that states it.
    pub(super) fn answer(self, context: &RequestContext<'_>) -> Answer {
        let error = json!({
            "id": uuid(context.ids),
            "status": self.status,
            "code": self.code,
            "title": self.title,
            "detail": self.detail,
            "source": self.source,
            "links": {},
            "meta": {},
        });
        let answer = document(self.status, &json!({ "errors": [error] }));
        match self.retry_after_s {
            Some(seconds) => answer.with("retry-after", context.limits.retry_after_s.unwrap_or(seconds).to_string()),
            None => answer,
        }
    }
}

/// Returns an answer with a JSON:API document.
pub(super) fn document(status: u16, body: &Value) -> Answer {
    Answer::new(status, MEDIA_TYPE, body.to_string())
}
