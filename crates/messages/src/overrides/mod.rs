//! A merchant's own texts in place of the built-in ones.
//!
//! A text is checked when it is read ([`TextOverride::parse`]); what passes renders with every value that can occur. Where texts
//! are kept is the caller's affair. A text cannot read anything but its message's placeholders, nor grow without bound.

mod check;
mod error;
#[cfg(test)]
mod tests;
mod trial;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use fluent_bundle::FluentResource;

use crate::language::{Bundle, bundle, language};
use crate::locale::Locale;

#[cfg(test)]
pub(crate) use check::used;
pub use error::OverrideError;

/// The longest text that a merchant may write, in bytes.
pub const OVERRIDE_BYTES_MAX: usize = 4_000;
/// How deep placeables and calls may be nested.
pub const OVERRIDE_DEPTH_MAX: usize = 6;
/// The longest subject that a merchant's text may make of ordinary values, in characters.
pub const OVERRIDE_SUBJECT_CHARACTERS_MAX: usize = 150;
/// The most messages that a merchant's short text may be billed as with ordinary values, without the link.
pub const OVERRIDE_SMS_SEGMENTS_MAX: usize = 6;

/// A merchant's text for one key in one language, checked.
#[derive(Debug, Clone)]
pub struct TextOverride {
    locale: Locale,
    key: String,
    resource: Arc<FluentResource>,
}

impl TextOverride {
    /// Checks a text: a Fluent pattern, without the key, for one of [`keys`]. `{ $points -> [one] ... }` is read as
    /// `{ PLURAL($points) -> [one] ... }`, so that counts are told apart by the current plural rules.
    ///
    /// # Errors
    /// Fails with an [`OverrideError`], which says what to change, if the text is not valid Fluent, uses what its message does
    /// not have, is too long, or makes a text that is empty or too long.
    pub fn parse(locale: Locale, key: &str, text: &str) -> Result<Self, OverrideError> {
        let source = check::checked_source(locale, key, text)?;
        let resource = FluentResource::try_new(source).map_err(|(_, errors)| OverrideError::syntax(&errors))?;
        let parsed = Self { locale, key: key.to_owned(), resource: Arc::new(resource) };
        trial::try_out(&parsed)?;
        Ok(parsed)
    }

    /// Returns the language that the text is for.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// Returns the key that the text is for.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Returns the keys that can be overridden in a language: those of its messages, labels and phrases.
pub fn keys(locale: Locale) -> impl Iterator<Item = &'static str> {
    language(locale).resource.entries().filter_map(|entry| match entry {
        fluent_syntax::ast::Entry::Message(message) => Some(message.id.name),
        _ => None,
    })
}

/// Returns the built-in text of a key, as Fluent, for a merchant to begin with.
#[must_use]
pub fn built_in(locale: Locale, key: &str) -> Option<String> {
    check::built_in_source(locale, key)
}

/// The texts of one merchant. Made once and kept by the caller while they do not change: making it costs some tens of
/// microseconds for each language.
#[derive(Default)]
pub struct Overrides {
    bundles: HashMap<Locale, Bundle>,
}

impl Overrides {
    /// Returns no texts: everything is built in.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Puts texts together. Of two for the same key and language the later one counts.
    #[must_use]
    pub fn new(texts: impl IntoIterator<Item = TextOverride>) -> Self {
        let mut bundles = HashMap::new();
        for text in texts {
            let own = bundles
                .entry(text.locale)
                .or_insert_with(|| bundle(text.locale, Arc::clone(&language(text.locale).resource)));
            own.add_resource_overriding(text.resource);
        }
        Self { bundles }
    }

    pub(crate) fn bundle(&self, locale: Locale) -> Option<&Bundle> {
        self.bundles.get(&locale)
    }
}

impl fmt::Debug for Overrides {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Overrides").field(&self.bundles.keys()).finish()
    }
}
