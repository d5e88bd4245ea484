//! The keys of encrypted columns: one encrypts, all decrypt. A master key encrypts nothing itself: each value has a key of its
//! own, derived from the master key and half of the value's nonce.

use std::fmt;

use ring::aead::{AES_256_GCM, LessSafeKey, NONCE_LEN, UnboundKey};
use ring::hmac;

use super::NONCE_BYTES;

/// Names this use of a master key, so that no other use of the same key can give the same derived keys.
const DERIVATION: &[u8; 24] = b"loyalnest aes-256-gcm v1";
/// Bytes of the nonce that choose the derived key; the rest is the nonce under it.
const DERIVING_BYTES: usize = NONCE_BYTES - NONCE_LEN;

/// A master key with its name, to put into a [`KeyRing`].
#[derive(Clone, Copy)]
pub struct NamedKey<'a> {
    /// The name that ciphertexts carry: 2 to 16 characters of ASCII.
    pub id: &'a str,
    /// 32 random bytes.
    pub key: &'a [u8; 32],
}

/// The master keys of a process. `Debug` shows their names only.
#[derive(Clone)]
pub struct KeyRing {
    /// The first one encrypts.
    keys: Vec<MasterKey>,
}

#[derive(Clone)]
pub(super) struct MasterKey {
    id: String,
    derive: hmac::Key,
}

impl KeyRing {
    /// Makes a ring that encrypts under `current`, and decrypts what was encrypted under it or under one of `others`. Names must
    /// differ; the configuration refuses those that do not.
    #[must_use]
    pub fn new<'a>(current: NamedKey<'a>, others: impl IntoIterator<Item = NamedKey<'a>>) -> Self {
        Self { keys: std::iter::once(current).chain(others).map(MasterKey::new).collect() }
    }

    /// The key that encrypts.
    pub(super) fn current(&self) -> &MasterKey {
        &self.keys[0]
    }

    /// The key of that name, if this process has it.
    pub(super) fn key(&self, id: &str) -> Option<&MasterKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// Returns whether a key of that name is in the ring.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.key(id).is_some()
    }

    /// Returns the name of the key that encrypts.
    #[must_use]
    pub fn current_id(&self) -> &str {
        self.current().id()
    }
}

impl MasterKey {
    fn new(named: NamedKey<'_>) -> Self {
        Self { id: named.id.to_owned(), derive: hmac::Key::new(hmac::HMAC_SHA256, named.key) }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The key of one value, and the nonce under it. With 192 random bits no pair ever repeats, however much is encrypted: with
    /// the 96 bits that AES-GCM has by itself, a key would be spent after 2^32 values, five weeks of 700 webhooks a second.
    pub(super) fn derive(&self, nonce: &[u8; NONCE_BYTES]) -> (LessSafeKey, ring::aead::Nonce) {
        let (deriving, rest) = nonce.split_at(DERIVING_BYTES);
        let mut input = [0_u8; DERIVATION.len() + DERIVING_BYTES];
        input[..DERIVATION.len()].copy_from_slice(DERIVATION);
        input[DERIVATION.len()..].copy_from_slice(deriving);
        let derived = hmac::sign(&self.derive, &input);
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref()).expect("HMAC-SHA256 gives the 32 bytes of a key");
        let nonce = ring::aead::Nonce::try_assume_unique_for_key(rest).expect("the rest has the length of a nonce");
        (LessSafeKey::new(key), nonce)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.keys.iter().map(MasterKey::id).collect();
        formatter.debug_struct("KeyRing").field("keys", &names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_key() {
        let ring = KeyRing::new(NamedKey { id: "k2", key: &[0xAB; 32] }, [NamedKey { id: "k1", key: &[0xCD; 32] }]);
        let text = format!("{ring:?}");
        assert_eq!(text, r#"KeyRing { keys: ["k2", "k1"] }"#);
    }
}
