//! Personal data at rest: the key for pgcrypto, and the blind index by which an encrypted address is found.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Length of a blind index in bytes.
pub const BLIND_INDEX_BYTES: usize = 32;

/// Keys for personal data. `Debug` shows none of them.
#[derive(Clone)]
pub struct Keys {
    pii_key: String,
    pii_key_id: String,
    email_index: Hmac<Sha256>,
}

impl Keys {
    /// `pii_key` and `email_index_key` are 32 random bytes each; `pii_key_id` names the former in the rows it encrypts.
    #[must_use]
    pub fn new(pii_key: &[u8; 32], pii_key_id: &str, email_index_key: &[u8; 32]) -> Self {
        let hex = pii_key.iter().fold(String::with_capacity(64), |mut text, byte| {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            text
        });
        let email_index = Hmac::<Sha256>::new_from_slice(email_index_key).expect("HMAC takes keys of any length");
        Self { pii_key: hex, pii_key_id: pii_key_id.to_owned(), email_index }
    }

    /// The passphrase for `pgp_sym_encrypt`.
    pub(crate) fn pii_key(&self) -> &str {
        &self.pii_key
    }

    /// Which key `pii_key` is.
    #[must_use]
    pub fn pii_key_id(&self) -> &str {
        &self.pii_key_id
    }

    /// The blind index of an address: keyed, so that nobody without the key can test a guess against the database.
    /// Upper and lower case are one address, as they are for Shopify.
    #[must_use]
    pub fn email_index(&self, email: &str) -> [u8; BLIND_INDEX_BYTES] {
        let mut mac = self.email_index.clone();
        mac.update(email.trim().to_lowercase().as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("pii_key_id", &self.pii_key_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_one_index_whatever_its_case_and_another_key_gives_another() {
        let keys = Keys::new(&[1; 32], "k1", &[2; 32]);
        assert_eq!(keys.email_index("Bob@Example.com "), keys.email_index("bob@example.com"));
        assert_ne!(keys.email_index("bob@example.com"), keys.email_index("bob+1@example.com"));
        let other = Keys::new(&[1; 32], "k1", &[3; 32]);
        assert_ne!(keys.email_index("bob@example.com"), other.email_index("bob@example.com"));
    }

    #[test]
    fn debug_output_holds_no_key() {
        let text = format!("{:?}", Keys::new(&[0xAB; 32], "k1", &[0xCD; 32]));
        assert!(text.contains("k1") && !text.to_lowercase().contains("abab") && !text.contains("205"));
    }
}
