//! Money as whole minor units of a currency, and the one way to read an amount's text.
//!
//! There is no arithmetic between currencies here and no floating point: an amount is exact or an error.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// An amount in minor units (cents, yen, fils) of the currency that stands beside it.
pub type Minor = i64;

/// Most digits after the point that an amount is read with.
pub const DECIMALS_MAX: u32 = 6;

/// Why a text is not an amount or a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not an optional sign, digits, and an optional fraction.
    #[error("not a decimal amount")]
    NotDecimal,
    /// More minor units than 64 bits hold.
    #[error("amount out of range")]
    OutOfRange,
    /// Not three ASCII capitals.
    #[error("a currency is three capital letters")]
    NotACurrency,
}

/// An ISO 4217 currency code: three ASCII capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code such as `EUR`; lower case is refused.
    ///
    /// # Errors
    /// [`MoneyError::NotACurrency`].
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            &[a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(MoneyError::NotACurrency),
        }
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// The three letters as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 3] {
        &self.0
    }

    /// Digits after the decimal point: how many powers of ten lie between the major unit and the minor unit
    /// (ISO 4217 table A.1; unknown codes have two).
    #[must_use]
    pub fn exponent(&self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.as_str().to_owned()
    }
}

/// Reads a decimal text (`"284.00"`, `"-5"`, `".5"`, `"1.2e3"`) as minor units of `currency`. Digits beyond the
/// currency's exponent are rounded half away from zero.
///
/// # Errors
/// [`MoneyError::NotDecimal`] for anything but a decimal number, [`MoneyError::OutOfRange`] beyond 64 bits.
pub fn parse_amount(text: &str, currency: Currency) -> Result<Minor, MoneyError> {
    parse_decimal(text, currency.exponent())
}

/// Reads a decimal text as whole units of 10^-`decimals`, at most [`DECIMALS_MAX`], as [`parse_amount`] does.
///
/// # Errors
/// As [`parse_amount`].
pub fn parse_decimal(text: &str, decimals: u32) -> Result<i64, MoneyError> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut magnitude: i64 = 0;
    let mut fraction_left: Option<u32> = None;
    let mut seen_digit = false;
    let mut round_up = None;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen_digit = true;
                let digit = i64::from(byte - b'0');
                match &mut fraction_left {
                    Some(0) => {
                        round_up.get_or_insert(digit >= 5);
                        continue;
                    }
                    Some(left) => *left -= 1,
                    None => {}
                }
                magnitude = push_digit(magnitude, digit)?;
            }
            b'.' if fraction_left.is_none() => fraction_left = Some(decimals),
            b'e' | b'E' if seen_digit => return parse_scientific(text, decimals),
            _ => return Err(MoneyError::NotDecimal),
        }
    }
    if !seen_digit {
        return Err(MoneyError::NotDecimal);
    }
    for _ in 0..fraction_left.unwrap_or(decimals) {
        magnitude = push_digit(magnitude, 0)?;
    }
    if round_up == Some(true) {
        magnitude = magnitude.checked_add(1).ok_or(MoneyError::OutOfRange)?;
    }
    Ok(if negative { -magnitude } else { magnitude })
}

fn push_digit(magnitude: i64, digit: i64) -> Result<i64, MoneyError> {
    magnitude.checked_mul(10).and_then(|m| m.checked_add(digit)).ok_or(MoneyError::OutOfRange)
}

/// The rare form with an exponent, which some serialisers give for very large or small numbers.
fn parse_scientific(text: &str, decimals: u32) -> Result<i64, MoneyError> {
    let amount = Decimal::from_scientific(text).map_err(|_| MoneyError::NotDecimal)?;
    let scale = Decimal::from(10_i64.checked_pow(decimals).ok_or(MoneyError::OutOfRange)?);
    let minor = amount.checked_mul(scale).ok_or(MoneyError::OutOfRange)?;
    minor
        .round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        .to_i64()
        .ok_or(MoneyError::OutOfRange)
}

