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

/// Reads a column that holds a JSON object. serde also reads an array, as a struct's fields in their order: `[]` would be an
/// order of which nothing is known.
///
/// # Errors
/// Fails with [`StoreError::Corrupt`] when the text is not an object of this type.
pub(crate) fn read_object<T: serde::de::DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    if !text.trim_ascii_start().starts_with('{') {
        return Err(StoreError::corrupt(what, "it is not a JSON object"));
    }
    serde_json::from_str(text).map_err(|e| StoreError::corrupt(what, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_read_as_the_facts_of_an_order() {
        for stored in ["{}", " \n\t{\"paid_seen\":true}"] {
            assert!(read_object::<OrderState>(stored, "orders.facts").is_ok(), "{stored}");
        }
        for stored in ["[]", " []", "[null,null,[],true,true]", "null", "\"{}\"", "7", "", "{", "{}{}"] {
            let refused = read_object::<OrderState>(stored, "orders.facts").unwrap_err();
            assert!(matches!(refused, StoreError::Corrupt { what: "orders.facts", .. }), "{stored}: {refused}");
            assert!(refused.is_permanent(), "{stored}");
        }
    }
}
