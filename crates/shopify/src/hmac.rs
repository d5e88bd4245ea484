//! Webhook signatures: HMAC-SHA256 over the raw bytes, in base64. A body must be verified before it is parsed, and
//! never after being written anew: Shopify escapes slashes, serde does not.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

const DIGEST_BYTES: usize = 32;
/// Base64 of a digest, padded.
const DIGEST_CHARS: usize = 44;

/// The app secrets that are valid now: while one is rotated, two are.
#[derive(Clone)]
pub struct Secrets(Vec<Hmac<Sha256>>);

impl Secrets {
    /// Prepares the keys, the current one first. Empty ones are dropped: anyone could sign with them.
    #[must_use]
    pub fn new(secrets: Vec<Vec<u8>>) -> Self {
        Self(secrets.iter().filter(|secret| !secret.is_empty()).map(|secret| keyed(secret)).collect())
    }

    /// Whether there is no key at all, so that nothing can be verified.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} keys)", self.0.len())
    }
}

fn keyed(secret: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(secret).expect("HMAC takes keys of any length")
}

/// The signature Shopify would send for these bytes.
#[must_use]
pub fn sign(secret: &[u8], raw: &[u8]) -> String {
    BASE64.encode(keyed(secret).chain_update(raw).finalize().into_bytes())
}

/// Whether `header` is the signature of `raw` under one of the secrets. Each comparison takes the same time wherever
/// the signatures differ; a header that is no base64 of a digest is simply wrong.
#[must_use]
pub fn verify(secrets: &Secrets, raw: &[u8], header: &str) -> bool {
    if header.len() != DIGEST_CHARS {
        return false;
    }
    let Ok(claimed) = BASE64.decode(header) else { return false };
    claimed.len() == DIGEST_BYTES
        && secrets.0.iter().any(|key| {
            let expected = key.clone().chain_update(raw).finalize().into_bytes();
            bool::from(expected.as_slice().ct_eq(&claimed))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTORS: [(&str, &str); 3] = [
        (r#"{"id":820982911946154508}"#, "qBvrsZF7RfB1iS6BX6IHqJTp5L911P7intnPeTPsH0I="),
        (
            r#"{"admin_graphql_api_id":"gid:\/\/shopify\/Order\/820982911946154508"}"#,
            "Viutc1CzzDnGZrlPM0rVat/cC26RTwelHwKvvIh+imE=",
        ),
        (
            r#"{"admin_graphql_api_id":"gid://shopify/Order/820982911946154508"}"#,
            "/MekAVKzOzbv2NYyK5SX4QgaCjNJjHrR7HQ8FV4ecRE=",
        ),
    ];

    fn secrets(keys: &[&str]) -> Secrets {
        Secrets::new(keys.iter().map(|key| key.as_bytes().to_vec()).collect())
    }

    #[test]
    fn known_bodies_have_known_signatures() {
        for (body, signature) in VECTORS {
            assert_eq!(sign(b"hush", body.as_bytes()), signature);
            assert!(verify(&secrets(&["hush"]), body.as_bytes(), signature));
        }
    }

    #[test]
    fn both_secrets_of_a_rotation_are_valid_and_no_other() {
        let (body, signature) = VECTORS[0];
        assert!(verify(&secrets(&["new", "hush"]), body.as_bytes(), signature));
        assert!(!verify(&secrets(&["new", "other"]), body.as_bytes(), signature));
        assert!(!verify(&secrets(&[]), body.as_bytes(), signature));
    }

    #[test]
    fn an_empty_secret_verifies_nothing() {
        let body = b"{}";
        assert!(secrets(&[""]).is_empty());
        assert!(!verify(&secrets(&[""]), body, &sign(b"", body)));
    }

    #[test]
    fn a_changed_body_or_signature_is_refused() {
        let (body, signature) = VECTORS[0];
        let keys = secrets(&["hush"]);
        assert!(!verify(&keys, b"{\"id\":820982911946154509}", signature));
        for bad in ["", "qBvr", "q", &signature[1..], &signature.replace('q', "Q"), &"=".repeat(44), &"é".repeat(22)] {
            assert!(!verify(&keys, body.as_bytes(), bad), "{bad:?}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        assert_eq!(format!("{:?}", secrets(&["hush"])), "Secrets(1 keys)");
    }
}
