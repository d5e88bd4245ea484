//! What merchants may write, what is rejected and how, and what becomes of it in a message.

use super::*;
use crate::catalogue::MessageId;
use crate::message::{Context, Message};
use crate::render::render;

fn rejected(locale: Locale, key: &str, text: &str) -> OverrideError {
    TextOverride::parse(locale, key, text).map(|_| ()).expect_err(text)
}

fn overrides(texts: &[(Locale, &str, &str)]) -> Overrides {
    Overrides::new(texts.iter().map(|(locale, key, text)| TextOverride::parse(*locale, key, text).unwrap()))
}

fn expired(points: i64) -> Message {
    Message::PointsExpired { points, balance: 10 }
}

#[test]
fn an_own_text_stands_in_place_of_the_built_in_one_in_its_language() {
    let own = overrides(&[
        (Locale::En, "points-expired-subject", "Bye bye, { n-points }"),
        (Locale::En, "greeting", "Hey { $named ->\n    [yes] { $name }\n   *[no] you\n}!"),
        (Locale::En, "signature", "{\"\"}"),
        (
            Locale::De,
            "points-expired-sms",
            "{ $shop }: { $points ->\n [one] ein Punkt\n *[other] { $points } Punkte\n} weg",
        ),
    ]);
    let english = render(&expired(1), &Context::sample(), Locale::En, &own);
    assert_eq!(english.subject, "Bye bye, 1 point");
    assert!(english.body.starts_with("Hey Alex!\n\nWe’ve removed 1 point"), "{}", english.body);
    assert!(english.body.ends_with("10 points."), "{}", english.body);
    assert!(!english.fell_back);

    let german =
        |points| render(&expired(points), &Context { link: None, ..Context::sample() }, Locale::De, &own).sms.text;
    assert_eq!((german(1).as_str(), german(7).as_str()), ("Aurora: ein Punkt weg", "Aurora: 7 Punkte weg"));

    let french = render(&expired(1), &Context::sample(), Locale::Fr, &own);
    assert_eq!(french, render(&expired(1), &Context::sample(), Locale::Fr, &Overrides::none()));
}

#[test]
fn a_programmes_own_currency_is_three_texts() {
    let stars =
        "{ $points ->\n    [one] { $points } звезда\n    [few] { $points } звезды\n   *[many] { $points } звёзд\n}";
    let own =
        overrides(&[(Locale::Ru, "n-points", stars), (Locale::Ru, "n-balance", &stars.replace("points", "balance"))]);
    let message = Message::Birthday { points: 3, balance: 11 };
    let body = render(&message, &Context::sample(), Locale::Ru, &own).body;
    assert!(body.contains("3 звезды") && body.contains("11 звёзд"), "{body}");
}

#[test]
fn plain_fluent_counts_follow_the_current_plural_rules() {
    // Fluent's own rules know no form for a million in Spanish.
    let text =
        "{ $points ->\n [one] punto\n [many] millones\n *[other] puntos\n} { $balance ->\n [one] x\n *[other] y\n}";
    let own = overrides(&[(Locale::Es, "points-expired-subject", text)]);
    assert_eq!(render(&expired(1_000_000), &Context::sample(), Locale::Es, &own).subject, "millones y");
    assert_eq!(render(&expired(2), &Context::sample(), Locale::Es, &own).subject, "puntos y");
}

