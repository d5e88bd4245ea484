//! The 22 languages, and which of them a tag asks for.
//!
//! Regions are not distinguished: a text exists once for a language, and numbers and dates follow that language's default.

use std::fmt;

/// The longest tag that is looked at, in bytes. Longer ones are unknown.
pub const TAG_BYTES_MAX: usize = 35;

/// The direction in which a language is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From right to left.
    RightToLeft,
}

impl Direction {
    /// Returns `ltr` or `rtl`, the value of HTML's `dir`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

macro_rules! locales {
    ($($name:ident $tag:literal $language:literal;)*) => {
        /// One of the languages that messages exist in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Locale {
            $(#[doc = concat!($language, ", `", $tag, "`.")] $name,)*
        }

        impl Locale {
            /// All languages, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the BCP 47 tag, as the specification writes it.
            #[must_use]
            pub const fn tag(self) -> &'static str {
                match self { $(Self::$name => $tag,)* }
            }

            /// Returns the built-in texts as a Fluent resource.
            pub(crate) const fn source(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../locales/", $tag, "/messages.ftl")),)* }
            }
        }
    };
}

locales! {
    En "en" "English";
    Es "es" "Spanish";
    De "de" "German";
    Ja "ja" "Japanese";
    Fr "fr" "French";
    Pt "pt" "Portuguese";
    Ru "ru" "Russian";
    It "it" "Italian";
    Nl "nl" "Dutch";
    Pl "pl" "Polish";
    Tr "tr" "Turkish";
    Fa "fa" "Persian";
    ZhCn "zh-CN" "Chinese (simplified)";
    Vi "vi" "Vietnamese";
    Id "id" "Indonesian";
    Cs "cs" "Czech";
    Ar "ar" "Arabic";
    Ko "ko" "Korean";
    Uk "uk" "Ukrainian";
    Hu "hu" "Hungarian";
    Sv "sv" "Swedish";
    He "he" "Hebrew";
}

impl Locale {
    /// Returns the direction of the language's script.
    #[must_use]
    pub const fn direction(self) -> Direction {
        match self {
            Self::Ar | Self::Fa | Self::He => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }

    /// Returns the language that a BCP 47 tag asks for, whatever its script, region and extensions (`pt-BR` and `pt_PT` are
    /// `pt`), or `None` if there are no texts in it. Traditional Chinese (`zh-Hant`, `zh-TW`) is `zh-CN`, the nearest language
    /// that there is by CLDR's language matching. Withdrawn codes (`iw`, `in`) are known.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let well_formed =
            |subtag: &str| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|b| b.is_ascii_alphanumeric());
        if tag.len() > TAG_BYTES_MAX || !tag.split(['-', '_']).all(well_formed) {
            return None;
        }
        let language = tag.split(['-', '_']).next()?.to_ascii_lowercase();
        let language = match language.as_str() {
            "iw" => "he",
            "in" => "id",
            "cmn" => "zh",
            "pes" | "prs" => "fa",
            "arb" => "ar",
            other => other,
        };
        let own = |locale: Self| locale.tag().split('-').next().unwrap_or_default();
        Self::ALL.iter().copied().find(|locale| own(*locale) == language)
    }

    /// Returns the language for a customer: what the customer's tag asks for, or else the merchant's default, or else English.
    #[must_use]
    pub fn negotiate(requested: Option<&str>, merchant_default: Option<&str>) -> Self {
        requested.and_then(Self::parse).or_else(|| merchant_default.and_then(Self::parse)).unwrap_or(Self::En)
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_asks_for_a_language_whatever_its_region() {
        for (tag, expected) in [
            ("en", Some("en")),
            ("en-GB", Some("en")),
            ("pt-BR", Some("pt")),
            ("pt_PT", Some("pt")),
            ("PT-br", Some("pt")),
            ("zh", Some("zh-CN")),
            ("zh-Hans", Some("zh-CN")),
            ("zh-Hans-SG", Some("zh-CN")),
            ("zh-TW", Some("zh-CN")),
            ("iw-IL", Some("he")),
            ("in", Some("id")),
            ("fa-AF", Some("fa")),
            ("de-CH-1996-u-nu-latn", Some("de")),
            ("eng", None),
            ("da", None),
            ("", None),
            ("-", None),
            ("en-", None),
            ("en;q=0.5", None),
            ("de\n", None),
            ("en-aaaaaaaa-aaaaaaaa-aaaaaaaa-aaaaaaaa", None),
        ] {
            assert_eq!(Locale::parse(tag).map(Locale::tag), expected, "{tag:?}");
        }
        for locale in Locale::ALL {
            assert_eq!(Locale::parse(locale.tag()), Some(*locale));
        }
    }

    #[test]
    fn the_merchants_default_then_english_stand_in() {
        assert_eq!(Locale::negotiate(Some("pt-BR"), Some("de")), Locale::Pt);
        assert_eq!(Locale::negotiate(Some("da"), Some("de-AT")), Locale::De);
        assert_eq!(Locale::negotiate(None, Some("sv")), Locale::Sv);
        assert_eq!(Locale::negotiate(Some("xx"), Some("yy")), Locale::En);
        assert_eq!(Locale::negotiate(None, None), Locale::En);
    }

    #[test]
    fn three_languages_are_written_from_right_to_left() {
        let rtl: Vec<_> =
            Locale::ALL.iter().filter(|l| l.direction() == Direction::RightToLeft).map(|l| l.tag()).collect();
        assert_eq!(rtl, ["fa", "ar", "he"]);
        assert_eq!(Locale::ALL.len(), 22);
    }
}
