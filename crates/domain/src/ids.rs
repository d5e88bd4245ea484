//! Identifiers as distinct types, so that a lot's id cannot be passed where a customer's is meant.
//!
//! Our own ids are ULIDs kept as their 26-character text (they sort by time of making); Shopify's are 64-bit integers,
//! which reach 18 digits and so never pass through a float. Making ids is an argument: see [`IdSource`].

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Length of a ULID's text.
pub const ULID_CHARS: usize = 26;

/// Why a text is not an id of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is not [`ULID_CHARS`] long.
    #[error("an id has {ULID_CHARS} characters, not {0}")]
    Length(usize),
    /// A character is not in Crockford's base 32 alphabet (digits and capitals without I, L, O, U).
    #[error("character {0:?} is not allowed in an id")]
    Character(char),
}

/// Where new ULIDs come from: a generator in production, a counter in tests.
pub trait IdSource {
    /// A fresh ULID as 26 characters of Crockford's base 32, in capitals.
    fn ulid(&mut self) -> String;
}

/// A closure over a generator is a source, so that no caller needs a type of its own for it.
impl<F: FnMut() -> String> IdSource for F {
    fn ulid(&mut self) -> String {
        self()
    }
}

fn check_ulid(text: &str) -> Result<(), IdError> {
    if text.len() != ULID_CHARS {
        return Err(IdError::Length(text.chars().count()));
    }
    let allowed = |c: char| c.is_ascii_digit() || (c.is_ascii_uppercase() && !matches!(c, 'I' | 'L' | 'O' | 'U'));
    match text.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(IdError::Character(c)),
        None => Ok(()),
    }
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads an id from its text.
            ///
            /// # Errors
            /// [`IdError`] when length or alphabet are not a ULID's.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                check_ulid(text)?;
                Ok(Self(text.to_owned()))
            }

            /// A new id from `ids`, whose contract is to give well-formed ULIDs.
            pub fn mint(ids: &mut dyn IdSource) -> Self {
                let text = ids.ulid();
                debug_assert_eq!(check_ulid(&text), Ok(()), "the id source broke its contract");
                Self(text)
            }

            /// The 26 characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                check_ulid(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

ulid_id! {
    /// A merchant: one Shopify shop that installed the app.
    MerchantId
}
ulid_id! {
    /// A member of a merchant's programme.
    CustomerId
}
ulid_id! {
    /// A recorded webhook delivery.
    LogId
}
ulid_id! {
    /// An entry of the points ledger.
    TransactionId
}
ulid_id! {
    /// A lot: points that were earned together and expire together. Its id is that of the entry that made it.
    LotId
}

impl From<&LotId> for TransactionId {
    fn from(lot: &LotId) -> Self {
        Self(lot.0.clone())
    }
}

macro_rules! shopify_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(
            /// The number as Shopify gives it.
            pub i64,
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

shopify_id! {
    /// Shopify's number of an order.
    ShopifyOrderId
}
shopify_id! {
    /// Shopify's number of a customer.
    ShopifyCustomerId
}
shopify_id! {
    /// Shopify's number of a line of an order.
    ShopifyLineId
}
shopify_id! {
    /// Shopify's number of a refund.
    ShopifyRefundId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_26_characters_of_crockfords_alphabet() {
        let text = "01JD8Q3VN7Z9M0A2B4C6D8E0F1";
        assert_eq!(CustomerId::parse(text).unwrap().to_string(), text);
        assert_eq!(CustomerId::parse("01JD"), Err(IdError::Length(4)));
        for bad in ["01JD8Q3VN7Z9M0A2B4C6D8E0FI", "01jd8q3vn7z9m0a2b4c6d8e0f1", "01JD8Q3VN7Z9M0A2B4C6D8E0F'"] {
            assert!(matches!(CustomerId::parse(bad), Err(IdError::Character(_))), "{bad}");
        }
        assert_eq!(CustomerId::parse("é1JD8Q3VN7Z9M0A2B4C6D8E0F1"), Err(IdError::Length(26)));
        assert_eq!(CustomerId::parse("é1JD8Q3VN7Z9M0A2B4C6D8E0F"), Err(IdError::Character('é')));
    }

    #[test]
    fn ids_are_plain_strings_and_numbers_in_json_and_checked_on_the_way_in() {
        let id = LotId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"01JD8Q3VN7Z9M0A2B4C6D8E0F1\"");
        assert!(serde_json::from_str::<LotId>("\"'; DROP TABLE\"").is_err());
        let order: ShopifyOrderId = serde_json::from_str("820982911946154508").unwrap();
        assert_eq!(order, ShopifyOrderId(820_982_911_946_154_508));
        assert_eq!(serde_json::to_string(&order).unwrap(), "820982911946154508");
    }
}
