//! The files: the same keys, placeholders and choices in every language, every plural form, and no English left over.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use fluent_syntax::parser;

use crate::catalogue::{COMMON, MessageId, PHRASES, Part, PlaceholderKind, placeholder};
use crate::language::language;
use crate::locale::Locale;
use crate::overrides::{keys, used};

const COUNT_TEXTS: [(&str, &str); 3] = [("n-points", "points"), ("n-balance", "balance"), ("n-days", "days")];

/// The keys that the code asks for, and the phrases and counts that texts are made of.
fn expected_keys() -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for id in MessageId::ALL {
        expected.extend(Part::ALL.map(|part| id.key(part)));
        expected.extend(id.action_key().map(str::to_owned));
    }
    expected.extend(PHRASES.map(str::to_owned));
    expected.extend(COUNT_TEXTS.map(|(key, _)| key.to_owned()));
    expected
}

/// What the patterns of a file hold.
#[derive(Default)]
struct Contents {
    /// (key, what is selected on, whether through `PLURAL`, the variants)
    selects: Vec<(&'static str, &'static str, bool, BTreeSet<&'static str>)>,
    references: BTreeSet<&'static str>,
    /// (key, text)
    words: Vec<(&'static str, &'static str)>,
}

impl Contents {
    fn of(locale: Locale) -> Self {
        let mut contents = Self::default();
        for entry in language(locale).resource.entries() {
            match entry {
                Entry::Message(message) => contents.pattern(message.id.name, message.value.as_ref().unwrap()),
                other => panic!("{locale}: {other:?}"),
            }
        }
        contents
    }

    fn pattern(&mut self, key: &'static str, pattern: &Pattern<&'static str>) {
        for element in &pattern.elements {
            match element {
                PatternElement::TextElement { value } => self.words.push((key, value)),
                PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                    let (name, plural) = match selector {
                        InlineExpression::VariableReference { id } => (id.name, false),
                        InlineExpression::FunctionReference { id, arguments } if id.name == "PLURAL" => {
                            match &arguments.positional[..] {
                                [InlineExpression::VariableReference { id }] => (id.name, true),
                                other => panic!("{key}: {other:?}"),
                            }
                        }
                        other => panic!("{key}: {other:?}"),
                    };
                    let names = variants.iter().map(|variant| match variant.key {
                        VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name } => name,
                    });
                    self.selects.push((key, name, plural, names.collect()));
                    variants.iter().for_each(|variant| self.pattern(key, &variant.value));
                }
                PatternElement::Placeable { expression: Expression::Inline(inline) } => match inline {
                    InlineExpression::MessageReference { id, .. } => drop(self.references.insert(id.name)),
                    InlineExpression::VariableReference { .. } | InlineExpression::StringLiteral { .. } => {}
                    other => panic!("{key}: {other:?}"),
                },
            }
        }
    }
}

#[test]
fn every_language_has_every_text_and_no_other() {
    let expected = expected_keys();
    for locale in Locale::ALL {
        let resource = parser::parse(locale.source()).unwrap_or_else(|(_, errors)| panic!("{locale}: {errors:?}"));
        let named = resource.body.iter().filter(|entry| matches!(entry, Entry::Message(_))).count();
        let own: BTreeSet<String> = keys(*locale).map(str::to_owned).collect();
        assert_eq!(own.len(), named, "{locale} has a key twice");
        let missing: Vec<_> = expected.difference(&own).collect();
        assert!(missing.is_empty(), "{locale} lacks {missing:?}");
        let references = Contents::of(*locale).references;
        for extra in own.difference(&expected) {
            assert!(extra.starts_with("n-"), "{locale} has {extra}, which nothing asks for");
            assert!(references.contains(extra.as_str()), "{locale} does not use its {extra}");
        }
        for phrase in PHRASES.iter().filter(|phrase| !["greeting", "signature"].contains(phrase)) {
            assert!(references.contains(phrase), "{locale} does not use {phrase}");
        }
        let header = locale.source().lines().take_while(|line| line.starts_with("### ")).count();
        assert!(header >= 2, "{locale} does not say how the customer is addressed");
    }
}

