//! Customers: found or made by their Shopify id, locked before their points move, with the address and language that the newest
//! document says. Whose an address is, `domain` decides; it is read and written here.

mod addresses;
mod insert;
mod lock;

use domain::MerchantId;

use crate::crypto::{BLIND_INDEX_BYTES, CustomerEmail, EmailIndex, Encrypted, KeyRing, Nonce};

pub use addresses::{
    AddressRow, ContactRow, StoredAddress, join_imported, lock_addresses, save_contacts, set_addresses,
};
pub use insert::{NewCustomer, insert};
pub use lock::{LockedCustomer, lock_by_id, lock_by_shopify_id};

/// The blind index of an address.
pub type AddressIndex = [u8; BLIND_INDEX_BYTES];

/// An e-mail address as it is stored: encrypted, and its blind index, by which it is found and kept unique.
#[derive(Debug, Clone)]
pub struct IndexedEmail {
    /// The address.
    pub encrypted: Encrypted<CustomerEmail>,
    /// Equal for equal addresses.
    pub index: AddressIndex,
}

impl IndexedEmail {
    /// Encrypts an address for a merchant.
    #[must_use]
    pub fn seal(keys: &KeyRing, index: &EmailIndex, nonce: Nonce, merchant: &MerchantId, email: &str) -> Self {
        Self { encrypted: Encrypted::seal(keys, nonce, merchant, email), index: index.of(email) }
    }
}
