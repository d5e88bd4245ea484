//! The API for partners and administrators: one folder for each resource, one file for each operation.

pub(crate) mod admin;
pub(crate) mod customers;
pub(crate) mod health;
pub(crate) mod webhooks;

use poem_openapi::types::ParseFromParameter;
use poem_openapi::{Enum, Tags};

use crate::error::ApiError;

/// All operations.
pub(crate) type Api = (customers::Api, webhooks::Api, health::Api);

/// What operations are grouped by.
#[derive(Tags)]
pub(crate) enum Tag {
    /// Customers of a merchant, and their points.
    Customers,
    /// Webhooks from Shopify, and what became of them.
    Webhooks,
    /// The state of the platform.
    Health,
}

/// The status of an operation that did what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "OkStatus", rename_all = "snake_case")]
pub(crate) enum OkStatus {
    Ok,
}

/// Reads a text of the database that the API shows as one of a list.
///
/// # Errors
/// 500 when it is none of them, since callers were promised the list.
pub(crate) fn listed<E: ParseFromParameter>(text: &str) -> Result<E, ApiError> {
    E::parse_from_parameter(text).map_err(|_| {
        tracing::error!(list = %E::name(), "the database holds a text that the API does not list");
        ApiError::internal()
    })
}
