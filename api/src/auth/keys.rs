//! The keys of partners and the administrator's token. Keys are looked up by their SHA-256; no key is ever logged, stored
//! or compared as text.

use std::time::Duration;

use moka::future::Cache;
use sha2::{Digest as _, Sha256};
use store::Store;
use store::merchants::PartnerKey;
use subtle::ConstantTimeEq as _;

use super::Principal;
use crate::error::{ApiError, Code};
use crate::merchant_cache::within_look_up;

/// How long it is remembered that there is no such key: bounds what a caller with a wrong key costs.
const UNKNOWN_TTL: Duration = Duration::from_secs(5);
/// Wrong keys remembered at most.
const UNKNOWN_ENTRIES_MAX: u64 = 20_000;

type Sha = [u8; 32];

/// Knows the administrator's token (as a hash), and looks keys up.
///
/// A key that was found is looked up again with the next request, since it is valid only while it is not revoked and its
/// merchant is active: that holds from the next request on, in every process. A cache, and the sharing of one look-up by
/// several requests, would both break it.
pub(crate) struct Keys {
    admin: Sha,
    store: Store,
    unknown: Cache<Sha, ()>,
}

impl Keys {
    pub(crate) fn new(admin_token: &str, store: Store) -> Self {
        let unknown = Cache::builder().max_capacity(UNKNOWN_ENTRIES_MAX).time_to_live(UNKNOWN_TTL).build();
        Self { admin: sha(admin_token), store, unknown }
    }

    /// Who has this token.
    ///
    /// # Errors
    /// 401 when nobody has it; 503 when PostgreSQL does not answer in time.
    pub(crate) async fn principal(&self, token: &str) -> Result<Principal, ApiError> {
        let hash = sha(token);
        // Hashes of equal length, so that the time says nothing about the token.
        if bool::from(hash.as_slice().ct_eq(&self.admin)) {
            return Ok(Principal::Admin);
        }
        // Anything that cannot be a key is refused without a look-up.
        let Some(key) = PartnerKey::parse(token).filter(|_| !self.unknown.contains_key(&hash)) else {
            return Err(unauthorized());
        };
        match within_look_up(self.store.valid_api_key(&key)).await? {
            Some(key) => Ok(Principal::Partner(key)),
            None => {
                self.unknown.insert(hash, ()).await;
                Err(unauthorized())
            }
        }
    }
}

fn sha(text: &str) -> Sha {
    Sha256::digest(text.as_bytes()).into()
}

pub(super) fn unauthorized() -> ApiError {
    ApiError::new(Code::Unauthorized, "a valid key is needed: Authorization: Bearer <key>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_admin_token_is_known_and_junk_never_reaches_the_database() {
        let unreachable = Store::lazy("postgres://nobody@127.0.0.1:9/none", 1, Duration::from_millis(50)).unwrap();
        let keys = Keys::new("an-admin-token-1234", unreachable);
        assert_eq!(keys.principal("an-admin-token-1234").await, Ok(Principal::Admin));
        assert_eq!(keys.principal("an-admin-token-1235").await.unwrap_err().code, Code::Unauthorized);
        let unknown = format!("lnk_{}", "a".repeat(43));
        assert_eq!(keys.principal(&unknown).await.unwrap_err().code, Code::Unavailable, "PostgreSQL is unavailable");
    }
}
