//! What an answer means by its status, for partners that follow HTTP's meaning. A partner's module decides what differs.

use super::HttpAnswer;
use crate::error::{BoxError, CallFailure};

/// Longest code of an error that is kept.
const CODE_CHARS_MAX: usize = 64;

/// What was wrong with a call or its answer. Holds no text of the partner's, which may hold personal data: only a code.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// There was no connection, or it broke before the answer was whole.
    #[error("no connection to it, or the connection broke")]
    Connection(#[source] BoxError),
    /// The answer is longer than this.
    #[error("its answer is longer than {bytes_max} bytes")]
    TooLong {
        /// What is read at most.
        bytes_max: usize,
    },
    /// The answer is not in the partner's format.
    #[error("its answer cannot be read")]
    Malformed,
    /// The partner refused.
    #[error("it answered {status} ({code})")]
    Status {
        /// The HTTP status.
        status: u16,
        /// The partner's code for it, `-` where it gave none.
        code: String,
    },
    /// The partner carried the call out and refused what it asks for.
    #[error("it refused with {codes}")]
    Refused {
        /// The partner's codes, with the fields they concern.
        codes: String,
    },
    /// The call cannot be made with these values or this configuration.
    #[error("{0}")]
    Unfit(&'static str),
}

impl AnswerError {
    /// Makes the error of a connection. Its text must not hold the URL, in which a secret may stand.
    pub(crate) fn connection(error: reqwest::Error) -> Self {
        Self::Connection(error.without_url().into())
    }

    /// Makes the error of a status.
    pub(crate) fn status(answer: &HttpAnswer, code: Option<&str>) -> Self {
        Self::Status { status: answer.status, code: code.and_then(plain_code).unwrap_or_else(|| "-".to_owned()) }
    }
}

/// Returns a code of a partner's, if it is one: letters, digits, and marks that no personal data needs.
pub(crate) fn plain_code(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
    (!text.is_empty() && text.len() <= CODE_CHARS_MAX && text.chars().all(plain)).then(|| text.to_owned())
}

/// Returns the failure that an answer without success stands for. `code` is the partner's own.
pub(crate) fn failure(answer: &HttpAnswer, code: Option<&str>) -> CallFailure {
    let error: BoxError = AnswerError::status(answer, code).into();
    match answer.status {
        429 => CallFailure::Throttled { retry_after: answer.retry_after() },
        // Overloaded, and it says until when.
        503 if answer.retry_after().is_some() => CallFailure::Throttled { retry_after: answer.retry_after() },
        401 | 403 => CallFailure::Unauthorized(error),
        408 | 425 => CallFailure::Failed(error),
        400..500 => CallFailure::Rejected(error),
        _ => CallFailure::Failed(error),
    }
}
