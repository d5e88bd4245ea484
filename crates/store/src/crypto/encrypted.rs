//! One encrypted value of a column. Stored as
//!
//! ```text
//! version (1 byte) | length of the key's name (1) | name | nonce (24) | ciphertext | tag (16)
//! ```
//!
//! Authenticated with it, and so bound to it: what stands before the nonce, the merchant, the table and the column.

use std::fmt;
use std::marker::PhantomData;

use domain::MerchantId;
use ring::aead::Aad;

use super::NONCE_BYTES;
use super::key_ring::{KeyRing, MasterKey};

/// The only version of the format so far. What pgcrypto made begins with 0xC3.
const VERSION: u8 = 1;
/// Length of AES-GCM's tag.
const TAG_BYTES: usize = 16;
/// Lengths a key's name may have.
const KEY_ID_BYTES: std::ops::RangeInclusive<usize> = 2..=16;

/// A column that holds its values encrypted. One type a column: a value of one cannot be written into another.
pub trait EncryptedColumn {
    /// The table.
    const TABLE: &'static str;
    /// The column.
    const COLUMN: &'static str;
    /// The column that identifies a row among those of its merchant.
    const ROW_KEY: &'static str;
    /// What to do about a value that cannot be decrypted.
    const REMEDY: &'static str;
    /// What is encrypted.
    type Value: ToOwned + ?Sized;

    /// Appends the value as bytes.
    fn encode(value: &Self::Value, bytes: &mut Vec<u8>);

    /// Reads the bytes of [`EncryptedColumn::encode`].
    ///
    /// # Errors
    /// When they are others.
    fn decode(bytes: &[u8]) -> Result<<Self::Value as ToOwned>::Owned, Box<dyn std::error::Error + Send + Sync>>;
}

/// Random bytes for one encryption: used once, since encrypting takes it away.
#[derive(Debug)]
pub struct Nonce([u8; NONCE_BYTES]);

impl Nonce {
    /// Makes a nonce of these bytes, which must come from a cryptographic generator and must not be used again.
    #[must_use]
    pub fn new(random: [u8; NONCE_BYTES]) -> Self {
        Self(random)
    }
}

/// A value of the column `C`, encrypted as PostgreSQL stores it. `Debug` shows its key's name and its length.
pub struct Encrypted<C> {
    stored: Vec<u8>,
    column: PhantomData<fn() -> C>,
}

