//! The text of a partner's API key, which only its holder keeps: here it is made, recognised and hashed, never stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What every key begins with.
const PREFIX: &str = "lnk_";
/// Random bytes of a key. So many need no slow hash.
pub const PARTNER_KEY_BYTES: usize = 32;
/// Base64url characters of that many bytes.
const SECRET_CHARS: usize = 43;

/// The text of a key: `lnk_` and 43 characters of base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct PartnerKey(String);

impl PartnerKey {
    /// Makes a key of random bytes.
    #[must_use]
    pub fn of(bytes: [u8; PARTNER_KEY_BYTES]) -> Self {
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a key; `None` when the text cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let secret = text.strip_prefix(PREFIX)?;
        let well_formed = secret.len() == SECRET_CHARS
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        well_formed.then(|| Self(text.to_owned()))
    }

    /// The text, to be shown to its holder once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored and looked up in its place.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl fmt::Debug for PartnerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartnerKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_is_one_and_does_not_show_in_logs() {
        let key = PartnerKey::of([0xfb; PARTNER_KEY_BYTES]);
        assert_eq!(PartnerKey::parse(key.expose()), Some(key.clone()));
        assert_eq!(key.expose().len(), 47);
        assert_eq!(format!("{key:?}"), "PartnerKey(..)");
        assert_ne!(key.sha256(), PartnerKey::of([0xfa; PARTNER_KEY_BYTES]).sha256());
    }

    #[test]
    fn other_texts_are_no_keys() {
        for bad in ["", "lnk_", "lnk_short", &"x".repeat(47), &format!("lnk_{}", "é".repeat(21)), &"lnk_+".repeat(12)]
        {
            assert_eq!(PartnerKey::parse(bad), None, "{bad}");
        }
    }
}
