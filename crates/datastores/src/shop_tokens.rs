//! The tokens of shops in PostgreSQL, encrypted: what `crates/partners` needs of them.

use std::sync::Arc;
use std::time::Duration;

use domain::MerchantId;
use futures::FutureExt;
use futures::future::BoxFuture;
use partners::shopify::{
    DeadReason, IssuedTokens, Lease, LeasedTokens, ShopTokens, StoredTokens, TOKEN_LEASE, TokensUnavailable,
};
use platform::config::Secret;
use platform::ids::Ids;
use store::crypto::{Encrypted, EncryptedColumn, KeyRing, Nonce};
use store::merchants::NewShopTokens;
use store::{Store, StoreError};

/// The tokens of shops, in PostgreSQL.
#[derive(Debug)]
pub struct StoredShopTokens {
    store: Store,
    keys: KeyRing,
    ids: Arc<Ids>,
}

impl StoredShopTokens {
    /// Makes the tokens in that database, encrypted under those keys. `ids` are the source of nonces.
    #[must_use]
    pub fn new(store: Store, keys: KeyRing, ids: Arc<Ids>) -> Self {
        Self { store, keys, ids }
    }

    /// Stores the tokens of a shop that has authorised the app, again or for the first time.
    ///
    /// # Errors
    /// As any statement.
    pub async fn install(&self, merchant: &MerchantId, tokens: &IssuedTokens) -> Result<(), StoreError> {
        self.store.install_shop_tokens(merchant, &self.sealed(merchant, tokens)).await
    }

    fn sealed(&self, merchant: &MerchantId, tokens: &IssuedTokens) -> NewShopTokens {
        let nonce = || Nonce::new(self.ids.random_bytes());
        let refresh = tokens.refresh_token.as_ref();
        NewShopTokens {
            access_token: Encrypted::seal(&self.keys, nonce(), merchant, tokens.access_token.expose().as_str()),
            access_lifetime: tokens.expires_in,
            refresh_token: refresh.map(|token| Encrypted::seal(&self.keys, nonce(), merchant, token.expose().as_str())),
            refresh_lifetime: tokens.refresh_expires_in,
        }
    }

    fn open<C: EncryptedColumn<Value = str>>(
        &self,
        merchant: &MerchantId,
        token: Option<Encrypted<C>>,
    ) -> Result<Option<Secret<String>>, TokensUnavailable> {
        let open = |token: Encrypted<C>| token.open(&self.keys, merchant).map(Secret::new).map_err(unavailable);
        token.map(open).transpose()
    }
}

impl ShopTokens for StoredShopTokens {
    fn find<'a>(&'a self, merchant: &'a MerchantId) -> BoxFuture<'a, Result<Option<StoredTokens>, TokensUnavailable>> {
        async move {
            let Some(row) = self.store.shop_tokens(merchant).await.map_err(unavailable)? else { return Ok(None) };
            Ok(Some(StoredTokens {
                domain: row.shopify_domain,
                installed: row.status == "active",
                dead: row.dead,
                access_token: self.open(merchant, row.access_token)?,
                expires_in: row
                    .access_seconds
                    .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO)),
            }))
        }
        .boxed()
    }

    fn lease<'a>(
        &'a self,
        merchant: &'a MerchantId,
        lease: &'a str,
    ) -> BoxFuture<'a, Result<Lease, TokensUnavailable>> {
        async move {
            let taken = self.store.lease_shop_tokens(merchant, lease, TOKEN_LEASE).await.map_err(unavailable)?;
            let Some(row) = taken else { return Ok(Lease::Busy) };
            Ok(Lease::Held(LeasedTokens {
                access_token: self.open(merchant, row.access_token)?,
                refresh_token: self.open(merchant, row.refresh_token)?,
            }))
        }
        .boxed()
    }

    fn commit<'a>(
        &'a self,
        merchant: &'a MerchantId,
        lease: &'a str,
        tokens: &'a IssuedTokens,
    ) -> BoxFuture<'a, Result<bool, TokensUnavailable>> {
        let sealed = self.sealed(merchant, tokens);
        async move { self.store.commit_shop_tokens(merchant, lease, &sealed).await.map_err(unavailable) }.boxed()
    }

    fn release<'a>(&'a self, merchant: &'a MerchantId, lease: &'a str) -> BoxFuture<'a, Result<(), TokensUnavailable>> {
        async move { self.store.release_shop_tokens(merchant, lease).await.map_err(unavailable) }.boxed()
    }

    fn mark_dead<'a>(
        &'a self,
        merchant: &'a MerchantId,
        reason: DeadReason,
    ) -> BoxFuture<'a, Result<(), TokensUnavailable>> {
        async move { self.store.mark_shop_dead(merchant, reason.as_str()).await.map_err(unavailable) }.boxed()
    }
}

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> TokensUnavailable {
    TokensUnavailable(error.into())
}
