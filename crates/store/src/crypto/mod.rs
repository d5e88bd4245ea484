//! Encryption of columns, in one place: AES-256-GCM in this process (docs/adr/0014), so that no key ever reaches PostgreSQL.
//! A ciphertext opens only for the merchant, table and column it was made for. No other code encrypts or decrypts.

mod columns;
mod email_index;
mod encrypted;
mod key_ring;
mod reencryption;

pub use columns::{
    CustomerEmail, ENCRYPTED_COLUMNS, MerchantApiToken, ShopAccessToken, ShopRefreshToken, WebhookBody,
    WebhookPersonalData,
};
pub use email_index::{BLIND_INDEX_BYTES, EmailIndex};
pub use encrypted::{DecryptError, Encrypted, EncryptedColumn, Nonce};
pub use key_ring::{KeyRing, NamedKey};
pub use reencryption::{ColumnEntry, KeyCounts, ReencryptedPage, RowPosition};

/// Random bytes that each encryption is given.
pub const NONCE_BYTES: usize = 24;
