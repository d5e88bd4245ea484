//! A shop's access token: kept for a moment in this process, renewed ahead of time under a lease that one worker of all has, and stored
//! before it is used. The lease is a row's, not a transaction's: Shopify may take longer than a transaction may be idle.
//!
//! Shopify lets the old refresh token work until the new one is first used. So a worker that ends between Shopify's answer and our commit
//! loses nothing: the next one exchanges the old token again. Nothing of an answer is used before it is committed.

use std::sync::Arc;
use std::time::Duration;

use domain::MerchantId;
use futures::future::BoxFuture;
use moka::future::Cache;
use platform::config::Secret;
use platform::ids::Ids;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::SHOPIFY;
use super::oauth::{Grant, Granted, OAuth};
use crate::error::{BoxError, CallError, LaterReason};

/// A token is renewed when it ends within this time.
pub const TOKEN_REFRESH_AHEAD: Duration = Duration::from_secs(300);
/// How long a worker has the lease of a renewal: longer than its call with all its retries may take.
pub const TOKEN_LEASE: Duration = Duration::from_secs(90);
/// How long this process keeps a token without looking.
const KEPT: Duration = Duration::from_secs(30);
/// Shops whose tokens this process keeps.
const SHOPS_KEPT_MAX: u64 = 10_000;
/// How long to wait while another worker renews a token that has ended.
const RENEWED_WAIT: Duration = Duration::from_secs(1);
/// How long to wait while the tokens are unavailable.
const UNAVAILABLE_WAIT: Duration = Duration::from_secs(2);

/// The tokens of a shop as stored, by the store's clock.
#[derive(Debug, Clone)]
pub struct StoredTokens {
    /// The shop's domain.
    pub domain: String,
    /// Whether the shop has the app.
    pub installed: bool,
    /// Whether it was marked: it must authorise the app again.
    pub dead: bool,
    /// The access token, if there is one.
    pub access_token: Option<Secret<String>>,
    /// How long it lives; `None`: it does not end. Zero: it has ended.
    pub expires_in: Option<Duration>,
}

/// New tokens from Shopify.
#[derive(Debug, Clone)]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: Secret<String>,
    /// How long it lives; `None`: it does not end.
    pub expires_in: Option<Duration>,
    /// What the next ones are obtained with.
    pub refresh_token: Option<Secret<String>>,
    /// How long that lives.
    pub refresh_expires_in: Option<Duration>,
}

/// The outcome of asking for the lease of a renewal.
#[derive(Debug)]
pub enum Lease {
    /// The caller has it.
    Held(LeasedTokens),
    /// Another worker has it.
    Busy,
}

/// What stood in the row when the lease was taken: another worker may have renewed the token just before.
#[derive(Debug)]
pub struct LeasedTokens {
    /// The access token.
    pub access_token: Option<Secret<String>>,
    /// The refresh token.
    pub refresh_token: Option<Secret<String>>,
}

/// Why a shop is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeadReason {
    /// The refresh token was not accepted.
    InvalidGrant,
    /// Shopify does not accept the access token, and there is nothing to obtain another one with.
    Unauthorized,
}

impl DeadReason {
    /// Returns the name under which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidGrant => "invalid_grant",
            Self::Unauthorized => "unauthorized",
        }
    }
}

