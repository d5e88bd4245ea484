//! The renderings: nothing is missing, doubled or left over in any language, with any value, in any plural form.

use std::collections::BTreeSet;

use crate::catalogue::{COMMON, MessageId};
use crate::language::language;
use crate::locale::{Direction, Locale};
use crate::message::{Context, Message, PointsSource};
use crate::overrides::Overrides;
use crate::render::{Rendered, format, render};
use crate::samples::{COUNTS, Counts, variants};
use crate::text::Text;

/// The most messages that a short text with ordinary values is sent as, the link included.
const SMS_SEGMENTS_MAX: usize = 5;

fn contexts() -> [Context; 2] {
    [Context::sample(), Context { customer: None, link: None, ..Context::sample() }]
}

/// The forms in which a language writes a number in words instead of digits.
fn written_out(locale: Locale, n: i64) -> bool {
    matches!((locale, n), (Locale::Ar | Locale::He, 1 | 2))
}

#[test]
fn every_message_renders_in_every_language_with_every_value() {
    let none = Overrides::none();
    for locale in Locale::ALL.iter().copied() {
        for id in MessageId::ALL.iter().copied() {
            for n in COUNTS {
                for message in variants(id, Counts::all(n)) {
                    for context in contexts() {
                        let rendered = render(&message, &context, locale, &none);
                        judge(&rendered, &context, &format!("{locale} {message:?}"));
                    }
                }
            }
        }
    }
}

fn judge(rendered: &Rendered, context: &Context, what: &str) {
    assert!(!rendered.fell_back, "{what}");
    let (subject, body, sms) = (&rendered.subject, &rendered.body, &rendered.sms);
    assert!(!subject.is_empty() && !subject.contains('\n') && subject.chars().count() <= 120, "{what}: {subject}");
    assert!((1..=SMS_SEGMENTS_MAX).contains(&sms.segments), "{what}: {} segments: {}", sms.segments, sms.text);
    assert!(sms.text.contains("Aurora"), "{what}: {}", sms.text);
    assert!(body.contains("Aurora"), "{what}: {body}");
    assert_eq!(body.split("\n\n").next().unwrap().contains("Alex"), context.customer.is_some(), "{what}: {body}");
    let linked = context.link.is_some() && rendered.id.action_key().is_some();
    assert_eq!(rendered.action.is_some(), linked, "{what}");
    assert_eq!(sms.text.ends_with("\nhttps://aurora.example/rewards"), linked, "{what}: {}", sms.text);
    let label = rendered.action.as_ref().map_or("x", |action| &action.label);
    for text in [subject.as_str(), body, &sms.text, label] {
        assert!(!text.is_empty() && text.trim() == text, "{what}: {text:?}");
        for wrong in ["{", "}", "  ", "..", ". .", " .", " ,", "،،", "。。", "\n\n\n", ":.", "“”", "()", "（）"]
        {
            assert!(!text.contains(wrong), "{what}: {wrong:?} in {text:?}");
        }
        assert_balanced(text, what);
    }
}

fn assert_balanced(text: &str, what: &str) {
    let mut open = 0;
    for c in text.chars() {
        match c {
            '\u{2068}' => open += 1,
            '\u{2069}' => open -= 1,
            _ => {}
        }
        assert!((0..=1).contains(&open), "{what}: {text:?}");
    }
    assert_eq!(open, 0, "{what}: {text:?}");
}

#[test]
fn every_value_that_a_text_names_is_in_it() {
    let none = Overrides::none();
    for locale in Locale::ALL.iter().copied() {
        for id in MessageId::ALL.iter().copied() {
            for n in COUNTS {
                for message in variants(id, Counts::all(n)) {
                    let rendered = render(&message, &Context::sample(), locale, &none);
                    for value in shown(&message, locale) {
                        assert!(
                            rendered.body.contains(&value),
                            "{locale} {message:?}: no {value:?} in {:?}",
                            rendered.body
                        );
                    }
                }
            }
        }
    }
}

