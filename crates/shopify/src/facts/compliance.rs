//! The topics the law asks for, and the app's removal. Their bodies are trusted as little as they can be: the shop is
//! the one in the signed delivery's header, not the one in the body.

use domain::{ShopifyCustomerId, ShopifyOrderId};
use serde::Deserialize;

use super::error::ParseError;
use super::object::Object;
use super::text::{Int, Text, list, non_empty};
use super::{CustomerRedact, DataRequest, WebhookFacts};

#[derive(Debug, Deserialize)]
pub(super) struct CustomerData<'a> {
    #[serde(borrow)]
    customer: Option<Object<Subject<'a>>>,
    data_request: Option<Object<Numbered>>,
    #[serde(default, deserialize_with = "list", alias = "orders_to_redact")]
    orders_requested: Vec<Int>,
}

#[derive(Debug, Deserialize)]
struct Subject<'a> {
    id: Option<Int>,
    #[serde(borrow)]
    email: Option<Text<'a>>,
}

#[derive(Debug, Deserialize)]
struct Numbered {
    id: Option<Int>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ShopBody {
    shop_id: Option<Int>,
    id: Option<Int>,
}

impl CustomerData<'_> {
    fn customer_id(&self) -> Option<ShopifyCustomerId> {
        self.customer.as_ref().and_then(|customer| customer.id).map(|id| ShopifyCustomerId(id.0))
    }

    fn email(&self) -> Option<String> {
        non_empty(self.customer.as_ref().and_then(|customer| customer.email.as_ref()))
    }

    fn order_ids(&self) -> Vec<ShopifyOrderId> {
        self.orders_requested.iter().map(|id| ShopifyOrderId(id.0)).collect()
    }
}

pub(super) fn data_request(body: &CustomerData<'_>) -> WebhookFacts {
    WebhookFacts::DataRequest(DataRequest {
        request_id: body.data_request.as_ref().and_then(|request| request.id).map(|id| id.0),
        customer_id: body.customer_id(),
        email: body.email(),
        order_ids: body.order_ids(),
    })
}

/// A redaction that names neither customer nor address nor order could not be honoured, so it is an error to be seen.
pub(super) fn customer_redact(body: &CustomerData<'_>) -> Result<WebhookFacts, ParseError> {
    let facts = CustomerRedact { customer_id: body.customer_id(), email: body.email(), order_ids: body.order_ids() };
    if facts == CustomerRedact::default() {
        return Err(ParseError::missing("customer"));
    }
    Ok(WebhookFacts::CustomerRedact(facts))
}

pub(super) fn shop_redact(body: &ShopBody) -> WebhookFacts {
    WebhookFacts::ShopRedact { shop_id: body.shop_id.map(|id| id.0) }
}

pub(super) fn app_uninstalled(body: &ShopBody) -> WebhookFacts {
    WebhookFacts::AppUninstalled { shop_id: body.id.map(|id| id.0) }
}