/// Why a stored value cannot be decrypted.
#[derive(Debug, thiserror::Error)]
pub enum DecryptError {
    /// The bytes are not in the format of [`Encrypted`].
    #[error("it is not in the format in which this version encrypts")]
    Format,
    /// The key is not in the ring.
    #[error("it is encrypted under the key `{0}`, which this process does not have: add it to PII_READ_KEYS")]
    UnknownKey(String),
    /// The tag is wrong.
    #[error("it was changed, or made under another key or for another merchant, table or column")]
    Authentication,
    /// The bytes are authentic, but not those of a value.
    #[error("it is authentic, but cannot be read: {0}")]
    Content(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl<C: EncryptedColumn> Encrypted<C> {
    /// Encrypts `value` for `merchant` under the ring's current key.
    #[must_use]
    pub fn seal(keys: &KeyRing, nonce: Nonce, merchant: &MerchantId, value: &C::Value) -> Self {
        Self::seal_bytes(keys, nonce, merchant, |bytes| C::encode(value, bytes))
    }

    /// Returns the value, if it was made for `merchant` and this column.
    ///
    /// # Errors
    /// As [`DecryptError`] says.
    pub fn open(&self, keys: &KeyRing, merchant: &MerchantId) -> Result<<C::Value as ToOwned>::Owned, DecryptError> {
        C::decode(&self.open_bytes(keys, merchant)?).map_err(DecryptError::Content)
    }

    /// Encrypts the same bytes again, under the ring's current key.
    ///
    /// # Errors
    /// As [`DecryptError`] says, except that the bytes are not decoded.
    pub(super) fn reseal(&self, keys: &KeyRing, nonce: Nonce, merchant: &MerchantId) -> Result<Self, DecryptError> {
        let plain = self.open_bytes(keys, merchant)?;
        Ok(Self::seal_bytes(keys, nonce, merchant, |bytes| bytes.extend_from_slice(&plain)))
    }

    fn seal_bytes(keys: &KeyRing, nonce: Nonce, merchant: &MerchantId, encode: impl FnOnce(&mut Vec<u8>)) -> Self {
        let key = keys.current();
        let mut stored = header(key.id());
        stored.extend_from_slice(&nonce.0);
        let start = stored.len();
        encode(&mut stored);
        let (cipher, cipher_nonce) = key.derive(&nonce.0);
        let bound = Aad::from(bound_to::<C>(&stored[..start - NONCE_BYTES], merchant));
        let tag = cipher
            .seal_in_place_separate_tag(cipher_nonce, bound, &mut stored[start..])
            .expect("a value in memory is shorter than AES-GCM's limit of 64 GiB");
        stored.extend_from_slice(tag.as_ref());
        Self { stored, column: PhantomData }
    }

    fn open_bytes(&self, keys: &KeyRing, merchant: &MerchantId) -> Result<Vec<u8>, DecryptError> {
        let Parts { key_id, nonce, ciphertext } = split(&self.stored).ok_or(DecryptError::Format)?;
        let key: &MasterKey = keys.key(key_id).ok_or_else(|| DecryptError::UnknownKey(key_id.to_owned()))?;
        let (cipher, cipher_nonce) = key.derive(nonce);
        let bound = Aad::from(bound_to::<C>(&header(key_id), merchant));
        let mut bytes = ciphertext.to_vec();
        let opened = cipher.open_in_place(cipher_nonce, bound, &mut bytes).map_err(|_| DecryptError::Authentication)?;
        let length = opened.len();
        bytes.truncate(length);
        Ok(bytes)
    }
}

impl<C> Encrypted<C> {
    /// Takes the bytes that the column holds.
    #[must_use]
    pub fn from_stored(stored: Vec<u8>) -> Self {
        Self { stored, column: PhantomData }
    }

    /// Returns the bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.stored
    }

    /// Returns the name of its key; `None` when the bytes are not in this format.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        split(&self.stored).map(|parts| parts.key_id)
    }
}

/// What every value begins with that is encrypted under the key of that name.
pub(super) fn header(key_id: &str) -> Vec<u8> {
    debug_assert!(KEY_ID_BYTES.contains(&key_id.len()));
    let mut header = Vec::with_capacity(2 + key_id.len() + NONCE_BYTES + TAG_BYTES);
    header.push(VERSION);
    header.push(u8::try_from(key_id.len()).unwrap_or(u8::MAX));
    header.extend_from_slice(key_id.as_bytes());
    header
}

/// What a ciphertext is bound to. No part holds a NUL.
fn bound_to<C: EncryptedColumn>(header: &[u8], merchant: &MerchantId) -> Vec<u8> {
    [header, merchant.as_str().as_bytes(), C::TABLE.as_bytes(), C::COLUMN.as_bytes()].join(&0)
}

struct Parts<'a> {
    key_id: &'a str,
    nonce: &'a [u8; NONCE_BYTES],
    ciphertext: &'a [u8],
}

fn split(stored: &[u8]) -> Option<Parts<'_>> {
    let (&[version, length], rest) = stored.split_first_chunk()?;
    let length = usize::from(length);
    if version != VERSION || !KEY_ID_BYTES.contains(&length) {
        return None;
    }
    let (key_id, rest) = rest.split_at_checked(length)?;
    let (nonce, ciphertext) = rest.split_first_chunk()?;
    let printable = key_id.iter().all(u8::is_ascii_graphic);
    let key_id = std::str::from_utf8(key_id).ok().filter(|_| printable)?;
    (ciphertext.len() >= TAG_BYTES).then_some(Parts { key_id, nonce, ciphertext })
}

impl<C> Clone for Encrypted<C> {
    fn clone(&self) -> Self {
        Self::from_stored(self.stored.clone())
    }
}

impl<C> fmt::Debug for Encrypted<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Encrypted").field("key_id", &self.key_id()).field("bytes", &self.stored.len()).finish()
    }
}

#[cfg(test)]
mod tests;