/// What the body of a message must show.
fn shown(message: &Message, locale: Locale) -> Vec<String> {
    let formats = &language(locale).formats;
    let count = |n: i64| (!written_out(locale, n)).then(|| formats.integer(n));
    match message {
        Message::Welcome { bonus } => count(*bonus).filter(|_| *bonus > 0).into_iter().collect(),
        Message::PointsEarned { points, balance, source } => {
            let order = if let PointsSource::Order(order) = source { Some(order.to_string()) } else { None };
            [count(*points), count(*balance), order].into_iter().flatten().collect()
        }
        Message::PointsAdjusted { change, balance, .. } => {
            [count(change.abs()), count(*balance)].into_iter().flatten().collect()
        }
        Message::PointsRedeemed { points, balance, reward }
        | Message::PointsReturned { points, balance, reward }
        | Message::RewardAvailable { points, balance, reward } => {
            [count(*points), count(*balance), Some(reward.to_string())].into_iter().flatten().collect()
        }
        Message::PointsExpiring { points, balance, days, last_day } => {
            let date = Some(formats.date(*last_day));
            [count(*points), count(*balance), count(i64::from(*days)), date].into_iter().flatten().collect()
        }
        Message::PointsExpired { points, balance } | Message::Birthday { points, balance } => {
            [count(*points), count(*balance)].into_iter().flatten().collect()
        }
        Message::RewardIssued { reward, code, last_day, minimum } => {
            let date = last_day.map(|day| formats.date(day));
            let minimum = minimum.map(|money| formats.money(money.minor, money.currency));
            [Some(reward.to_string()), Some(code.to_string()), date, minimum].into_iter().flatten().collect()
        }
        Message::RewardExpiring { reward, code, days, last_day } => {
            let texts = [Some(reward.to_string()), Some(code.to_string()), Some(formats.date(*last_day))];
            texts.into_iter().chain([count(i64::from(*days))]).flatten().collect()
        }
        Message::StoreCreditIssued { amount } => vec![formats.money(amount.minor, amount.currency)],
        Message::TierUpgraded { tier } | Message::TierDowngraded { tier } => vec![tier.to_string()],
        Message::ReferralLink { code, .. } | Message::ReferralInvite { code, .. } => vec![code.to_string()],
        Message::ReferralGift { code, .. } => code.iter().map(ToString::to_string).collect(),
        Message::ReferralCompleted { .. } | Message::DataErased => Vec::new(),
        Message::CampaignStarted { campaign, factor_hundredths, ends } => {
            vec![campaign.to_string(), formats.hundredths(*factor_hundredths), formats.date_time(*ends)]
        }
        Message::WinBack { balance } => count(*balance).into_iter().collect(),
        Message::DataRequestReceived { due, .. } => vec![formats.date(*due)],
        Message::DataExportReady { last_day } => vec![formats.date(*last_day)],
    }
}

#[test]
fn a_message_has_the_placeholders_that_the_catalogue_lists() {
    for id in MessageId::ALL.iter().copied() {
        let mut listed: BTreeSet<&str> = id.placeholders().iter().copied().collect();
        listed.extend(COMMON);
        for message in variants(id, Counts::all(5)) {
            assert_eq!(message.id(), id);
            let context = Context::sample();
            let arguments = language(Locale::En).arguments(&message, &context);
            let given: BTreeSet<&str> = arguments.iter().map(|(name, _)| name).collect();
            assert_eq!(given, listed, "{message:?}");
        }
    }
}

