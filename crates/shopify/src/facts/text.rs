//! Small readers that the bodies share: texts that may be empty, instants, numbers that may be written as texts.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, Visitor};

use super::error::ParseError;

/// A text borrowed from the body where it has no escapes.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text, unless it is absent or empty: Shopify writes `""` where it means null.
pub(super) fn non_empty(text: Option<&Text<'_>>) -> Option<String> {
    text.map(|text| text.as_str().trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// An instant, unless it is absent or empty. One that cannot be read is an error: it may say that an order is
/// cancelled.
pub(super) fn instant(path: &str, text: Option<&Text<'_>>) -> Result<Option<DateTime<Utc>>, ParseError> {
    let Some(text) = text.map(Text::as_str).filter(|text| !text.is_empty()) else { return Ok(None) };
    match DateTime::parse_from_rfc3339(text) {
        Ok(instant) => Ok(Some(instant.to_utc())),
        Err(_) => Err(ParseError::Shape(format!("{path}: not an instant of RFC 3339"))),
    }
}

/// A 64-bit number, also when it is written as a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Int(pub(super) i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IntVisitor;
        impl Visitor<'_> for IntVisitor {
            type Value = Int;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a 64-bit integer")
            }
            fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Int, E> {
                Ok(Int(value))
            }
            fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Int, E> {
                i64::try_from(value).map(Int).map_err(|_| E::custom("integer out of range"))
            }
            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Int, E> {
                value.parse().map(Int).map_err(|_| E::custom("a text that is not a 64-bit integer"))
            }
        }
        deserializer.deserialize_any(IntVisitor)
    }
}

/// A list that may be null.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default).map_err(D::Error::custom)
}
