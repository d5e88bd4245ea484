//! Hostile values in every place of every message: no markup, no second line, no turned direction, no unbounded length.

use chrono::{NaiveDate, NaiveDateTime};
use domain::Currency;

use crate::catalogue::MessageId;
use crate::locale::Locale;
use crate::message::{AdjustmentReason, Benefit, Context, Message, Money, PointsSource};
use crate::overrides::Overrides;
use crate::render::{SUBJECT_CHARACTERS_MAX, render};
use crate::text::{PersonName, TEXT_CHARACTERS_MAX, Text, is_forbidden};

const HOSTILE: [&str; 8] = [
    "\u{202E}txet\u{202C} \u{2066}open",
    "a\r\nBcc: x@y.example\n\nb",
    "{ $code } { n-points } -term {\"x\"}",
    "<script>alert('x')</script>\" onclick=\"x\" &amp;",
    "\u{0}\u{7}\u{1b}[31m\u{9f}",
    "{{ person.email }}{% if true %}",
    "Z\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}\u{0301}",
    "שלום مرحبا",
];

fn messages(value: &str) -> Vec<Message> {
    let text = || Text::new(value);
    let money = Money { minor: i64::MIN, currency: Currency::parse("KWD").unwrap() };
    vec![
        Message::PointsEarned { points: i64::MAX, balance: i64::MIN, source: PointsSource::Order(text()) },
        Message::PointsAdjusted { change: i64::MIN, balance: 0, reason: AdjustmentReason::Refund(text()) },
        Message::PointsRedeemed { points: -1, balance: -1, reward: text() },
        Message::PointsReturned { points: 1, balance: 1, reward: text() },
        Message::RewardIssued { reward: text(), code: text(), last_day: Some(NaiveDate::MAX), minimum: Some(money) },
        Message::RewardExpiring { reward: text(), code: text(), days: u32::MAX, last_day: NaiveDate::MIN },
        Message::TierUpgraded { tier: text() },
        Message::ReferralInvite { advocate: PersonName::parse(value), benefit: Benefit::Product(text()), code: text() },
        Message::ReferralGift { benefit: Benefit::Percent(u32::MAX), code: Some(text()) },
        Message::CampaignStarted { campaign: text(), factor_hundredths: u32::MAX, ends: NaiveDateTime::MAX },
    ]
}

#[test]
fn hostile_values_stay_in_their_place() {
    for value in HOSTILE {
        let context = Context { shop: Text::new(value), customer: PersonName::parse(value), link: None };
        for locale in Locale::ALL.iter().copied() {
            for message in messages(value) {
                let rendered = render(&message, &context, locale, &Overrides::none());
                assert!(!rendered.fell_back, "{locale} {message:?}");
                for text in [&rendered.subject, &rendered.body, &rendered.sms.text] {
                    let wrong = text.chars().find(|c| is_forbidden(*c) && !matches!(c, '\n' | '\u{2068}' | '\u{2069}'));
                    assert_eq!(wrong, None, "{locale} {text:?}");
                    let count = |c: char| text.chars().filter(|other| *other == c).count();
                    assert_eq!(count('\u{2068}'), count('\u{2069}'), "{locale} {text:?}");
                    assert!(!text.contains("\nBcc"), "{locale} {text:?}");
                }
                assert!(!rendered.subject.contains('\n'));
                let html = rendered.html();
                assert!(!html.contains("<script") && !html.contains("\" onclick"), "{html}");
            }
        }
    }
}

#[test]
fn values_are_not_read_as_fluent() {
    let value = "{ $code } { n-points }";
    let message = Message::PointsRedeemed { points: 5, balance: 5, reward: Text::new(value) };
    let rendered = render(&message, &Context::sample(), Locale::En, &Overrides::none());
    assert!(rendered.body.contains("for this reward: { $code } { n-points }\n"), "{}", rendered.body);
}

#[test]
fn html_is_escaped() {
    let context = Context { shop: Text::new("Ö & <Sons> \"'"), ..Context::sample() };
    let html = render(&Message::Welcome { bonus: 5 }, &context, Locale::En, &Overrides::none()).html();
    insta::assert_snapshot!(html);
}

#[test]
fn very_long_values_make_bounded_texts() {
    let long = "Ж\u{0301}".repeat(100_000);
    let context = Context { shop: Text::new(&long), customer: PersonName::parse(&long), link: None };
    for locale in Locale::ALL.iter().copied() {
        for message in messages(&long) {
            let rendered = render(&message, &context, locale, &Overrides::none());
            assert!(rendered.subject.chars().count() <= SUBJECT_CHARACTERS_MAX);
            // Two code points for each character of the value, and at most a few values in a text.
            assert!(rendered.body.chars().count() < 10 * 2 * TEXT_CHARACTERS_MAX, "{locale} {}", rendered.body);
            assert!(rendered.sms.segments < 30, "{locale} {}", rendered.sms.segments);
        }
    }
}

#[test]
fn a_name_that_looks_like_a_link_is_left_out() {
    let customer = PersonName::parse("Free gift at evil.example/now");
    let context = Context { customer, ..Context::sample() };
    let body = render(&Message::sample(MessageId::Welcome), &context, Locale::En, &Overrides::none()).body;
    assert!(body.starts_with("Hello,\n\n"), "{body}");
}
