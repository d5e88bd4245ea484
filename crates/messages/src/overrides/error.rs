//! Why a merchant's text is rejected, each with a stable code and a remedy.

use fluent_syntax::parser::ParserError;

use super::{OVERRIDE_BYTES_MAX, OVERRIDE_DEPTH_MAX, OVERRIDE_SMS_SEGMENTS_MAX, OVERRIDE_SUBJECT_CHARACTERS_MAX};

/// Why a merchant's text is rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// The key names no text of the language.
    #[error("there is no text {0:?} in this language: use one of the listed keys")]
    UnknownKey(String),
    /// The text is empty.
    #[error("the text is empty: write something, or remove the override to get the built-in text")]
    Empty,
    /// The text has too many bytes.
    #[error("the text has {0} bytes: shorten it to {OVERRIDE_BYTES_MAX}")]
    TooLong(usize),
    /// Placeables are nested too deep.
    #[error("braces or parentheses are nested more than {OVERRIDE_DEPTH_MAX} deep: simplify the text")]
    TooDeep,
    /// The text is not valid Fluent.
    #[error(
        "the text is not valid Fluent ({0}): every {{ needs a }}, each variant of a choice stands on a line of its own and one \
         of them has a *, and [ * . or }} at the beginning of any other line is written as {{\"[\"}}"
    )]
    Syntax(String),
    /// The text has a character that is invisible or changes the direction of writing.
    #[error("the text has the character U+{0:04X}, which is not allowed: remove it")]
    Character(u32),
    /// The message has no such placeholder.
    #[error("there is no placeholder ${0} here: use one of {1}")]
    UnknownPlaceholder(String, String),
    /// The placeholder holds a word that is not meant to be shown.
    #[error("${0} cannot be shown: choose by it, with {{ ${0} -> ... }}")]
    NotShowable(String),
    /// The placeholder cannot be selected on.
    #[error("one cannot choose by {0}: choose by a count or by one of the placeholders with fixed values")]
    NotSelectable(String),
    /// A variant can never be chosen.
    #[error("the variant [{0}] can never be chosen: the variants here are {1}")]
    UnknownVariant(String, String),
    /// The text calls a function other than `PLURAL`.
    #[error("the function {0} does not exist: PLURAL, around one count that is chosen by, is the only one")]
    UnknownFunction(String),
    /// The text refers to another text that may not be used in it.
    #[error("the text {0:?} cannot be used here: use one of {1}")]
    ReferenceNotAllowed(String, String),
    /// With some values the text fails or nothing is left of it.
    #[error("with some values the text is empty or fails: look at each variant")]
    Fails,
    /// With ordinary values the subject is too long.
    #[error("with ordinary values the subject has {0} characters: shorten it to {OVERRIDE_SUBJECT_CHARACTERS_MAX}")]
    SubjectTooLong(usize),
    /// With ordinary values the short message is too long.
    #[error("with ordinary values the text is billed as {0} messages: shorten it to {OVERRIDE_SMS_SEGMENTS_MAX}")]
    SmsTooLong(usize),
}

impl OverrideError {
    /// Returns the stable code of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownKey(_) => "unknown_key",
            Self::Empty => "empty",
            Self::TooLong(_) => "too_long",
            Self::TooDeep => "too_deep",
            Self::Syntax(_) => "syntax",
            Self::Character(_) => "character",
            Self::UnknownPlaceholder(..) => "unknown_placeholder",
            Self::NotShowable(_) => "not_showable",
            Self::NotSelectable(_) => "not_selectable",
            Self::UnknownVariant(..) => "unknown_variant",
            Self::UnknownFunction(_) => "unknown_function",
            Self::ReferenceNotAllowed(..) => "reference_not_allowed",
            Self::Fails => "fails",
            Self::SubjectTooLong(_) => "subject_too_long",
            Self::SmsTooLong(_) => "sms_too_long",
        }
    }

    pub(super) fn syntax(errors: &[ParserError]) -> Self {
        Self::Syntax(errors.first().map(|error| error.kind.to_string().escape_debug().to_string()).unwrap_or_default())
    }
}