#[test]
fn what_a_text_may_not_use_is_rejected_with_what_it_may() {
    let key = "points-earned-body";
    for (text, expected) in [
        ("", "empty"),
        (" \n ", "empty"),
        ("{ $points", "syntax"),
        ("{ $points ->\n [one] x }", "syntax"),
        ("a\n.attribute = x", "syntax"),
        ("* starred", "syntax"),
        ("}", "syntax"),
        ("{ $code }", "unknown_placeholder"),
        ("{ $email }", "unknown_placeholder"),
        ("{ $source }", "not_showable"),
        ("{ $shop ->\n [x] a\n *[y] b\n}", "not_selectable"),
        ("{ PLURAL($shop) ->\n [one] a\n *[other] b\n}", "not_selectable"),
        ("{ PLURAL($source) ->\n [one] a\n *[other] b\n}", "not_selectable"),
        ("{ 5 ->\n [one] a\n *[other] b\n}", "not_selectable"),
        ("{ $points ->\n [few] a\n *[other] b\n}", "unknown_variant"),
        ("{ $points ->\n [0] none\n *[other] b\n}", "unknown_variant"),
        ("{ $source ->\n [ordr] a\n *[other] b\n}", "unknown_variant"),
        ("{ NUMBER($points) }", "unknown_function"),
        ("{ PLURAL($points) }", "unknown_function"),
        ("{ PLURAL($points, $balance) ->\n *[other] b\n}", "unknown_function"),
        ("{ DATETIME($points) ->\n *[other] b\n}", "unknown_function"),
        ("{ -brand }", "reference_not_allowed"),
        ("{ points-earned-subject }", "reference_not_allowed"),
        ("{ action-points }", "reference_not_allowed"),
        ("{ n-days }", "reference_not_allowed"),
        ("{ n-points.x }", "reference_not_allowed"),
        ("{ nothing }", "reference_not_allowed"),
        ("\u{202E}x", "character"),
        ("{\"\\u202E\"}", "character"),
        ("a\tb", "character"),
        ("{ $source ->\n [order] {\"\"}\n *[other] x\n}", "fails"),
        ("{\" \"}", "fails"),
    ] {
        let error = rejected(Locale::En, key, text);
        assert_eq!(error.code(), expected, "{text:?}: {error}");
    }
    let message = rejected(Locale::En, "birthday-sms", "{ $code }").to_string();
    assert_eq!(message, "there is no placeholder $code here: use one of $balance, $name, $named, $points, $shop");
    assert_eq!(rejected(Locale::En, "birthday", "x").code(), "unknown_key");
    assert_eq!(rejected(Locale::De, "n-points-object", "x").code(), "unknown_key");
    assert_eq!(rejected(Locale::En, "n-points", "{ n-balance }").code(), "reference_not_allowed");
    assert_eq!(rejected(Locale::En, "greeting", "{ greeting }").code(), "reference_not_allowed");
    assert_eq!(rejected(Locale::En, "action-shop", "{\"\"}").code(), "fails");
}

#[test]
fn size_depth_and_growth_are_bounded() {
    assert_eq!(rejected(Locale::En, "signature", &"x".repeat(OVERRIDE_BYTES_MAX + 1)).code(), "too_long");
    assert_eq!(rejected(Locale::En, "signature", &"{".repeat(OVERRIDE_BYTES_MAX)).code(), "too_deep");
    assert_eq!(rejected(Locale::En, "signature", &"{ PLURAL(".repeat(400)).code(), "too_deep");
    assert_eq!(rejected(Locale::En, "birthday-subject", &"x".repeat(151)).code(), "subject_too_long");
    assert_eq!(rejected(Locale::En, "birthday-sms", &"x".repeat(153 * 6 + 1)).code(), "sms_too_long");
    assert_eq!(rejected(Locale::Ru, "birthday-sms", &"ж".repeat(67 * 6 + 1)).code(), "sms_too_long");
    // Fluent stops at a hundred placeables.
    assert_eq!(rejected(Locale::En, "birthday-body", &"{ n-points } ".repeat(200)).code(), "fails");
    assert!(TextOverride::parse(Locale::En, "birthday-sms", &"x".repeat(153 * 6)).is_ok());
}

#[test]
fn lines_and_line_ends_of_an_own_text_are_kept() {
    let own = overrides(&[(Locale::En, "points-expired-body", "One\r\nTwo\n\nThree\n  - four\n")]);
    let body = render(&expired(1), &Context { customer: None, ..Context::sample() }, Locale::En, &own).body;
    assert_eq!(body, "Hello,\n\nOne\nTwo\n\nThree\n- four\n\nThe Aurora team");
}

#[test]
fn every_built_in_text_is_a_valid_override_that_changes_nothing() {
    for locale in Locale::ALL.iter().copied() {
        let texts: Vec<_> = keys(locale)
            .map(|key| {
                let text = built_in(locale, key).unwrap_or_else(|| panic!("{locale} {key}"));
                TextOverride::parse(locale, key, &text)
                    .unwrap_or_else(|error| panic!("{locale} {key}: {error}\n{text}"))
            })
            .collect();
        let own = Overrides::new(texts);
        for id in MessageId::ALL.iter().copied() {
            let message = Message::sample(id);
            let expected = render(&message, &Context::sample(), locale, &Overrides::none());
            assert_eq!(render(&message, &Context::sample(), locale, &own), expected, "{locale}");
        }
    }
}
