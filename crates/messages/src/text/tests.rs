//! Hostile values: what is removed, what is cut, and what scripts need and keep.

use super::*;

#[test]
fn controls_and_direction_changes_are_removed() {
    for (value, expected) in [
        ("Mug", "Mug"),
        ("  a \t b\r\n c\u{2028}d\u{00A0}e ", "a b c d e"),
        ("a\u{0}b\u{1B}[31m\u{7F}\u{85}", "ab[31m"),
        ("\u{202E}evil\u{202C}\u{2066}x\u{2069}", "evilx"),
        ("a\u{200B}\u{FEFF}\u{AD}\u{2060}b", "ab"),
        ("a\u{FFFE}\u{1FFFF}\u{E0041}\u{F0000}\u{E000}b", "ab"),
        ("\u{FFF9}\u{FFFC}", ""),
        // Persian needs its non-joiner, a family its joiners, Hebrew may bring a mark.
        ("می\u{200C}خواهم", "می\u{200C}خواهم"),
        ("👨\u{200D}👩\u{200D}👧", "👨\u{200D}👩\u{200D}👧"),
        ("שלום\u{200F}!", "שלום\u{200F}!"),
        ("{ $code } <b>&amp;", "{ $code } <b>&amp;"),
    ] {
        assert_eq!(Text::new(value).as_str(), expected, "{value:?}");
    }
}

#[test]
fn long_values_are_cut_between_characters() {
    let long = Text::new(&"é".repeat(5_000));
    assert_eq!(long.as_str().graphemes(true).count(), TEXT_CHARACTERS_MAX);
    assert!(long.as_str().ends_with('…'));

    let exact = "x".repeat(TEXT_CHARACTERS_MAX);
    assert_eq!(Text::new(&exact).as_str(), exact);

    let families = Text::new(&"👨\u{200D}👩\u{200D}👧".repeat(TEXT_CHARACTERS_MAX + 1));
    assert!(families.as_str().ends_with("👧…"), "{families}");
    assert_eq!(families.as_str().graphemes(true).count(), TEXT_CHARACTERS_MAX);

    let pile = format!("Z{}", "\u{0301}".repeat(10_000));
    assert!(Text::new(&pile).as_str().chars().count() <= CHARACTER_CODE_POINTS_MAX + 1);

    let huge = "a\u{0301}".repeat(1_000_000);
    assert_eq!(Text::new(&huge).as_str().graphemes(true).count(), TEXT_CHARACTERS_MAX);
}

#[test]
fn a_name_that_looks_like_a_link_is_no_name() {
    for name in [
        "Anna",
        "Anna Müller-Lüdenscheidt",
        "J. R. R. Tolkien",
        "J.R.R. Tolkien",
        "Өмірбек",
        "王小明",
        "O’Brien",
        "St. John",
    ] {
        assert_eq!(PersonName::parse(name).map(|n| n.text().to_string()).as_deref(), Some(name), "{name}");
    }
    for name in [
        "",
        " \u{202E} ",
        "12345",
        "🎁",
        "Win https://x.yz/a",
        "WWW.EVIL.COM",
        "evil.com",
        "click evil.com/a now",
        "Anna (evil.com)",
        "ev\u{200B}il.com",
        "a@b",
        "例え.テスト",
    ] {
        assert_eq!(PersonName::parse(name), None, "{name}");
    }
    let long = PersonName::parse(&"Anna ".repeat(1_000)).unwrap();
    assert_eq!(long.text().as_str().graphemes(true).count(), PERSON_NAME_CHARACTERS_MAX);
}

#[test]
fn values_are_isolated_only_where_directions_could_mix() {
    use Direction::{LeftToRight, RightToLeft};
    for (value, direction, isolated) in [
        ("Mug", LeftToRight, false),
        ("10 €", LeftToRight, false),
        ("ספל", LeftToRight, true),
        ("Mug ספל", LeftToRight, true),
        ("Mug\u{200F}", LeftToRight, true),
        ("Mug", RightToLeft, true),
        ("ABC-10", RightToLeft, true),
        ("ספל חדש", RightToLeft, false),
        ("ספל!", RightToLeft, true),
    ] {
        let text = Text::new(value);
        let expected = if isolated { format!("\u{2068}{value}\u{2069}") } else { value.to_owned() };
        assert_eq!(text.isolated(direction), expected, "{value} {direction:?}");
    }
}

#[test]
fn a_link_is_an_absolute_https_url() {
    let good = "https://shop.example/account?a=1&b=%20#top";
    assert_eq!(Link::parse(good).unwrap().as_str(), good);
    for (bad, error) in [
        ("http://shop.example", LinkError::NotHttps),
        ("javascript:alert(1)", LinkError::NotHttps),
        ("https://", LinkError::NotHttps),
        ("https:///x", LinkError::NotHttps),
        ("HTTPS://shop.example", LinkError::NotHttps),
        ("https://shop.example/a b", LinkError::Character),
        ("https://shop.example/\"onclick=", LinkError::Character),
        ("https://shop.example/\n", LinkError::Character),
        ("https://shop.example/\u{202E}", LinkError::Character),
        ("https://bücher.example", LinkError::Character),
    ] {
        assert_eq!(Link::parse(bad), Err(error), "{bad:?}");
    }
    assert_eq!(Link::parse(&format!("https://a/{}", "x".repeat(LINK_BYTES_MAX))), Err(LinkError::TooLong));
}
