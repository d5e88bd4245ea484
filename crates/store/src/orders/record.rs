//! An order as it is stored, and how its columns are read.

use domain::{CustomerId, OrderLedger, OrderState};

use crate::StoreError;

/// An order as the ledger's writer reads and writes it.
#[derive(Debug, Clone)]
pub struct OrderRecord {
    /// The merchant.
    pub merchant_id: String,
    /// Shopify's id.
    pub shopify_order_id: i64,
    /// Merged facts, without personal data.
    pub state: OrderState,
    /// What the ledger holds for it.
    pub ledger: OrderLedger,
    /// The target the ledger was moved to.
    pub target: i64,
    /// Revision this was read at; 0: not stored yet.
    pub revision: i32,
    /// Blind index of a guest's address.
    pub guest_email_index: Option<Vec<u8>>,
}

pub(crate) fn read_customer(text: Option<&str>) -> Result<Option<CustomerId>, StoreError> {
    text.map(CustomerId::parse).transpose().map_err(|e| StoreError::corrupt("customer_id", e))
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(
    text: Option<&str>,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    text.map(serde_json::from_str).transpose().map_err(|e| StoreError::corrupt(what, e))
}