/// Returns an amount of 10^-`from` units in units of 10^-`to`, rounded half away from zero: as if its text, of
/// at most `from` digits, had been read with `to` at once. More than [`DECIMALS_MAX`] digits count as so many.
#[must_use]
pub fn rescale(amount: i64, from: u32, to: u32) -> i128 {
    let (amount, from, to) = (i128::from(amount), from.min(DECIMALS_MAX), to.min(DECIMALS_MAX));
    if from <= to {
        return amount * 10_i128.pow(to - from);
    }
    let unit = 10_i128.pow(from - to);
    let half = if amount < 0 { -(unit / 2) } else { unit / 2 };
    (amount + half) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> Result<Minor, MoneyError> {
        parse_amount(text, Currency::parse(currency).unwrap())
    }

    #[test]
    fn each_currency_has_its_own_number_of_minor_digits() {
        for (text, currency, expected) in [
            ("284.00", "HKD", 28_400),
            ("284", "HKD", 28_400),
            ("284.5", "HKD", 28_450),
            (".5", "HKD", 50),
            ("5.", "HKD", 500),
            ("-5.00", "USD", -500),
            ("+5.00", "USD", 500),
            ("-0.00", "USD", 0),
            ("120000", "VND", 120_000),
            ("120000.0", "JPY", 120_000),
            ("1.234", "KWD", 1_234),
            ("1.2345", "CLF", 12_345),
            ("0.0", "KRW", 0),
            ("1.2e3", "USD", 120_000),
            ("0.1994E2", "USD", 1_994),
        ] {
            assert_eq!(minor(text, currency), Ok(expected), "{text} {currency}");
        }
    }

    #[test]
    fn digits_beyond_the_exponent_round_half_away_from_zero() {
        for (text, currency, expected) in [
            ("1.004", "USD", 100),
            ("1.005", "USD", 101),
            ("1.0049999", "USD", 100),
            ("-1.005", "USD", -101),
            ("9.5", "JPY", 10),
            ("9.49", "JPY", 9),
            ("0.9999", "KWD", 1_000),
            ("1.005e0", "USD", 101),
        ] {
            assert_eq!(minor(text, currency), Ok(expected), "{text} {currency}");
        }
    }

    #[test]
    fn what_is_not_a_decimal_is_an_error() {
        for bad in ["", "-", ".", "+.", "1,000.00", "1.0.0", " 1", "1 ", "abc", "e5", "1e", "NaN", "0x10", "１"] {
            assert_eq!(minor(bad, "USD"), Err(MoneyError::NotDecimal), "{bad:?}");
        }
        for huge in ["92233720368547758.08", "99999999999999999999", "1e20"] {
            assert_eq!(minor(huge, "USD"), Err(MoneyError::OutOfRange), "{huge}");
        }
        assert_eq!(minor("92233720368547758.07", "USD"), Ok(i64::MAX));
    }

    #[test]
    fn an_amount_can_be_read_before_its_currency_is_known() {
        for (text, currency) in
            [("12.345", "EUR"), ("-12.345", "EUR"), ("1.5", "JPY"), ("-1.49", "JPY"), ("0.000499", "KWD")]
        {
            let early = parse_decimal(text, DECIMALS_MAX).unwrap();
            let exponent = Currency::parse(currency).unwrap().exponent();
            assert_eq!(rescale(early, DECIMALS_MAX, exponent), i128::from(minor(text, currency).unwrap()), "{text}");
        }
        assert_eq!(rescale(i64::MIN, 0, 6), i128::from(i64::MIN) * 1_000_000);
    }

    #[test]
    fn a_currency_is_three_capitals() {
        assert_eq!(Currency::parse("EUR").unwrap().as_str(), "EUR");
        for bad in ["", "eur", "EU", "EURO", "E1R", "É€"] {
            assert_eq!(Currency::parse(bad), Err(MoneyError::NotACurrency), "{bad}");
        }
    }
}
