//! The user errors of a mutation: Shopify has understood the call and refuses what it asks for. Keeps codes and fields, no message.

use crate::error::CallError;
use crate::http::{AnswerError, plain_code};

/// One user error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserError {
    pub(super) code: String,
    field: String,
}

impl UserError {
    /// Takes the code and the path of the field. The code is an enum of the schema's, whose `Debug` is its name.
    pub(super) fn new(code: Option<impl serde::Serialize>, field: Option<Vec<String>>) -> Self {
        let code = code.and_then(|code| serde_json::to_value(code).ok()).and_then(|code| plain_code(code.as_str()?));
        let field = field.and_then(|path| plain_code(&path.join(".")));
        Self { code: code.unwrap_or_else(|| "-".to_owned()), field: field.unwrap_or_else(|| "-".to_owned()) }
    }
}

/// Fails where there are user errors: with a failure that may pass where Shopify says so, otherwise for good.
pub(super) fn check(errors: Vec<UserError>) -> Result<(), CallError> {
    if errors.is_empty() {
        return Ok(());
    }
    let passes = errors.iter().any(|error| error.code == "INTERNAL_ERROR");
    let codes: Vec<String> = errors.iter().map(|error| format!("{} at {}", error.code, error.field)).collect();
    let source = AnswerError::Refused { codes: codes.join(", ") }.into();
    let partner = super::SHOPIFY.name;
    Err(match passes {
        true => CallError::Failed { partner, source },
        false => CallError::Rejected { partner, source },
    })
}

/// Makes the error of an answer that lacks what it must hold.
pub(super) fn incomplete() -> CallError {
    CallError::Failed { partner: super::SHOPIFY.name, source: AnswerError::Malformed.into() }
}
