//! Amounts of money as bodies write them: `{"shop_money": {"amount": "5.00", "currency_code": "EUR"}}` preferred, or a
//! bare text or number. Kept as text until the number of its digits is known, then read exactly.

use std::borrow::Cow;
use std::fmt;

use domain::{Currency, Minor, parse_decimal};
use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use super::error::ParseError;
use super::object::Object;
use super::text::Text;

/// A decimal in text, or a JSON number written as the shortest text that reads back as it.
#[derive(Debug, Clone)]
pub(super) struct Amount<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Amount<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AmountVisitor;
        impl<'de> Visitor<'de> for AmountVisitor {
            type Value = Amount<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount as decimal text or number")
            }
            fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Amount<'de>, E> {
                Ok(Amount(Cow::Borrowed(value)))
            }
            fn visit_str<E>(self, value: &str) -> Result<Amount<'de>, E> {
                Ok(Amount(Cow::Owned(value.to_owned())))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Amount<'de>, E> {
                Ok(Amount(Cow::Owned(value.to_string())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Amount<'de>, E> {
                Ok(Amount(Cow::Owned(value.to_string())))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Amount<'de>, E> {
                Ok(Amount(Cow::Owned(value.to_string())))
            }
        }
        deserializer.deserialize_any(AmountVisitor)
    }
}

/// An amount in the currencies of shop and buyer; only the shop's is read.
#[derive(Debug, Deserialize)]
pub(super) struct AmountSet<'a> {
    #[serde(borrow)]
    pub(super) shop_money: Option<Object<ShopMoney<'a>>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ShopMoney<'a> {
    #[serde(borrow)]
    amount: Option<Amount<'a>>,
    #[serde(borrow)]
    currency_code: Option<Text<'a>>,
}

impl AmountSet<'_> {
    /// The currency it names, if that is one.
    pub(super) fn currency(&self) -> Option<Currency> {
        let code = self.shop_money.as_ref()?.currency_code.as_ref()?;
        Currency::parse(code.as_str()).ok()
    }
}

/// The amount of a `_set` or, failing that, of the bare field beside it, in units of 10^-`decimals` (the currency's minor units,
/// where `decimals` is its exponent); `None` when neither says anything.
pub(super) fn minor(
    path: &str,
    set: Option<&Object<AmountSet<'_>>>,
    bare: Option<&Amount<'_>>,
    decimals: u32,
) -> Result<Option<Minor>, ParseError> {
    let in_set = set.and_then(|set| set.shop_money.as_ref()).and_then(|money| money.amount.as_ref());
    let Some(amount) = in_set.or(bare).filter(|amount| !amount.0.is_empty()) else { return Ok(None) };
    match parse_decimal(&amount.0, decimals) {
        Ok(minor) => Ok(Some(minor)),
        Err(error) => Err(ParseError::Shape(format!("{path}: {error}"))),
    }
}
