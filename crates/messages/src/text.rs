//! The values that texts are filled with: names, codes, links. Each is cleaned once, when it is made.
//!
//! A value cannot leave its place: it holds no control character, no line break, nothing that turns the direction of the text
//! around it, and has a bounded length. It is never read as Fluent or HTML.

use std::borrow::Cow;
use std::fmt;

use unicode_segmentation::UnicodeSegmentation;

use crate::locale::Direction;

/// The longest name of a reward, tier, campaign, product, shop or order, and the longest code, in user-perceived characters.
pub const TEXT_CHARACTERS_MAX: usize = 100;
/// The longest name of a person, in user-perceived characters.
pub const PERSON_NAME_CHARACTERS_MAX: usize = 50;
/// How many code points one user-perceived character may have; the rest of a pile of combining marks is dropped.
pub const CHARACTER_CODE_POINTS_MAX: usize = 12;
/// The longest link, in bytes.
pub const LINK_BYTES_MAX: usize = 500;

/// Begins text whose direction is that of its first strong character.
const FIRST_STRONG_ISOLATE: char = '\u{2068}';
/// Ends what [`FIRST_STRONG_ISOLATE`] began.
const POP_DIRECTIONAL_ISOLATE: char = '\u{2069}';

/// A cleaned value, such as the name of a reward. May be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Text(String);

impl Text {
    /// Cleans `value`: control characters, bidirectional controls and noncharacters are removed, white space becomes single
    /// spaces, and what is longer than [`TEXT_CHARACTERS_MAX`] is cut and ends with an ellipsis.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self(clean(value, TEXT_CHARACTERS_MAX))
    }

    /// Returns the cleaned value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the value as it is put into a text of the given direction: isolated where its characters could mix with it.
    pub(crate) fn isolated(&self, direction: Direction) -> Cow<'_, str> {
        let needed = match direction {
            Direction::LeftToRight => self.0.chars().any(is_right_to_left),
            Direction::RightToLeft => self.0.chars().any(|c| !is_right_to_left(c) && c != ' '),
        };
        if needed {
            Cow::Owned(format!("{FIRST_STRONG_ISOLATE}{}{POP_DIRECTIONAL_ISOLATE}", self.0))
        } else {
            Cow::Borrowed(&self.0)
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a person, as the person gave it.
///
/// Whoever signs up chooses the name and the address that the message goes to, so a name that looks like a link or an address
/// would let a stranger send advertising in the shop's name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(Text);

impl PersonName {
    /// Cleans a name, or returns `None` if nothing is left of it or it looks like a link or an e-mail address: the message then
    /// goes out without a name.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let name = clean(value, PERSON_NAME_CHARACTERS_MAX);
        let written = name.chars().any(char::is_alphabetic);
        (written && !looks_like_a_link(&name)).then_some(Self(Text(name)))
    }

    /// Returns the name as a value for a text.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.0
    }
}

/// The address behind a call to action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link(String);

/// Why a text cannot be a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The text does not begin with `https://` and a host.
    #[error("a link begins with https:// and a host name")]
    NotHttps,
    /// The text has a character that no URL has unescaped.
    #[error("a link has only ASCII characters, without spaces, quotes, angle brackets or backslashes")]
    Character,
    /// The text is longer than [`LINK_BYTES_MAX`].
    #[error("a link has at most {LINK_BYTES_MAX} bytes")]
    TooLong,
}

impl Link {
    /// Reads an absolute `https` URL.
    ///
    /// # Errors
    /// Fails with a [`LinkError`] for anything else.
    pub fn parse(value: &str) -> Result<Self, LinkError> {
        if value.len() > LINK_BYTES_MAX {
            return Err(LinkError::TooLong);
        }
        let rest = value.strip_prefix("https://").ok_or(LinkError::NotHttps)?;
        if !rest.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err(LinkError::NotHttps);
        }
        let allowed =
            |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`' | b'{' | b'}');
        if !value.bytes().all(allowed) {
            return Err(LinkError::Character);
        }
        Ok(Self(value.to_owned()))
    }

    /// Returns the URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text may not contain this character: controls, bidirectional embeddings, overrides and isolates, invisible
/// separators, tags, noncharacters and private use. The marks that join letters (ZWJ, ZWNJ) and the directional marks (LRM,
/// RLM, ALM), which scripts need, are allowed.
pub(crate) fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' | '\u{200B}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{E000}'..='\u{F8FF}'
            | '\u{FDD0}'..='\u{FDEF}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFC}'
            | '\u{E0000}'..='\u{10FFFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// Whether a character belongs to a script written from right to left (the ranges that UAX #9 sets aside for them) or is a mark
/// of that direction.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{200F}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}')
}

fn clean(value: &str, characters_max: usize) -> String {
    // Bounds the work for a hostile value before anything else looks at it.
    let bytes_max = characters_max * CHARACTER_CODE_POINTS_MAX * char::MAX.len_utf8();
    let head = &value[..value.floor_char_boundary(bytes_max)];
    let printable: String = head
        .chars()
        .map(|c| if c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .filter(|c| !is_forbidden(*c))
        .collect();
    let words = printable.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let mut characters = words.graphemes(true);
    let mut cleaned = String::with_capacity(words.len());
    for character in characters.by_ref().take(characters_max) {
        cleaned.extend(character.chars().take(CHARACTER_CODE_POINTS_MAX));
    }
    if characters.next().is_some() || head.len() < value.len() {
        let kept = cleaned.graphemes(true).take(characters_max - 1).map(str::len).sum();
        cleaned.truncate(kept);
        cleaned.truncate(cleaned.trim_end().len());
        cleaned.push('…');
    }
    cleaned
}

/// Whether software that shows the text could turn a part of it into a link or an address.
fn looks_like_a_link(name: &str) -> bool {
    let lower = name.to_lowercase();
    let domain = |word: &str| {
        word.split('.').collect::<Vec<_>>().windows(2).any(|labels| {
            let ends_label = labels[0].chars().rev().take_while(|c| c.is_alphanumeric()).count() >= 2;
            let begins_label = labels[1].chars().take_while(|c| c.is_alphanumeric()).count() >= 2;
            ends_label && begins_label
        })
    };
    lower.contains("://") || lower.contains("www.") || lower.contains('@') || lower.split(' ').any(domain)
}

#[cfg(test)]
mod tests;
