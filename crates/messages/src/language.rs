//! One language ready for use: its texts as a Fluent bundle, its formatters, and the values of a message in its form.
//!
//! Fluent brings no number or date formatting and no plural rule into play here: values arrive formatted, and the category of a
//! count is asked for with `PLURAL($count)`.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use chrono::{NaiveDate, NaiveDateTime};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::types::FluentType;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use crate::format::Formats;
use crate::locale::Locale;
use crate::message::{Context, Message, Money};
use crate::text::{PersonName, Text};

/// The texts of a language, with or without a merchant's own. Shared by all threads.
pub(crate) type Bundle = FluentBundle<Arc<FluentResource>>;

/// The formatters and the built-in texts of a language.
pub(crate) struct Language {
    pub(crate) locale: Locale,
    pub(crate) formats: Formats,
    pub(crate) resource: Arc<FluentResource>,
    pub(crate) bundle: Bundle,
}

/// Returns the language, which is made on first use and kept.
pub(crate) fn language(locale: Locale) -> &'static Language {
    static LANGUAGES: [OnceLock<Language>; Locale::ALL.len()] = [const { OnceLock::new() }; Locale::ALL.len()];
    LANGUAGES[locale as usize].get_or_init(|| Language::new(locale))
}

impl Language {
    fn new(locale: Locale) -> Self {
        // What does not parse is left out; a test holds that everything does.
        let resource = match FluentResource::try_new(locale.source().to_owned()) {
            Ok(resource) | Err((resource, _)) => Arc::new(resource),
        };
        let bundle = bundle(locale, Arc::clone(&resource));
        Self { locale, formats: Formats::new(locale), resource, bundle }
    }

    /// Returns the values of a message in the form of this language.
    pub(crate) fn arguments<'a>(&'a self, message: &'a Message, context: &'a Context) -> FluentArgs<'a> {
        let mut arguments = Arguments { language: self, values: FluentArgs::with_capacity(12) };
        arguments.text("shop", &context.shop);
        arguments.flag("named", context.customer.is_some());
        arguments.optional_text("name", context.customer.as_ref().map(PersonName::text));
        message.fill(&mut arguments);
        arguments.values
    }
}

/// Makes a bundle of the built-in texts of a language, to which others can be added.
pub(crate) fn bundle(locale: Locale, resource: Arc<FluentResource>) -> Bundle {
    let mut bundle = Bundle::new_concurrent(vec![locale.tag().parse().unwrap_or_default()]);
    // Values are isolated one by one (`Text::isolated`): marks around every value would make each short message UCS-2.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    // Fails only if the name were taken.
    let _ = bundle.add_function("PLURAL", |positional, _| match positional {
        [FluentValue::Custom(value)] => match (**value).as_any().downcast_ref::<Count>() {
            Some(count) => FluentValue::from(count.category),
            None => FluentValue::Error,
        },
        _ => FluentValue::Error,
    });
    bundle
}

/// A whole number with its plural category in a language.
#[derive(Debug, Clone, PartialEq)]
struct Count {
    text: String,
    category: &'static str,
}

impl FluentType for Count {
    fn duplicate(&self) -> Box<dyn FluentType + Send> {
        Box::new(self.clone())
    }

    fn as_string(&self, _: &intl_memoizer::IntlLangMemoizer) -> Cow<'static, str> {
        Cow::Owned(self.text.clone())
    }

    fn as_string_threadsafe(&self, _: &intl_memoizer::concurrent::IntlLangMemoizer) -> Cow<'static, str> {
        Cow::Owned(self.text.clone())
    }
}

/// The values of one message while they are put together.
pub(crate) struct Arguments<'a> {
    language: &'a Language,
    values: FluentArgs<'a>,
}

impl<'a> Arguments<'a> {
    fn set(&mut self, name: &'static str, value: impl Into<FluentValue<'a>>) {
        self.values.set(name, value);
    }

    pub(crate) fn count(&mut self, name: &'static str, number: i64) {
        let formats = &self.language.formats;
        let count = Count { text: formats.integer(number), category: formats.category(number) };
        self.set(name, FluentValue::Custom(Box::new(count)));
    }

    /// A number of points and the balance after it.
    pub(crate) fn movement(&mut self, points: i64, balance: i64) {
        self.count("points", points);
        self.count("balance", balance);
    }

    pub(crate) fn choice(&mut self, name: &'static str, choice: &'static str) {
        self.set(name, choice);
    }

    pub(crate) fn flag(&mut self, name: &'static str, flag: bool) {
        self.set(name, if flag { "yes" } else { "no" });
    }

    pub(crate) fn text(&mut self, name: &'static str, text: &'a Text) {
        self.set(name, text.isolated(self.language.locale.direction()));
    }

    pub(crate) fn optional_text(&mut self, name: &'static str, text: Option<&'a Text>) {
        match text {
            Some(text) => self.text(name, text),
            None => self.set(name, ""),
        }
    }

    pub(crate) fn date(&mut self, name: &'static str, date: NaiveDate) {
        self.set(name, self.language.formats.date(date));
    }

    pub(crate) fn optional_date(&mut self, name: &'static str, date: Option<NaiveDate>) {
        self.set(name, date.map(|date| self.language.formats.date(date)).unwrap_or_default());
    }

    pub(crate) fn date_time(&mut self, name: &'static str, at: NaiveDateTime) {
        self.set(name, self.language.formats.date_time(at));
    }

    pub(crate) fn optional_money(&mut self, name: &'static str, money: Option<Money>) {
        let text = money.map(|money| self.language.formats.money(money.minor, money.currency));
        self.set(name, text.unwrap_or_default());
    }

    pub(crate) fn percent(&mut self, name: &'static str, basis_points: u32) {
        self.set(name, self.language.formats.percent(basis_points));
    }

    pub(crate) fn factor(&mut self, name: &'static str, hundredths: u32) {
        self.set(name, self.language.formats.hundredths(hundredths));
    }
}