/// The tokens cannot be read or written now.
#[derive(Debug, thiserror::Error)]
#[error("the tokens of shops are unavailable")]
pub struct TokensUnavailable(#[source] pub BoxError);

/// Where the tokens of shops are: `crates/datastores` keeps them, encrypted, in PostgreSQL.
pub trait ShopTokens: Send + Sync + 'static {
    /// Returns what is stored of a merchant; `None` where there is no such merchant.
    fn find<'a>(&'a self, merchant: &'a MerchantId) -> BoxFuture<'a, Result<Option<StoredTokens>, TokensUnavailable>>;

    /// Takes the lease of a renewal under the name `lease` for [`TOKEN_LEASE`], unless another worker has it.
    fn lease<'a>(&'a self, merchant: &'a MerchantId, lease: &'a str)
    -> BoxFuture<'a, Result<Lease, TokensUnavailable>>;

    /// Stores new tokens and ends the lease. Returns whether it was still ours; otherwise nothing is stored.
    fn commit<'a>(
        &'a self,
        merchant: &'a MerchantId,
        lease: &'a str,
        tokens: &'a IssuedTokens,
    ) -> BoxFuture<'a, Result<bool, TokensUnavailable>>;

    /// Ends the lease without new tokens.
    fn release<'a>(&'a self, merchant: &'a MerchantId, lease: &'a str) -> BoxFuture<'a, Result<(), TokensUnavailable>>;

    /// Marks the shop: no call is made for it until it authorises the app again.
    fn mark_dead<'a>(
        &'a self,
        merchant: &'a MerchantId,
        reason: DeadReason,
    ) -> BoxFuture<'a, Result<(), TokensUnavailable>>;
}

/// What a call needs.
#[derive(Debug, Clone)]
pub(super) struct Access {
    pub(super) domain: String,
    pub(super) token: Secret<String>,
    until: Option<Instant>,
}

/// Gives each call its token.
#[derive(Clone)]
pub(super) struct TokenKeeper {
    store: Arc<dyn ShopTokens>,
    oauth: OAuth,
    ids: Arc<Ids>,
    kept: Cache<MerchantId, Access>,
    turns: Cache<MerchantId, Arc<Mutex<()>>>,
}

impl TokenKeeper {
    pub(super) fn new(store: Arc<dyn ShopTokens>, oauth: OAuth, ids: Arc<Ids>) -> Self {
        let kept = Cache::builder().max_capacity(SHOPS_KEPT_MAX).time_to_live(KEPT).build();
        let turns = Cache::builder().max_capacity(SHOPS_KEPT_MAX).time_to_idle(KEPT * 10).build();
        Self { store, oauth, ids, kept, turns }
    }

    /// Returns the token of a merchant's shop, which is renewed first where it ends soon.
    pub(super) async fn access(&self, merchant: &MerchantId) -> Result<Access, CallError> {
        if let Some(access) = self.kept(merchant).await {
            return Ok(access);
        }
        let turn = self.turn(merchant).await;
        let _turn = turn.lock().await;
        // Whoever had the turn before may have found it.
        if let Some(access) = self.kept(merchant).await {
            return Ok(access);
        }
        let stored = self.find(merchant).await?;
        let lasts = |ahead: Duration| stored.expires_in.is_none_or(|left| left > ahead);
        let current = stored.access_token.clone().map(|token| access(&stored, token, stored.expires_in));
        let access = match current {
            Some(current) if lasts(TOKEN_REFRESH_AHEAD) => current,
            current => {
                let usable = current.clone().filter(|_| lasts(Duration::ZERO));
                match (self.renew(merchant, &stored, current.as_ref()).await, usable) {
                    (Ok(renewed), _) => renewed,
                    // The old one is good for a while yet.
                    (Err(CallError::CredentialDead { partner }), _) => {
                        return Err(CallError::CredentialDead { partner });
                    }
                    (Err(error), Some(usable)) => {
                        let error: &dyn std::error::Error = &error;
                        tracing::warn!(%merchant, error, "the token of a shop was not renewed ahead of time");
                        usable
                    }
                    (Err(error), None) => return Err(error),
                }
            }
        };
        self.kept.insert(merchant.clone(), access.clone()).await;
        Ok(access)
    }

    /// Returns another token than this, which Shopify does not accept; marks the shop where there can be none.
    pub(super) async fn replace(&self, merchant: &MerchantId, refused: &Access) -> Result<Access, CallError> {
        let turn = self.turn(merchant).await;
        let _turn = turn.lock().await;
        let kept = self.kept(merchant).await.filter(|kept| kept.token != refused.token);
        if let Some(kept) = kept {
            return Ok(kept);
        }
        self.kept.invalidate(merchant).await;
        let stored = self.find(merchant).await?;
        let other = stored.access_token.clone().filter(|token| *token != refused.token);
        let access = match other {
            Some(token) => access(&stored, token, stored.expires_in),
            None => self.renew(merchant, &stored, Some(refused)).await?,
        };
        self.kept.insert(merchant.clone(), access.clone()).await;
        Ok(access)
    }

