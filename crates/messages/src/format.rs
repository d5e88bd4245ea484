//! Numbers, amounts, percentages, dates and plural categories of one language, from CLDR data compiled in with ICU4X.
//!
//! Nothing here fails at run time: what CLDR cannot express (a year beyond its calendars) is written in a plain form instead.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};
use domain::{Currency, Minor};
use fixed_decimal::Decimal;
use icu_calendar::cal::Persian;
use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YMD, YMDT};
use icu_datetime::input::{DateTime, Time};
use icu_decimal::DecimalFormatter;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_experimental::dimension::percent::formatter::PercentFormatter;
use icu_plurals::{PluralCategory, PluralRules};

use crate::locale::Locale;

/// The years that dates are formatted for; a date outside of them is written as ISO 8601.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9_999;

/// The formatters of one language. Made once and shared by all threads.
pub(crate) struct Formats {
    locale: icu_locale_core::Locale,
    plural: PluralRules,
    decimal: DecimalFormatter,
    percent: PercentFormatter<DecimalFormatter>,
    dates: Dates,
}

/// The calendar that CLDR prefers for the language: Persian for Persian, Gregorian for the others.
enum Dates {
    Gregorian {
        date: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
        date_time: FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
    },
    Persian {
        date: FixedCalendarDateTimeFormatter<Persian, YMD>,
        date_time: FixedCalendarDateTimeFormatter<Persian, YMDT>,
    },
}

const COMPILED_IN: &str =
    "CLDR's data of every language of `Locale` is compiled in: a test makes the formatters of each";

impl Formats {
    pub(crate) fn new(locale: Locale) -> Self {
        let icu: icu_locale_core::Locale = locale.tag().parse().expect("the tags of `Locale` are well-formed");
        let dates = if locale == Locale::Fa {
            Dates::Persian {
                date: FixedCalendarDateTimeFormatter::try_new((&icu).into(), YMD::long()).expect(COMPILED_IN),
                date_time: FixedCalendarDateTimeFormatter::try_new((&icu).into(), YMD::long().with_time_hm())
                    .expect(COMPILED_IN),
            }
        } else {
            Dates::Gregorian {
                date: FixedCalendarDateTimeFormatter::try_new((&icu).into(), YMD::long()).expect(COMPILED_IN),
                date_time: FixedCalendarDateTimeFormatter::try_new((&icu).into(), YMD::long().with_time_hm())
                    .expect(COMPILED_IN),
            }
        };
        Self {
            plural: PluralRules::try_new_cardinal((&icu).into()).expect(COMPILED_IN),
            decimal: DecimalFormatter::try_new((&icu).into(), Default::default()).expect(COMPILED_IN),
            percent: PercentFormatter::try_new((&icu).into(), Default::default()).expect(COMPILED_IN),
            dates,
            locale: icu,
        }
    }

    /// Returns CLDR's plural category of a whole number. The sign does not matter.
    pub(crate) fn category(&self, number: i64) -> &'static str {
        category_name(self.plural.category_for(number.unsigned_abs()))
    }

    /// Returns all plural categories of the language, those of fractions included.
    pub(crate) fn categories(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.plural.categories().map(category_name)
    }

    /// Formats a whole number with the digits and grouping of the language.
    pub(crate) fn integer(&self, number: i64) -> String {
        self.decimal.format(&Decimal::from(number)).to_string()
    }

    /// Formats hundredths as a decimal number without trailing zeros: 150 is `1.5` in English.
    pub(crate) fn hundredths(&self, number: u32) -> String {
        self.decimal.format(&scaled(number)).to_string()
    }

    /// Formats basis points as a percentage without trailing zeros: 1050 is `10.5%` in English.
    pub(crate) fn percent(&self, basis_points: u32) -> String {
        self.percent.format(&scaled(basis_points)).to_string()
    }

    /// Formats an amount of money with the currency's symbol in the language, and its code where there is no symbol.
    pub(crate) fn money(&self, minor: Minor, currency: Currency) -> String {
        let exponent = i16::try_from(currency.exponent()).unwrap_or(2);
        let mut amount = Decimal::from(minor);
        amount.multiply_pow10(-exponent);
        let formatter =
            currency.as_str().parse().ok().and_then(|code| {
                CurrencyFormatter::try_new_symbol((&self.locale).into(), code, Default::default()).ok()
            });
        match formatter {
            Some(formatter) => formatter.format_fixed_decimal(&amount).to_string(),
            None => format!("{} {currency}", self.decimal.format(&amount)),
        }
    }

    /// Formats a date with the name of its month.
    pub(crate) fn date(&self, date: NaiveDate) -> String {
        let Some(gregorian) = gregorian(date) else {
            return date.to_string();
        };
        match &self.dates {
            Dates::Gregorian { date, .. } => date.format(&gregorian).to_string(),
            Dates::Persian { date, .. } => date.format(&gregorian.to_calendar(Persian)).to_string(),
        }
    }

    /// Formats a date with the name of its month, and the time to the minute.
    pub(crate) fn date_time(&self, at: NaiveDateTime) -> String {
        let clock = |part: u32| u8::try_from(part).unwrap_or_default();
        let time = Time::try_new(clock(at.hour()), clock(at.minute()), 0, 0);
        let (Some(date), Ok(time)) = (gregorian(at.date()), time) else {
            return at.format("%Y-%m-%d %H:%M").to_string();
        };
        match &self.dates {
            Dates::Gregorian { date_time, .. } => date_time.format(&DateTime { date, time }).to_string(),
            Dates::Persian { date_time, .. } => {
                date_time.format(&DateTime { date: date.to_calendar(Persian), time }).to_string()
            }
        }
    }
}

fn scaled(hundredths: u32) -> Decimal {
    let mut number = Decimal::from(hundredths);
    number.multiply_pow10(-2);
    number.trim_end();
    number
}

fn gregorian(date: NaiveDate) -> Option<Date<Gregorian>> {
    let part = |part: u32| u8::try_from(part).ok();
    YEARS.contains(&date.year()).then_some(())?;
    Date::try_new_gregorian(date.year(), part(date.month())?, part(date.day())?).ok()
}

const fn category_name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::Zero => "zero",
        PluralCategory::One => "one",
        PluralCategory::Two => "two",
        PluralCategory::Few => "few",
        PluralCategory::Many => "many",
        PluralCategory::Other => "other",
    }
}

#[cfg(test)]
mod tests;