#[test]
fn plural_forms_are_chosen_by_the_current_rules() {
    let points = |locale: Locale, points: i64| {
        let message = Message::WinBack { balance: points };
        let context = Context::sample();
        let language = language(locale);
        format(&language.bundle, "n-balance", &language.arguments(&message, &context)).unwrap()
    };
    for (locale, n, expected) in [
        (Locale::En, 1, "1 point"),
        (Locale::En, 0, "0 points"),
        (Locale::De, 2, "2 Punkte"),
        (Locale::Es, 1_000_000, "1.000.000 de puntos"),
        (Locale::Es, 1_000_001, "1.000.001 puntos"),
        (Locale::It, 1_000_000, "1.000.000 di punti"),
        (Locale::Pt, 2_000_000, "2.000.000 de pontos"),
        (Locale::Fr, 0, "0 point"),
        (Locale::Fr, 1_000_000, "1\u{202f}000\u{202f}000 de points"),
        (Locale::Ru, 1, "1 балл"),
        (Locale::Ru, 21, "21 балл"),
        (Locale::Ru, 22, "22 балла"),
        (Locale::Ru, 11, "11 баллов"),
        (Locale::Uk, 3, "3 бали"),
        (Locale::Pl, 5, "5 punktów"),
        (Locale::Pl, 24, "24 punkty"),
        (Locale::Cs, 3, "3 body"),
        (Locale::Cs, 5, "5 bodů"),
        (Locale::Ar, 1, "نقطة واحدة"),
        (Locale::Ar, 2, "نقطتان"),
        (Locale::Ar, 3, "3 نقاط"),
        (Locale::Ar, 11, "11 نقطة"),
        (Locale::He, 1, "נקודה אחת"),
        (Locale::He, 2, "שתי נקודות"),
        (Locale::He, 20, "20 נקודות"),
        (Locale::Fa, 5, "۵ امتیاز"),
        (Locale::Ja, 1_000, "1,000ポイント"),
        (Locale::En, -50, "-50 points"),
    ] {
        assert_eq!(points(locale, n), expected, "{locale} {n}");
    }
}

#[test]
fn directions_are_right_and_latin_values_do_not_turn_them() {
    let message = Message::PointsRedeemed { points: 500, balance: 3, reward: Text::new("Aurora Mug") };
    for locale in Locale::ALL.iter().copied() {
        let rendered = render(&message, &Context::sample(), locale, &Overrides::none());
        let rtl = ["ar", "fa", "he"].contains(&locale.tag());
        assert_eq!(rendered.direction, if rtl { Direction::RightToLeft } else { Direction::LeftToRight }, "{locale}");
        assert_eq!(rendered.lang, locale.tag());
        assert!(
            rendered
                .html()
                .starts_with(&format!("<div lang=\"{locale}\" dir=\"{}\">", if rtl { "rtl" } else { "ltr" }))
        );
        for text in [&rendered.body, &rendered.sms.text] {
            assert_eq!(text.contains("\u{2068}Aurora Mug\u{2069}"), rtl, "{locale}: {text:?}");
        }
        // A phone takes the direction of a message from its first strong letter, and looks past isolated values.
        assert_eq!(rendered.sms.text.starts_with("\u{2068}Aurora\u{2069}"), rtl, "{locale}");
    }
}

#[test]
fn short_messages_without_accents_stay_in_the_gsm_alphabet() {
    use crate::sms::SmsEncoding::{Gsm7, Ucs2};
    let message = Message::PointsRedeemed { points: 5_000, balance: 12_345, reward: Text::new("Aurora Mug") };
    for (locale, encoding, segments) in [
        (Locale::En, Gsm7, 1),
        (Locale::De, Gsm7, 1),
        (Locale::Fr, Gsm7, 1),
        (Locale::Ru, Ucs2, 2),
        (Locale::Ar, Ucs2, 2),
    ] {
        let sms = render(&message, &Context::sample(), locale, &Overrides::none()).sms;
        assert_eq!((sms.encoding, sms.segments), (encoding, segments), "{locale}: {}", sms.text);
    }
}

#[test]
fn renderings_of_each_language_are_as_reviewed() {
    for locale in Locale::ALL.iter().copied() {
        let mut all = String::new();
        for id in MessageId::ALL.iter().copied() {
            let rendered = render(&Message::sample(id), &Context::sample(), locale, &Overrides::none());
            let (text, sms) = (rendered.plain_text(), &rendered.sms);
            let measure = format!("{:?}, {} units, {} segments", sms.encoding, sms.units, sms.segments);
            all.push_str(&format!(
                "==== {}\n{}\n\n{text}\n\n-- {measure}\n{}\n\n",
                id.name(),
                rendered.subject,
                sms.text
            ));
        }
        insta::assert_snapshot!(locale.tag(), all);
    }
}

#[test]
fn languages_and_overrides_are_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<crate::language::Language>();
    shared::<Overrides>();
    let none = Overrides::none();
    let message = Message::sample(MessageId::PointsEarned);
    let expected = render(&message, &Context::sample(), Locale::Ru, &none);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(render(&message, &Context::sample(), Locale::Ru, &none), expected));
        }
    });
}
