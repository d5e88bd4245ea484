//! Why a body could not be read, in words fit for a log: a path and a reason, never a value of the body, which may be
//! personal data.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::object::Object;

/// Longest reason kept.
const REASON_CHARS_MAX: usize = 300;

/// Why a body gave no facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not JSON at all. Says what broke and where.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// JSON, but not the topic's shape. Says the path and the reason.
    #[error("unexpected shape: {0}")]
    Shape(String),
}

impl ParseError {
    /// A field that must be there and is not.
    pub(super) fn missing(path: &str) -> Self {
        Self::Shape(format!("{path}: missing"))
    }

    /// The same error with the path of what contains it in front.
    pub(super) fn within(self, outer: impl FnOnce() -> String) -> Self {
        match self {
            Self::Shape(reason) => Self::Shape(format!("{}.{reason}", outer())),
            other => other,
        }
    }
}

/// Reads a body. The path of an error is found by reading a second time, which only bad bodies pay for. All of it is looked at
/// for UTF-8 at once, which is quicker than each text by itself; where that fails, only the texts that are read must be.
pub(super) fn read<'de, T: Deserialize<'de>>(raw: &'de [u8]) -> Result<T, ParseError> {
    let read = match std::str::from_utf8(raw) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(raw),
    };
    match read {
        Ok(Object(value)) => Ok(value),
        Err(error) => Err(explain::<T>(raw, &error)),
    }
}

#[cold]
fn explain<'de, T: Deserialize<'de>>(raw: &'de [u8], error: &serde_json::Error) -> ParseError {
    if let Err(syntax) = serde_json::from_slice::<IgnoredAny>(raw) {
        return ParseError::NotJson(without_values(&syntax.to_string()));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(raw);
    let reason = match serde_path_to_error::deserialize::<_, Object<T>>(&mut deserializer) {
        Err(with_path) => format!("{}: {}", place(with_path.path()), with_path.inner()),
        Ok(_) => error.to_string(),
    };
    ParseError::Shape(without_values(&reason))
}

/// Where in the body.
fn place(path: &serde_path_to_error::Path) -> String {
    if path.iter().next().is_some() { path.to_string() } else { "body".to_owned() }
}

/// serde quotes the value it stumbled on; what stands between double quotes is cut out, and so are numbers.
fn without_values(reason: &str) -> String {
    ["integer", "floating point"].into_iter().fold(without_texts(reason), |reason, kind| {
        let Some((before, rest)) = reason.split_once(&format!("{kind} `")) else { return reason };
        let after = rest.split_once('`').map_or("", |(_, after)| after);
        format!("{before}{kind} …{after}")
    })
}

fn without_texts(reason: &str) -> String {
    let mut kept = String::with_capacity(reason.len());
    let mut quoted = false;
    let mut escaped = false;
    for character in reason.chars().take(REASON_CHARS_MAX) {
        match (quoted, character) {
            (false, '"') => {
                quoted = true;
                kept.push('…');
            }
            (false, other) => kept.push(other),
            (true, '"') if !escaped => quoted = false,
            (true, _) => {}
        }
        escaped = quoted && character == '\\' && !escaped;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_is_no_object_is_described_in_terms_of_json() {
        #[derive(Debug, Deserialize)]
        struct Named {
            #[expect(dead_code, reason = "only its shape is asked for")]
            inner: Option<Box<Object<Named>>>,
        }
        for (body, reason) in [
            ("7", "body: invalid type: integer …, expected an object at line 1 column 1"),
            ("[]", "body: invalid type: sequence, expected an object at line 1 column 0"),
            (r#"{"inner":1.5}"#, "inner: invalid type: floating point …, expected an object at line 1 column 12"),
            (r#"{"inner":[{}]}"#, "inner: invalid type: sequence, expected an object at line 1 column 9"),
        ] {
            assert_eq!(read::<Named>(body.as_bytes()).unwrap_err(), ParseError::Shape(reason.to_owned()));
        }
    }

    #[test]
    fn values_are_cut_out_of_reasons() {
        assert_eq!(
            without_values(r#"customer.id: invalid type: string "bob@example.com", expected i64"#),
            "customer.id: invalid type: string …, expected i64"
        );
        assert_eq!(without_values(r#"string "a\"b@c", expected"#), "string …, expected");
        assert_eq!(without_values("missing field `id`"), "missing field `id`");
    }
}
