//! The keys of personal data as configured, in the form in which `store` takes them.

use platform::config::{EmailIndexConfig, EncryptionConfig};
use store::crypto::{EmailIndex, KeyRing, NamedKey};

/// Returns the keys of encrypted columns.
#[must_use]
pub fn key_ring(config: &EncryptionConfig) -> KeyRing {
    let current = NamedKey { id: config.pii_key_id.as_str(), key: config.pii_key.expose().as_bytes() };
    let others = config.read_keys().map(|(id, key)| NamedKey { id: id.as_str(), key: key.expose().as_bytes() });
    KeyRing::new(current, others)
}

/// Returns the blind index of e-mail addresses.
#[must_use]
pub fn email_index(config: &EmailIndexConfig) -> EmailIndex {
    EmailIndex::new(config.email_index_key.expose().as_bytes())
}
