//! Numbers, amounts and dates as CLDR writes them, and values that it cannot write.

use super::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

#[test]
fn numbers_have_the_digits_and_groups_of_the_language() {
    for (locale, expected) in [
        (Locale::En, "1,234,567"),
        (Locale::De, "1.234.567"),
        (Locale::Fr, "1\u{202f}234\u{202f}567"),
        (Locale::Ru, "1\u{a0}234\u{a0}567"),
        (Locale::Fa, "۱٬۲۳۴٬۵۶۷"),
        // CLDR's default digits of `ar` are 0 to 9; Arabic-Indic digits belong to some of its regions.
        (Locale::Ar, "1,234,567"),
        (Locale::He, "1,234,567"),
    ] {
        assert_eq!(Formats::new(locale).integer(1_234_567), expected, "{locale}");
    }
    // These four group only from five digits on.
    for locale in [Locale::Es, Locale::It, Locale::Pl, Locale::Hu] {
        assert_eq!(Formats::new(locale).integer(1_000), "1000", "{locale}");
    }
    assert_eq!(Formats::new(Locale::Sv).integer(-5), "−5");
    assert_eq!(Formats::new(Locale::En).integer(i64::MIN), "-9,223,372,036,854,775,808");
}

#[test]
fn amounts_have_the_symbol_and_the_minor_digits_of_the_currency() {
    for (locale, minor, code, expected) in [
        (Locale::En, 123_450, "USD", "$1,234.50"),
        (Locale::En, -500, "USD", "-$5.00"),
        (Locale::De, 123_450, "EUR", "1.234,50\u{a0}€"),
        (Locale::Fr, 123_450, "EUR", "1\u{202f}234,50\u{a0}€"),
        (Locale::Pt, 123_450, "BRL", "R$\u{a0}1.234,50"),
        (Locale::Ja, 1_235, "JPY", "￥1,235"),
        (Locale::En, 1_234, "KWD", "KWD\u{a0}1.234"),
        (Locale::Fa, 500, "USD", "\u{200e}$۵٫۰۰"),
        (Locale::He, 500, "ILS", "\u{200f}5.00\u{a0}\u{200f}₪"),
        (Locale::Ar, 500, "USD", "\u{200f}5.00\u{a0}US$"),
        (Locale::En, i64::MAX, "USD", "$92,233,720,368,547,758.07"),
        (Locale::En, 100, "ZZZ", "ZZZ\u{a0}1.00"),
    ] {
        assert_eq!(Formats::new(locale).money(minor, currency(code)), expected, "{locale} {code}");
    }
}

#[test]
fn percentages_and_factors_have_no_trailing_zeros() {
    let (en, de, tr, fa) =
        (Formats::new(Locale::En), Formats::new(Locale::De), Formats::new(Locale::Tr), Formats::new(Locale::Fa));
    assert_eq!(en.percent(1_000), "10%");
    assert_eq!(en.percent(1_050), "10.5%");
    assert_eq!(de.percent(1_050), "10,5\u{a0}%");
    assert_eq!(tr.percent(1_000), "%10");
    assert_eq!(fa.percent(1_000), "۱۰%");
    assert_eq!(en.percent(0), "0%");
    assert_eq!((en.hundredths(200), en.hundredths(150), de.hundredths(125)), ("2".into(), "1.5".into(), "1,25".into()));
}

#[test]
fn dates_have_the_month_by_name_and_the_calendar_of_the_language() {
    let day = date(2027, 1, 5);
    for (locale, expected) in [
        (Locale::En, "January 5, 2027"),
        (Locale::De, "5. Januar 2027"),
        (Locale::Ru, "5 января 2027\u{202f}г."),
        (Locale::Cs, "5. ledna 2027"),
        (Locale::Ja, "2027年1月5日"),
        (Locale::Ko, "2027년 1월 5일"),
        (Locale::Hu, "2027. január 5."),
        (Locale::Ar, "5 يناير 2027"),
        (Locale::He, "5 בינואר 2027"),
        (Locale::Fa, "۱۵ دی ۱۴۰۵"),
    ] {
        assert_eq!(Formats::new(locale).date(day), expected, "{locale}");
    }
    let evening = day.and_hms_opt(23, 59, 30).unwrap();
    for (locale, expected) in [
        (Locale::En, "January 5, 2027 at 11:59\u{202f}PM"),
        (Locale::De, "5. Januar 2027 um 23:59"),
        (Locale::Fa, "۱۵ دی ۱۴۰۵ ساعت ۲۳:۵۹"),
    ] {
        assert_eq!(Formats::new(locale).date_time(evening), expected, "{locale}");
    }
}

#[test]
fn a_date_beyond_the_calendars_is_written_plainly() {
    for locale in Locale::ALL {
        let formats = Formats::new(*locale);
        assert_eq!(formats.date(NaiveDate::MAX), "+262142-12-31");
        assert_eq!(formats.date(date(0, 1, 1)), "0000-01-01");
        assert_eq!(formats.date_time(NaiveDateTime::MAX), "+262142-12-31 23:59");
        assert!(!formats.date(date(1, 1, 1)).is_empty() && !formats.date(date(9_999, 12, 31)).is_empty());
    }
}

#[test]
fn plural_categories_are_those_of_current_cldr() {
    for (locale, number, expected) in [
        (Locale::En, 0, "other"),
        (Locale::En, 1, "one"),
        (Locale::En, -1, "one"),
        (Locale::Fr, 0, "one"),
        // CLDR since 2021: a million has a form of its own in four Romance languages.
        (Locale::Es, 1_000_000, "many"),
        (Locale::Fr, 2_000_000, "many"),
        (Locale::It, 1_000_000, "many"),
        (Locale::Pt, 1_000_000, "many"),
        (Locale::Es, 1_000_001, "other"),
        (Locale::Ru, 11, "many"),
        (Locale::Ru, 21, "one"),
        (Locale::Pl, 22, "few"),
        (Locale::Cs, 5, "other"),
        // CLDR 42 took Hebrew's fourth form out.
        (Locale::He, 20, "other"),
        (Locale::He, 2, "two"),
        (Locale::Ar, 0, "zero"),
        (Locale::Ar, 3, "few"),
        (Locale::Ar, 11, "many"),
        (Locale::Ar, 100, "other"),
        (Locale::Ja, 1, "other"),
        (Locale::En, i64::MIN, "other"),
    ] {
        assert_eq!(Formats::new(locale).category(number), expected, "{locale} {number}");
    }
}
