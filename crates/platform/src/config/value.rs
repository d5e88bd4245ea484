//! The types a variable can have: how each is parsed, shown, and whether it is a secret. Being secret is a property of
//! the type, so that a struct cannot forget it.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;

/// A type a variable can have.
pub trait Value: Sized {
    /// Whether the value must never be printed.
    const SECRET: bool = false;
    /// Whether the variable may be absent without a default.
    const OPTIONAL: bool = false;

    /// Parses the trimmed, non-empty text.
    ///
    /// # Errors
    /// What the text must be, without repeating it: "must be a port number".
    fn parse(text: &str) -> Result<Self, String>;

    /// The value in print, safe to log.
    fn show(&self) -> String;

    /// The value of an absent variable, if there is one.
    fn absent() -> Option<Self> {
        None
    }
}

/// A value that prints as `[secret]`. Read it with [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a secret.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The secret itself. Never log or format it.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

impl<T: Value> Value for Secret<T> {
    const SECRET: bool = true;
    const OPTIONAL: bool = T::OPTIONAL;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Self)
    }

    fn show(&self) -> String {
        "[secret]".to_owned()
    }
}

impl<T: Value> Value for Option<T> {
    const SECRET: bool = T::SECRET;
    const OPTIONAL: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "(not set)".to_owned(), Value::show)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

/// A key of 32 bytes, written as 64 hexadecimal digits. Always wrapped in [`Secret`].
#[derive(Clone, PartialEq, Eq)]
pub struct Key32([u8; 32]);

impl Key32 {
    /// The bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The 64 hexadecimal digits, lower case.
    #[must_use]
    pub fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Value for Key32 {
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be 64 hexadecimal digits (make one with `openssl rand -hex 32`)".to_owned();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut bytes = [0_u8; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }

    fn show(&self) -> String {
        "[secret]".to_owned()
    }
}

/// The URL of a service, which may hold a password: printed without password and query.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// The whole URL, password included. Never log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ServiceUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.show())
    }
}

impl Value for ServiceUrl {
    // The URL as such: `show` hides the password, but a mistake in it must not be echoed either.
    const SECRET: bool = true;

    fn parse(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some((scheme, rest)) if !scheme.is_empty() && !rest.is_empty() => Ok(Self(text.to_owned())),
            _ => {
                Err("must be a URL such as `postgres://user@127.0.0.1:5432/name` or `redis://127.0.0.1:6379/0`".into())
            }
        }
    }

    fn show(&self) -> String {
        let without_query = self.0.split(['?', '#']).next().unwrap_or_default();
        let Some((scheme, rest)) = without_query.split_once("://") else { return "[secret]".to_owned() };
        match rest.rsplit_once('@') {
            None => format!("{scheme}://{rest}"),
            Some((user, host)) => match user.split_once(':') {
                None => format!("{scheme}://{user}@{host}"),
                Some((name, _password)) => format!("{scheme}://{name}:***@{host}"),
            },
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// Plain text, for a person at a terminal.
    Text,
}

impl Value for LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("must be `json` or `text`".to_owned()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Json => "json".to_owned(),
            Self::Text => "text".to_owned(),
        }
    }
}

macro_rules! plain_values {
    ($($type:ty => $what:literal),* $(,)?) => {
        $(impl Value for $type {
            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| concat!("must be ", $what).to_owned())
            }

            fn show(&self) -> String {
                self.to_string()
            }
        })*
    };
}

plain_values! {
    String => "text",
    bool => "`true` or `false`",
    u16 => "a whole number from 0 to 65535",
    u32 => "a whole number",
    u64 => "a whole number",
    usize => "a whole number",
    SocketAddr => "an address with a port, such as 127.0.0.1:3000",
}

/// Holds a value to its bounds.
pub(super) fn in_range<T: PartialOrd + fmt::Display>(value: &T, range: &RangeInclusive<T>) -> Result<(), String> {
    if range.contains(value) { Ok(()) } else { Err(format!("must be from {} to {}", range.start(), range.end())) }
}