#[test]
fn placeholders_are_the_same_in_every_language_and_those_of_the_catalogue() {
    let english = language(Locale::En);
    let extra: BTreeMap<&str, BTreeSet<&str>> = keys(Locale::En).map(|key| (key, used(english, key))).collect();
    for locale in Locale::ALL {
        for (key, expected) in &extra {
            assert_eq!(&used(language(*locale), key), expected, "{locale} {key}");
        }
    }
    for id in MessageId::ALL {
        let known: BTreeSet<&str> = id.placeholders().iter().copied().collect();
        let parts = Part::ALL.map(|part| extra[id.key(part).as_str()].clone());
        let used: BTreeSet<&str> = parts.into_iter().flatten().filter(|name| !COMMON.contains(name)).collect();
        assert_eq!(used, known, "{}", id.name());
        assert!(known.iter().all(|name| placeholder(name).is_some()), "{}", id.name());
    }
}

#[test]
fn every_choice_has_every_variant() {
    for locale in Locale::ALL {
        for (key, name, plural, variants) in Contents::of(*locale).selects {
            match placeholder(name).unwrap() {
                PlaceholderKind::Choice(choices) if !plural => {
                    assert_eq!(variants, choices.iter().copied().collect(), "{locale} {key}");
                }
                PlaceholderKind::Count if plural => {}
                other => panic!("{locale} {key} selects on {name}, {other:?}"),
            }
        }
    }
}

#[test]
fn every_count_has_exactly_the_plural_forms_that_whole_numbers_take() {
    let numbers = || (0..=1_000).chain([10_000, 1_000_000, 2_000_000, 1_000_001, 1_000_000_000]);
    for locale in Locale::ALL {
        let formats = &language(*locale).formats;
        let forms: BTreeSet<&str> = numbers().map(|n| formats.category(n)).collect();
        let selects = Contents::of(*locale).selects;
        for (key, name, _, variants) in selects.iter().filter(|(_, _, plural, _)| *plural) {
            assert_eq!(variants, &forms, "{locale} {key} on {name}");
        }
        for (key, name) in COUNT_TEXTS {
            let chosen = selects.iter().any(|(own, on, plural, _)| *own == key && *on == name && *plural);
            assert!(chosen || forms.len() == 1, "{locale} {key} does not choose by {name}");
        }
        // The numbers that tests and trials render with have every form.
        let sampled: BTreeSet<&str> = crate::samples::COUNTS.iter().map(|n| formats.category(*n)).collect();
        assert_eq!(sampled, forms, "{locale}");
    }
}

#[test]
fn no_english_is_left_in_other_languages() {
    let english: BTreeMap<&str, Vec<&str>> = group(Contents::of(Locale::En).words);
    let tell_tale = [
        "the", "your", "you", "you’ve", "we’ve", "points", "reward", "rewards", "order", "balance", "welcome",
        "friend", "gift", "and", "with", "for", "have", "now", "been", "until", "valid",
    ];
    for locale in Locale::ALL.iter().filter(|locale| **locale != Locale::En) {
        // The word belongs to that language, too.
        let own: &[&str] = match locale {
            Locale::Fr => &["points"],
            Locale::Sv => &["order"],
            _ => &[],
        };
        let latin = !["ru", "uk", "ja", "zh-CN", "ko", "ar", "fa", "he"].contains(&locale.tag());
        for (key, texts) in group(Contents::of(*locale).words) {
            let all = texts.join(" ");
            if latin {
                let lower = all.to_lowercase();
                let words = lower.split(|c: char| !c.is_alphanumeric() && c != '’');
                for word in words.filter(|word| !own.contains(word)) {
                    assert!(!tell_tale.contains(&word), "{locale} {key}: {word:?} in {all:?}");
                }
            } else {
                assert!(!all.chars().any(|c| c.is_ascii_alphabetic()), "{locale} {key}: {all:?}");
            }
            let letters = all.chars().filter(|c| c.is_alphabetic()).count();
            let translated = english.get(key).is_none_or(|texts| texts.join(" ") != all);
            assert!(translated || letters < 10, "{locale} {key} is English: {all:?}");
        }
    }
}

fn group(words: Vec<(&'static str, &'static str)>) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut grouped: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, text) in words {
        grouped.entry(key).or_default().push(text.trim());
    }
    grouped
}
