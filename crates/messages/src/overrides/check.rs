//! The check of a text's syntax tree: every placeholder, choice, function and reference is one that the text may use.

use std::collections::BTreeSet;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey};
use fluent_syntax::parser;
use fluent_syntax::unicode::unescape_unicode_to_string;

use super::{OVERRIDE_BYTES_MAX, OVERRIDE_DEPTH_MAX, OverrideError};
use crate::catalogue::{COMMON, MessageId, PHRASES, PlaceholderKind, placeholder};
use crate::language::{Language, language};
use crate::locale::Locale;
use crate::text::is_forbidden;

const INDENT: &str = "    ";

/// Checks a text and returns it as a Fluent resource with one message.
pub(super) fn checked_source(locale: Locale, key: &str, text: &str) -> Result<String, OverrideError> {
    let language = language(locale);
    if pattern(language, key).is_none() {
        return Err(OverrideError::UnknownKey(key.chars().take(100).collect()));
    }
    if text.len() > OVERRIDE_BYTES_MAX {
        return Err(OverrideError::TooLong(text.len()));
    }
    let text = text.replace("\r\n", "\n");
    if text.trim().is_empty() {
        return Err(OverrideError::Empty);
    }
    if let Some(c) = text.chars().find(|c| *c != '\n' && is_forbidden(*c)) {
        return Err(OverrideError::Character(c as u32));
    }
    // Before the parser, which recurses.
    if nesting(&text) > OVERRIDE_DEPTH_MAX {
        return Err(OverrideError::TooDeep);
    }
    let mut source = format!("{key} =\n");
    for line in text.trim_matches('\n').lines() {
        source.push_str(INDENT);
        source.push_str(line);
        source.push('\n');
    }
    let resource = parser::parse(source.as_str()).map_err(|(_, errors)| OverrideError::syntax(&errors))?;
    let only = match &resource.body[..] {
        [Entry::Message(message)] if message.id.name == key && message.attributes.is_empty() => message.value.as_ref(),
        _ => None,
    };
    let Some(only) = only else {
        return Err(OverrideError::Syntax("a line begins with a dot, or the text has more than one part".to_owned()));
    };
    let mut checker = Checker { language, key, allowed: allowed(language, key), counts: Vec::new() };
    checker.pattern(only)?;
    let counts =
        checker.counts.iter().map(|name| (name.as_ptr() as usize - source.as_ptr() as usize, name.len())).collect();
    Ok(with_plural(source, counts))
}

/// Writes `PLURAL($points)` for each `$points` that is selected on.
fn with_plural(mut source: String, mut counts: Vec<(usize, usize)>) -> String {
    counts.sort_unstable();
    for (at, length) in counts.into_iter().rev() {
        source.insert(at + length, ')');
        source.insert_str(at - 1, "PLURAL(");
    }
    source
}

/// Returns the built-in text of a key as it stands in its resource, without the indentation.
pub(super) fn built_in_source(locale: Locale, key: &str) -> Option<String> {
    pattern(language(locale), key)?;
    let rest = locale.source().split(&format!("\n{key} =")).nth(1)?;
    let lines: Vec<&str> = rest
        .split('\n')
        .enumerate()
        .take_while(|(n, line)| *n == 0 || line.starts_with([' ', '}']) || line.is_empty())
        .map(|(_, line)| line)
        .collect();
    let text = lines.join("\n");
    let multiline = text.starts_with('\n');
    let text = if multiline { text.replace("\n    ", "\n") } else { text };
    Some(text.trim().to_owned())
}

/// How deep braces and parentheses are nested, counted without regard to quotes: never less than the parser's recursion.
fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'(' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Returns the built-in pattern of a key.
fn pattern(language: &'static Language, key: &str) -> Option<&'static Pattern<&'static str>> {
    language.resource.entries().find_map(|entry| match entry {
        Entry::Message(message) if message.id.name == key => message.value.as_ref(),
        _ => None,
    })
}

/// Counts (`n-...`) are used in phrases, and both in messages and labels; never the other way round, so nothing is circular.
fn level(key: &str) -> u8 {
    match key {
        key if key.starts_with("n-") => 0,
        key if PHRASES.contains(&key) => 1,
        _ => 2,
    }
}

