//! Customers: inside orders, and on their own in `customers/create` and `customers/update`. Names, addresses and phone
//! numbers are not read.

use domain::{CustomerFacts, ShopifyCustomerId};
use serde::Deserialize;

use super::CustomerChange;
use super::error::ParseError;
use super::text::{Int, Text, instant, non_empty};

#[derive(Debug, Deserialize)]
pub(super) struct CustomerBody<'a> {
    id: Option<Int>,
    #[serde(borrow)]
    email: Option<Text<'a>>,
    #[serde(borrow)]
    updated_at: Option<Text<'a>>,
    #[serde(borrow)]
    locale: Option<Text<'a>>,
    #[serde(borrow)]
    state: Option<Text<'a>>,
    verified_email: Option<bool>,
}

impl CustomerBody<'_> {
    /// The facts; `None` for a customer without id, which is a guest.
    pub(super) fn facts(&self) -> Result<Option<CustomerFacts>, ParseError> {
        let Some(Int(id)) = self.id else { return Ok(None) };
        Ok(Some(CustomerFacts {
            customer_id: ShopifyCustomerId(id),
            updated_at: instant("updated_at", self.updated_at.as_ref())?,
            locale: non_empty(self.locale.as_ref()),
            email: non_empty(self.email.as_ref()),
        }))
    }
}

pub(super) fn change(body: &CustomerBody<'_>) -> Result<CustomerChange, ParseError> {
    Ok(CustomerChange {
        customer: body.facts()?.ok_or_else(|| ParseError::missing("id"))?,
        state: non_empty(body.state.as_ref()),
        verified_email: body.verified_email.unwrap_or(false),
    })
}
