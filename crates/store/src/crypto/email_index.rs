//! The blind index, by which an encrypted e-mail address is found: a keyed hash that equals for equal addresses. It does not
//! give the address back.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Length of a blind index in bytes.
pub const BLIND_INDEX_BYTES: usize = 32;

/// Computes blind indexes. `Debug` does not show the key.
#[derive(Clone)]
pub struct EmailIndex(Hmac<Sha256>);

impl EmailIndex {
    /// Makes an index under `key`: 32 random bytes that encrypt nothing.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// Returns the blind index of an address. It is keyed, so that nobody without the key can test a guess against the
    /// database. Upper and lower case are one address, as they are for Shopify.
    #[must_use]
    pub fn of(&self, email: &str) -> [u8; BLIND_INDEX_BYTES] {
        let mut mac = self.0.clone();
        mac.update(email.trim().to_lowercase().as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for EmailIndex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("EmailIndex").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_index_whatever_its_case_and_another_key_gives_another() {
        let index = EmailIndex::new(&[2; 32]);
        assert_eq!(index.of("Bob@Example.com "), index.of("bob@example.com"));
        assert_ne!(index.of("bob@example.com"), index.of("bob+1@example.com"));
        assert_ne!(index.of("bob@example.com"), EmailIndex::new(&[3; 32]).of("bob@example.com"));
    }
}
