//! Who calls: a partner by its key, or the administrator by a token, and for which merchant. Keys are looked up by
//! their SHA-256; no key is ever logged, stored or compared as text.

use std::sync::Arc;
use std::time::Duration;

use domain::MerchantId;
use poem::Request;
use poem_openapi::SecurityScheme;
use poem_openapi::auth::Bearer;
use sha2::{Digest as _, Sha256};
use store::Store;
use store::merchants::ApiKey;
use subtle::ConstantTimeEq as _;

use crate::app::State;
use crate::cache::{Cache, Limits};
use crate::error::{ApiError, Code};
use crate::merchant_cache::MerchantCache;

/// What every partner key begins with.
const KEY_PREFIX: &str = "lnk_";
/// Base64url characters of 32 random bytes.
const KEY_SECRET_CHARS: usize = 43;
/// A revoked key works for at most 30 seconds more; a new one after five at the latest.
const LIMITS: Limits = Limits { found: Duration::from_secs(30), missing: Duration::from_secs(5), entries_max: 20_000 };

/// What a key may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Read customers' points.
    PointsRead,
    /// Read recorded webhooks.
    WebhooksRead,
}

impl Permission {
    const fn as_str(self) -> &'static str {
        match self {
            Self::PointsRead => "points:read",
            Self::WebhooksRead => "webhooks:read",
        }
    }
}

/// An authenticated caller.
#[derive(Debug, Clone)]
pub(crate) enum Principal {
    /// May do everything, for any merchant.
    Admin,
    /// May do what its key's scopes say, for its own merchant.
    Partner(Arc<ApiKey>),
}

/// `Authorization: Bearer <partner key>`, or the administrator's token (which needs `merchant_id` or `shop` as well).
#[derive(SecurityScheme)]
#[oai(ty = "bearer", rename = "PartnerKey", checker = "authenticate")]
pub(crate) struct Caller(pub(crate) Principal);

async fn authenticate(request: &Request, bearer: Bearer) -> poem::Result<Principal> {
    let state: &Arc<State> = request.data().expect("the app adds its state to every request");
    Ok(state.auth.principal(&bearer.token).await?)
}

type Sha = [u8; 32];

/// Knows the administrator's token (as a hash) and remembers partners' keys (by theirs).
pub(crate) struct Auth {
    admin: Sha,
    store: Store,
    keys: Cache<Sha, Arc<ApiKey>>,
}

impl Auth {
    pub(crate) fn new(admin_token: &str, store: Store) -> Self {
        Self { admin: sha(admin_token), store, keys: Cache::new(LIMITS) }
    }

    async fn principal(&self, token: &str) -> Result<Principal, ApiError> {
        let hash = sha(token);
        // Hashes of equal length, so that the time says nothing about the token.
        if bool::from(hash.as_slice().ct_eq(&self.admin)) {
            return Ok(Principal::Admin);
        }
        if !is_partner_key(token) {
            return Err(unauthorized());
        }
        let found = self
            .keys
            .get(&hash, || async { Ok::<_, store::StoreError>(self.store.api_key(&hash).await?.map(Arc::new)) });
        found.await?.map(Principal::Partner).ok_or_else(unauthorized)
    }
}

fn sha(text: &str) -> Sha {
    Sha256::digest(text.as_bytes()).into()
}

fn unauthorized() -> ApiError {
    ApiError::new(Code::Unauthorized, "a valid key is needed: Authorization: Bearer <key>")
}

/// Whether `token` can be a key at all; anything else is refused without a look-up.
fn is_partner_key(token: &str) -> bool {
    token.strip_prefix(KEY_PREFIX).is_some_and(|secret| {
        secret.len() == KEY_SECRET_CHARS
            && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    })
}

/// Which merchant the caller names in the query, if any.
#[derive(Debug, Default)]
pub(crate) struct MerchantSelector {
    pub(crate) merchant_id: Option<String>,
    pub(crate) shop: Option<String>,
}

