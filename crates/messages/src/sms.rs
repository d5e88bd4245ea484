//! A text as a short message: which alphabet it needs, and how many segments it is billed as.
//!
//! Nothing is shortened here and no letter loses its accent. Only typographic characters that have a plain equivalent (quotes,
//! dashes, no-break spaces) are replaced, and only where that lets the whole text be sent in the GSM alphabet.

/// Septets in a single message, and in each of several that belong together.
const GSM7_UNITS: (usize, usize) = (160, 153);
/// UTF-16 units in a single message, and in each of several that belong together.
const UCS2_UNITS: (usize, usize) = (70, 67);

/// The alphabet that a short message is sent in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SmsEncoding {
    /// The GSM 03.38 default alphabet with its extension table: 160 characters in a message.
    Gsm7,
    /// UCS-2 (in fact UTF-16): 70 units in a message.
    Ucs2,
}

/// A text as a short message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sms {
    /// The text to send.
    pub text: String,
    /// The alphabet that the text needs.
    pub encoding: SmsEncoding,
    /// The length: septets in [`SmsEncoding::Gsm7`], UTF-16 units in [`SmsEncoding::Ucs2`].
    pub units: usize,
    /// How many messages the text is sent and billed as.
    pub segments: usize,
}

impl Sms {
    /// Measures a text, after replacing typographic characters where that makes it fit the GSM alphabet.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let plain = plain(text);
        if plain.chars().all(|c| septets(c).is_some()) {
            return Self::measured(plain, SmsEncoding::Gsm7, |c| septets(c).unwrap_or(1), GSM7_UNITS);
        }
        Self::measured(text.to_owned(), SmsEncoding::Ucs2, char::len_utf16, UCS2_UNITS)
    }

    fn measured(
        text: String,
        encoding: SmsEncoding,
        width: impl Fn(char) -> usize,
        (single, part): (usize, usize),
    ) -> Self {
        let units: usize = text.chars().map(&width).sum();
        let segments = if units <= single {
            usize::from(units > 0)
        } else {
            // A character of two units (an escape and a letter, a pair of surrogates) is not divided between two messages.
            let (mut segments, mut used) = (1, 0);
            for wide in text.chars().map(&width) {
                if used + wide > part {
                    segments += 1;
                    used = 0;
                }
                used += wide;
            }
            segments
        };
        Self { text, encoding, units, segments }
    }
}

/// How many septets a character takes in the GSM alphabet, or `None` if it is not in it.
fn septets(c: char) -> Option<usize> {
    match c {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '\n' | '\r' => Some(1),
        ' ' | '!' | '"' | '#' | '%' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | '-' | '.' | '/' | ':' | ';' | '<'
        | '=' | '>' | '?' | '@' | '$' | '_' => Some(1),
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π'
        | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' | '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö'
        | 'ñ' | 'ü' | 'à' => Some(1),
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' => Some(2),
        _ => None,
    }
}

/// The text with plain equivalents of typographic characters.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    // French quotes are set with spaces inside, plain ones are not.
    for c in text.replace("«\u{A0}", "\"").replace("\u{A0}»", "\"").chars() {
        match c {
            '‘' | '’' | '‚' | '‛' => plain.push('\''),
            '“' | '”' | '„' | '‟' | '«' | '»' => plain.push('"'),
            '‐' | '‑' | '–' | '—' | '−' => plain.push('-'),
            '…' => plain.push_str("..."),
            '×' => plain.push('x'),
            '\u{A0}' | '\u{2009}' | '\u{202F}' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(text: &str) -> (SmsEncoding, usize, usize) {
        let sms = Sms::new(text);
        (sms.encoding, sms.units, sms.segments)
    }

    #[test]
    fn lengths_are_counted_in_the_alphabet_that_the_text_needs() {
        use SmsEncoding::{Gsm7, Ucs2};
        for (text, expected) in [
            (String::new(), (Gsm7, 0, 0)),
            ("a".repeat(160), (Gsm7, 160, 1)),
            ("a".repeat(161), (Gsm7, 161, 2)),
            ("a".repeat(306), (Gsm7, 306, 2)),
            ("a".repeat(307), (Gsm7, 307, 3)),
            ("€".repeat(80), (Gsm7, 160, 1)),
            // 76 whole characters of two septets in a part of 153: one septet of each part is left empty.
            ("€".repeat(152), (Gsm7, 304, 2)),
            ("€".repeat(153), (Gsm7, 306, 3)),
            ("ä€".to_owned(), (Gsm7, 3, 1)),
            ("á".to_owned(), (Ucs2, 1, 1)),
            ("é".repeat(160), (Gsm7, 160, 1)),
            ("я".repeat(70), (Ucs2, 70, 1)),
            ("я".repeat(71), (Ucs2, 71, 2)),
            ("я".repeat(134), (Ucs2, 134, 2)),
            ("я".repeat(135), (Ucs2, 135, 3)),
            ("😀".repeat(35), (Ucs2, 70, 1)),
            // 33 pairs in a part of 67.
            ("😀".repeat(66), (Ucs2, 132, 2)),
            ("😀".repeat(67), (Ucs2, 134, 3)),
        ] {
            assert_eq!(measure(&text), expected, "{text}");
        }
    }

    #[test]
    fn typography_is_made_plain_only_where_that_saves_the_alphabet() {
        assert_eq!(Sms::new("You’ve earned “5\u{202F}000”\u{A0}– wow…").text, "You've earned \"5 000\" - wow...");
        assert_eq!(Sms::new("«\u{A0}Prix\u{A0}» 2× plus").text, "\"Prix\" 2x plus");
        // The Polish letter needs UCS-2 anyway, so its quotes stay.
        let sms = Sms::new("Nagroda „Kubek” – już");
        assert_eq!((sms.text.as_str(), sms.encoding), ("Nagroda „Kubek” – już", SmsEncoding::Ucs2));
    }
}