/// Returns the placeholders that the text of a key may use.
fn allowed(language: &'static Language, key: &str) -> BTreeSet<&'static str> {
    let mut allowed = BTreeSet::from(COMMON);
    match MessageId::of_key(key) {
        Some((id, _)) => allowed.extend(id.placeholders()),
        None => allowed.extend(used(language, key)),
    }
    allowed
}

/// Returns the placeholders that a built-in text uses, those of the texts in it included.
pub(crate) fn used(language: &'static Language, key: &str) -> BTreeSet<&'static str> {
    let mut found = Found::default();
    if let Some(pattern) = pattern(language, key) {
        found.pattern(pattern);
    }
    let inner: Vec<_> = found.references.iter().filter(|inner| level(inner) < level(key)).copied().collect();
    found.placeholders.extend(inner.into_iter().flat_map(|inner| used(language, inner)));
    found.placeholders
}

/// What a pattern refers to.
#[derive(Default)]
struct Found {
    placeholders: BTreeSet<&'static str>,
    references: BTreeSet<&'static str>,
}

impl Found {
    fn pattern(&mut self, pattern: &Pattern<&'static str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&'static str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                variants.iter().for_each(|variant| self.pattern(&variant.value));
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&'static str>) {
        match inline {
            InlineExpression::VariableReference { id } => drop(self.placeholders.insert(id.name)),
            InlineExpression::MessageReference { id, .. } => drop(self.references.insert(id.name)),
            InlineExpression::FunctionReference { arguments, .. } => {
                arguments.positional.iter().for_each(|argument| self.inline(argument));
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            _ => {}
        }
    }
}

struct Checker<'a> {
    language: &'static Language,
    key: &'a str,
    allowed: BTreeSet<&'static str>,
    /// The names of the counts that are selected on without `PLURAL`, as slices of the source.
    counts: Vec<&'a str>,
}

impl<'a> Checker<'a> {
    fn pattern(&mut self, pattern: &Pattern<&'a str>) -> Result<(), OverrideError> {
        pattern.elements.iter().try_for_each(|element| match element {
            PatternElement::TextElement { .. } => Ok(()),
            PatternElement::Placeable { expression } => self.expression(expression),
        })
    }

    fn expression(&mut self, expression: &Expression<&'a str>) -> Result<(), OverrideError> {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                let choices = self.selector(selector)?;
                variants.iter().try_for_each(|variant| {
                    Self::variant(variant, &choices)?;
                    self.pattern(&variant.value)
                })
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&'a str>) -> Result<(), OverrideError> {
        match inline {
            InlineExpression::StringLiteral { value } => {
                match unescape_unicode_to_string(value).chars().find(|c| is_forbidden(*c)) {
                    Some(c) => Err(OverrideError::Character(c as u32)),
                    None => Ok(()),
                }
            }
            InlineExpression::NumberLiteral { .. } => Ok(()),
            InlineExpression::VariableReference { id } => match self.placeholder(id.name)? {
                PlaceholderKind::Choice(_) => Err(OverrideError::NotShowable(id.name.to_owned())),
                PlaceholderKind::Count | PlaceholderKind::Text => Ok(()),
            },
            InlineExpression::MessageReference { id, attribute: None } => self.reference(id.name),
            InlineExpression::MessageReference { id, .. } | InlineExpression::TermReference { id, .. } => {
                Err(self.not_allowed(id.name))
            }
            InlineExpression::FunctionReference { id, .. } => Err(OverrideError::UnknownFunction(id.name.to_owned())),
            InlineExpression::Placeable { expression } => self.expression(expression),
        }
    }

    /// Returns the variants that a selector can choose.
    fn selector(&mut self, selector: &InlineExpression<&'a str>) -> Result<Vec<&'static str>, OverrideError> {
        let (name, bare) = match selector {
            InlineExpression::VariableReference { id } => (id.name, true),
            InlineExpression::FunctionReference { id, arguments }
                if id.name == "PLURAL" && arguments.named.is_empty() =>
            {
                match &arguments.positional[..] {
                    [InlineExpression::VariableReference { id }] => (id.name, false),
                    _ => return Err(OverrideError::UnknownFunction("PLURAL with other arguments".to_owned())),
                }
            }
            InlineExpression::FunctionReference { id, .. } => {
                return Err(OverrideError::UnknownFunction(id.name.to_owned()));
            }
            _ => return Err(OverrideError::NotSelectable("this".to_owned())),
        };
        match (self.placeholder(name)?, bare) {
            (PlaceholderKind::Count, bare) => {
                if bare {
                    self.counts.push(name);
                }
                Ok(self.language.formats.categories().chain(["other"]).collect())
            }
            (PlaceholderKind::Choice(choices), true) => Ok(choices.to_vec()),
            _ => Err(OverrideError::NotSelectable(format!("${name}"))),
        }
    }

    fn variant(variant: &Variant<&'a str>, choices: &[&'static str]) -> Result<(), OverrideError> {
        match &variant.key {
            VariantKey::Identifier { name } if choices.contains(name) => Ok(()),
            VariantKey::Identifier { name } | VariantKey::NumberLiteral { value: name } => {
                Err(OverrideError::UnknownVariant((*name).to_owned(), choices.join(", ")))
            }
        }
    }

    fn placeholder(&self, name: &str) -> Result<PlaceholderKind, OverrideError> {
        placeholder(name).filter(|_| self.allowed.contains(name)).ok_or_else(|| {
            let known = self.allowed.iter().map(|name| format!("${name}")).collect::<Vec<_>>();
            OverrideError::UnknownPlaceholder(name.to_owned(), known.join(", "))
        })
    }

    fn reference(&self, name: &str) -> Result<(), OverrideError> {
        if self.usable().any(|usable| usable == name) { Ok(()) } else { Err(self.not_allowed(name)) }
    }

    /// Returns the texts that can be used in this one: those of a lower level whose placeholders it has, too.
    fn usable(&self) -> impl Iterator<Item = &'static str> + '_ {
        super::keys(self.language.locale).filter(|inner| {
            let lower = level(inner) < level(self.key) && level(inner) < 2;
            lower && used(self.language, inner).is_subset(&self.allowed)
        })
    }

    fn not_allowed(&self, name: &str) -> OverrideError {
        OverrideError::ReferenceNotAllowed(name.to_owned(), self.usable().collect::<Vec<_>>().join(", "))
    }
}