    /// Marks a shop, and returns the error of a call for it.
    pub(super) async fn dead(&self, merchant: &MerchantId, reason: DeadReason) -> CallError {
        self.kept.invalidate(merchant).await;
        if let Err(error) = self.store.mark_dead(merchant, reason).await {
            return unavailable(error);
        }
        tracing::warn!(%merchant, reason = reason.as_str(), "the credential of a shop is dead");
        CallError::CredentialDead { partner: SHOPIFY.name }
    }

    /// Obtains new tokens under the lease, unless another worker has done so since `current` was read.
    async fn renew(
        &self,
        merchant: &MerchantId,
        stored: &StoredTokens,
        current: Option<&Access>,
    ) -> Result<Access, CallError> {
        let lease = self.ids.ulid();
        let leased = match self.store.lease(merchant, &lease).await.map_err(unavailable)? {
            Lease::Held(leased) => leased,
            Lease::Busy => return Err(later(LaterReason::CredentialRenewed, RENEWED_WAIT)),
        };
        if let Some(token) = leased.access_token.filter(|token| current.is_none_or(|current| current.token != *token)) {
            self.store.release(merchant, &lease).await.map_err(unavailable)?;
            let fresh = self.find(merchant).await?;
            return Ok(access(&fresh, token, fresh.expires_in));
        }
        let grant = match &leased.refresh_token {
            Some(token) => Grant::Refresh(token),
            None if self.oauth.has_client_credentials() => Grant::ClientCredentials,
            None => return Err(self.dead(merchant, DeadReason::Unauthorized).await),
        };
        match self.oauth.obtain(merchant, &stored.domain, grant).await {
            Ok(Granted::Tokens(tokens)) => {
                if !self.store.commit(merchant, &lease, &tokens).await.map_err(unavailable)? {
                    return Err(later(LaterReason::CredentialRenewed, RENEWED_WAIT));
                }
                Ok(access(stored, tokens.access_token, tokens.expires_in))
            }
            Ok(Granted::Dead) => Err(self.dead(merchant, DeadReason::InvalidGrant).await),
            Err(error) => {
                self.store.release(merchant, &lease).await.map_err(unavailable)?;
                Err(error)
            }
        }
    }

    async fn find(&self, merchant: &MerchantId) -> Result<StoredTokens, CallError> {
        let found = self.store.find(merchant).await.map_err(unavailable)?;
        let gone =
            || CallError::ShopGone { partner: SHOPIFY.name, source: "the merchant has not installed the app".into() };
        let stored = found.filter(|stored| stored.installed).ok_or_else(gone)?;
        if stored.dead { Err(CallError::CredentialDead { partner: SHOPIFY.name }) } else { Ok(stored) }
    }

    async fn kept(&self, merchant: &MerchantId) -> Option<Access> {
        self.kept.get(merchant).await.filter(|kept| kept.until.is_none_or(|until| until > Instant::now()))
    }

    /// Returns what makes the callers of this process take turns, so that one of them asks for the lease.
    async fn turn(&self, merchant: &MerchantId) -> Arc<Mutex<()>> {
        self.turns.get_with_by_ref(merchant, async { Arc::default() }).await
    }
}

fn access(stored: &StoredTokens, token: Secret<String>, expires_in: Option<Duration>) -> Access {
    Access { domain: stored.domain.clone(), token, until: expires_in.map(|left| Instant::now() + left) }
}

fn later(reason: LaterReason, after: Duration) -> CallError {
    CallError::Later { partner: SHOPIFY.name, reason, after }
}

fn unavailable(error: TokensUnavailable) -> CallError {
    let error: &dyn std::error::Error = &error;
    tracing::warn!(error, "no call without the token of the shop");
    later(LaterReason::CredentialsUnavailable, UNAVAILABLE_WAIT)
}
