//! The texts sent to customers, in 22 languages, and their rendering.
//!
//! [`render`] turns a typed [`Message`] into subject, body, call to action and short message in one [`Locale`]:
//!
//! ```
//! use messages::{Context, Locale, Message, Overrides, PointsSource, Text, render};
//!
//! let message = Message::PointsEarned { points: 1_250, balance: 3_000, source: PointsSource::Order(Text::new("#1001")) };
//! let context = Context { shop: Text::new("Aurora"), customer: None, link: None };
//! let locale = Locale::negotiate(Some("pt-BR"), Some("en"));
//! let rendered = render(&message, &context, locale, &Overrides::none());
//! assert_eq!(rendered.subject, "Você ganhou 1.250 pontos");
//! assert_eq!((rendered.lang, rendered.direction.as_str()), ("pt", "ltr"));
//! ```
//!
//! **Texts** stand in `locales/<language>/messages.ftl`, one file for each language, as Fluent. The head of each file says how
//! the customer is addressed. A text is a whole sentence or a label with a value; its grammar is the file's affair alone. Counts
//! are written by `n-points`, `n-balance` and `n-days` (and more where a language has cases), which choose by plural category:
//! `{ PLURAL($points) -> [one] ... *[other] ... }`.
//!
//! **Data** (plural rules, digits, currencies, dates) is CLDR's, compiled in through ICU4X; Fluent's own rules, which are older,
//! are not used. Persian has its digits and its calendar; Arabic has the digits 0 to 9, CLDR's default.
//!
//! **Values** are cleaned when they are made ([`Text`], [`PersonName`], [`Link`]) and are never read as Fluent or HTML. A value
//! is put between isolation marks (U+2068, U+2069) where its direction could mix with that of the text around it: in a text
//! from right to left around everything that is not of its script, in a text from left to right only around a value from right
//! to left. So a short message in the GSM alphabet stays in it.
//!
//! **Overrides**: a merchant may write an own text for each key and language. [`TextOverride::parse`] checks it and renders it
//! with every variant and plural category; [`Overrides`] holds what passed. A preview is `render` with [`Message::sample`].
//!
//! To add a message: a line in `catalogue.rs`, a variant and its values in `message.rs`, samples in `samples.rs`, and three
//! texts in each language; the compiler and the tests name what is missing. To add a language: a line in `locale.rs` and its
//! file.
//!
//! There is no I/O here and no clock: dates are arguments, civil ones in the shop's time zone. Rendering cannot fail.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod catalogue;
mod format;
mod html;
mod language;
mod locale;
mod message;
mod overrides;
mod render;
mod samples;
mod sms;
mod text;

#[cfg(test)]
mod texts;

pub use catalogue::{MessageId, Part};
pub use html::escape_html;
pub use locale::{Direction, Locale, TAG_BYTES_MAX};
pub use message::{AdjustmentReason, Benefit, Context, DataRequest, Message, Money, PointsSource};
pub use overrides::{
    OVERRIDE_BYTES_MAX, OVERRIDE_DEPTH_MAX, OVERRIDE_SMS_SEGMENTS_MAX, OVERRIDE_SUBJECT_CHARACTERS_MAX, OverrideError,
    Overrides, TextOverride, built_in, keys,
};
pub use render::{Action, Rendered, SUBJECT_CHARACTERS_MAX, render};
pub use sms::{Sms, SmsEncoding};
pub use text::{
    CHARACTER_CODE_POINTS_MAX, LINK_BYTES_MAX, Link, LinkError, PERSON_NAME_CHARACTERS_MAX, PersonName,
    TEXT_CHARACTERS_MAX, Text,
};
