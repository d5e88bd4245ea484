//! Webhook bodies as domain facts. [`parse`] reads a body in one pass over borrowed structs that name only what is
//! needed; everything else is skipped without being stored.
//!
//! It refuses to guess money or identity: an order without id, instant or currency, or a line without price or
//! quantity, is a [`ParseError::Shape`]. All else may be null or absent.

use chrono::{DateTime, Utc};
use domain::{CustomerFacts, OrderMessage, PersonalData, ShopifyCustomerId, ShopifyOrderId};
use serde::{Deserialize, Serialize};

use crate::topic::Topic;

mod amount;
mod compliance;
mod customer;
mod error;
mod object;
mod order;
mod refund;
#[cfg(test)]
mod tests;
mod text;

pub use error::ParseError;

/// What a webhook says, in the terms of the domain. Holds personal data where the body does.
///
/// In JSON the variant's name is the only key: a tag beside the fields would make serde buffer the whole before reading it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFacts {
    /// An order or a refund changed.
    Order(OrderMessage),
    /// A customer was made or changed.
    Customer(CustomerChange),
    /// A customer asks for their data.
    DataRequest(DataRequest),
    /// A customer's personal data must go.
    CustomerRedact(CustomerRedact),
    /// All of a shop's data must go.
    ShopRedact {
        /// Shopify's number of the shop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shop_id: Option<i64>,
    },
    /// The shop removed the app.
    AppUninstalled {
        /// Shopify's number of the shop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shop_id: Option<i64>,
    },
}

impl WebhookFacts {
    /// Takes what the facts say of a person, to be stored encrypted: what is left may be stored in clear.
    pub fn take_personal_data(&mut self) -> PersonalData {
        match self {
            Self::Order(message) => message.take_personal_data(),
            Self::Customer(change) => change.customer.take_personal_data(),
            Self::DataRequest(request) => PersonalData { email: request.email.take(), locale: None },
            Self::CustomerRedact(redact) => PersonalData { email: redact.email.take(), locale: None },
            Self::ShopRedact { .. } | Self::AppUninstalled { .. } => PersonalData::default(),
        }
    }

    /// Says when the event happened that the webhook was sent for (`X-Shopify-Triggered-At`): documents of an order tell the time
    /// in whole seconds only.
    #[must_use]
    pub fn triggered_at(mut self, instant: Option<DateTime<Utc>>) -> Self {
        if let Self::Order(message) = &mut self {
            message.triggered_at(instant);
        }
        self
    }
}

/// A customer as `customers/create` and `customers/update` tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerChange {
    /// Who.
    #[serde(flatten)]
    pub customer: CustomerFacts,
    /// State of their shop account: `enabled`, `disabled`, `invited`, `declined`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The address was confirmed by its owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verified_email: bool,
}

/// `customers/data_request`: what to export, for whom. The customer may have no id (a guest) or no address.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DataRequest {
    /// Shopify's number of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<i64>,
    /// Shopify's customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<ShopifyCustomerId>,
    /// Their address: personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Orders asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_ids: Vec<ShopifyOrderId>,
}

/// `customers/redact`: whose personal data to remove.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CustomerRedact {
    /// Shopify's customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<ShopifyCustomerId>,
    /// Their address, by which a guest's orders are found: personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Orders to redact.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_ids: Vec<ShopifyOrderId>,
}

/// Reads a verified body of `topic`.
///
/// # Errors
/// [`ParseError::NotJson`] when the bytes are no JSON, [`ParseError::Shape`] when they are but do not say what the
/// topic must say.
pub fn parse(topic: Topic, raw: &[u8]) -> Result<WebhookFacts, ParseError> {
    match topic {
        Topic::OrdersCreate | Topic::OrdersPaid | Topic::OrdersUpdated | Topic::OrdersCancelled => {
            order::message(&error::read(raw)?).map(WebhookFacts::Order)
        }
        Topic::RefundsCreate => refund::message(&error::read(raw)?).map(WebhookFacts::Order),
        Topic::CustomersCreate | Topic::CustomersUpdate => {
            customer::change(&error::read(raw)?).map(WebhookFacts::Customer)
        }
        Topic::CustomersDataRequest => Ok(compliance::data_request(&error::read(raw)?)),
        Topic::CustomersRedact => compliance::customer_redact(&error::read(raw)?),
        Topic::ShopRedact => Ok(compliance::shop_redact(&error::read(raw)?)),
        Topic::AppUninstalled => Ok(compliance::app_uninstalled(&error::read(raw)?)),
    }
}