impl Principal {
    /// The merchant whose data may be used, for a caller that has `scope`.
    pub(crate) async fn merchant(
        &self,
        scope: Permission,
        selector: &MerchantSelector,
        merchants: &MerchantCache,
        store: &Store,
    ) -> Result<MerchantId, ApiError> {
        let by_id = selector.merchant_id.as_deref().map(merchant_id).transpose()?;
        let by_shop = match &selector.shop {
            Some(shop) => Some(by_shop(shop, merchants).await?),
            None => None,
        };
        if let Self::Partner(key) = self {
            if !key.scopes.iter().any(|granted| granted == scope.as_str()) {
                let message = format!("the key has no scope {}", scope.as_str());
                return Err(ApiError::new(Code::InsufficientScope, message));
            }
            // An unknown shop is as foreign as another's, so that a key cannot be used to test which shops exist.
            let own = by_id.as_ref().is_none_or(|id| *id == key.merchant_id)
                && by_shop.is_none_or(|shop| shop.is_some_and(|id| *id == key.merchant_id));
            return own
                .then(|| key.merchant_id.clone())
                .ok_or_else(|| ApiError::new(Code::OtherMerchant, "the key belongs to another merchant"));
        }
        let unknown = || ApiError::new(Code::UnknownMerchant, "no such merchant");
        match (by_id, by_shop) {
            (None, None) => Err(ApiError::new(Code::MerchantRequired, "name a merchant: ?merchant_id= or ?shop=")),
            (Some(id), None) => Ok(store.merchant_by_id(&id).await?.ok_or_else(unknown)?.merchant_id),
            (None, Some(shop)) => Ok(shop.ok_or_else(unknown)?.as_ref().clone()),
            (Some(id), Some(shop)) if shop.as_deref() == Some(&id) => Ok(id),
            (Some(_), Some(_)) => {
                Err(ApiError::new(Code::InvalidParameter, "merchant_id and shop name different merchants"))
            }
        }
    }
}

fn merchant_id(text: &str) -> Result<MerchantId, ApiError> {
    MerchantId::parse(text).map_err(|_| ApiError::new(Code::InvalidParameter, "merchant_id is not an id"))
}

async fn by_shop(text: &str, merchants: &MerchantCache) -> Result<Option<Arc<MerchantId>>, ApiError> {
    let domain = shopify::headers::shop_domain(text)
        .ok_or_else(|| ApiError::new(Code::InvalidParameter, "shop is not a *.myshopify.com domain"))?;
    Ok(merchants.merchant(&domain).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nowhere() -> Store {
        // A port nobody listens on: a test that reaches it fails within the timeout.
        Store::lazy("postgres://nobody@127.0.0.1:9/none", 1, Duration::from_millis(50)).unwrap()
    }

    fn partner(merchant: &str, scopes: &[&str]) -> Principal {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Principal::Partner(Arc::new(ApiKey { merchant_id: MerchantId::parse(merchant).unwrap(), scopes }))
    }

    const MINE: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F1";
    const THEIRS: &str = "01JD8Q3VN7Z9M0A2B4C6D8E0F2";

    async fn choose(principal: Principal, merchant_id: Option<&str>) -> Result<MerchantId, ApiError> {
        let selector = MerchantSelector { merchant_id: merchant_id.map(str::to_owned), shop: None };
        principal.merchant(Permission::PointsRead, &selector, &MerchantCache::new(nowhere()), &nowhere()).await
    }

    #[test]
    fn only_the_format_of_a_key_is_looked_up() {
        assert!(is_partner_key(&format!("lnk_{}", "aZ09-_".repeat(8).get(..43).unwrap())));
        for bad in ["", "lnk_", "lnk_short", &"x".repeat(47), &format!("lnk_{}", "é".repeat(21)), &"lnk_+".repeat(12)]
        {
            assert!(!is_partner_key(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn the_admin_token_is_known_and_junk_never_reaches_the_database() {
        let auth = Auth::new("an-admin-token-1234", nowhere());
        assert!(matches!(auth.principal("an-admin-token-1234").await, Ok(Principal::Admin)));
        assert_eq!(auth.principal("an-admin-token-1235").await.unwrap_err().code, Code::Unauthorized);
        let unknown = format!("lnk_{}", "a".repeat(43));
        assert_eq!(auth.principal(&unknown).await.unwrap_err().code, Code::Unavailable, "PostgreSQL is away");
    }

    #[tokio::test]
    async fn a_partner_needs_the_scope_and_its_own_merchant() {
        let mine = MerchantId::parse(MINE).unwrap();
        assert_eq!(choose(partner(MINE, &["points:read"]), None).await, Ok(mine.clone()));
        assert_eq!(choose(partner(MINE, &["points:read"]), Some(MINE)).await, Ok(mine));
        let refused = |result: Result<_, ApiError>| result.unwrap_err().code;
        assert_eq!(refused(choose(partner(MINE, &["points:read"]), Some(THEIRS)).await), Code::OtherMerchant);
        assert_eq!(refused(choose(partner(MINE, &["webhooks:read"]), None).await), Code::InsufficientScope);
        assert_eq!(refused(choose(partner(MINE, &["points:read"]), Some("x")).await), Code::InvalidParameter);
        assert_eq!(refused(choose(Principal::Admin, None).await), Code::MerchantRequired);
    }
}
