//! Access tokens of shops, encrypted, with the lease of whoever renews one. Times are PostgreSQL's: clocks of workers need not agree.

use std::time::Duration;

use domain::MerchantId;

use crate::crypto::{Encrypted, ShopAccessToken, ShopRefreshToken};
use crate::{Store, StoreError, TenantScope};

/// What is stored of a shop's access.
#[derive(Debug)]
pub struct ShopTokensRow {
    /// `*.myshopify.com`, lower case.
    pub shopify_domain: String,
    /// `active`, `uninstalled` or `redacted`.
    pub status: String,
    /// Whether the shop must authorise the app again.
    pub dead: bool,
    /// The access token.
    pub access_token: Option<Encrypted<ShopAccessToken>>,
    /// How long it lives, in seconds: negative when it has ended; `None`: it does not end.
    pub access_seconds: Option<f64>,
}

/// What stood in the row when the lease was taken.
#[derive(Debug)]
pub struct ShopTokensLease {
    /// The access token.
    pub access_token: Option<Encrypted<ShopAccessToken>>,
    /// The refresh token.
    pub refresh_token: Option<Encrypted<ShopRefreshToken>>,
}

/// New tokens to store.
#[derive(Debug)]
pub struct NewShopTokens {
    /// The access token.
    pub access_token: Encrypted<ShopAccessToken>,
    /// How long it lives; `None`: it does not end.
    pub access_lifetime: Option<Duration>,
    /// The refresh token.
    pub refresh_token: Option<Encrypted<ShopRefreshToken>>,
    /// How long that lives.
    pub refresh_lifetime: Option<Duration>,
}

impl Store {
    /// Returns the access of a merchant's shop; `None` where there is no such merchant.
    ///
    /// # Errors
    /// As any statement.
    pub async fn shop_tokens(&self, merchant: &MerchantId) -> Result<Option<ShopTokensRow>, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let row = sqlx::query!(
            r#"SELECT m.shopify_domain, m.status, (t.dead_at IS NOT NULL) AS "dead!", t.access_token,
                      extract(epoch FROM t.access_expires_at - CURRENT_TIMESTAMP)::float8 AS access_seconds
               FROM merchants m LEFT JOIN shop_tokens t ON t.merchant_id = m.merchant_id
               WHERE m.merchant_id = $1"#,
            merchant.as_str()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(row.map(|row| ShopTokensRow {
            shopify_domain: row.shopify_domain,
            status: row.status,
            dead: row.dead,
            access_token: row.access_token.map(Encrypted::from_stored),
            access_seconds: row.access_seconds,
        }))
    }

    /// Takes the lease to renew a shop's tokens under the name `lease` for `lifetime`. `None`: another worker has it, or the shop is dead.
    ///
    /// # Errors
    /// As any statement.
    pub async fn lease_shop_tokens(
        &self,
        merchant: &MerchantId,
        lease: &str,
        lifetime: Duration,
    ) -> Result<Option<ShopTokensLease>, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let row = sqlx::query!(
            "INSERT INTO shop_tokens AS t (merchant_id, lease, leased_until)
             VALUES ($1, $2, CURRENT_TIMESTAMP + make_interval(secs => $3))
             ON CONFLICT (merchant_id) DO UPDATE SET lease = excluded.lease, leased_until = excluded.leased_until
             WHERE t.dead_at IS NULL AND (t.leased_until IS NULL OR t.leased_until <= CURRENT_TIMESTAMP)
             RETURNING t.access_token, t.refresh_token",
            merchant.as_str(),
            lease,
            lifetime.as_secs_f64()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(row.map(|row| ShopTokensLease {
            access_token: row.access_token.map(Encrypted::from_stored),
            refresh_token: row.refresh_token.map(Encrypted::from_stored),
        }))
    }

    /// Stores new tokens and ends the lease. Returns whether the lease was still that one; otherwise nothing is stored.
    ///
    /// # Errors
    /// As any statement.
    pub async fn commit_shop_tokens(
        &self,
        merchant: &MerchantId,
        lease: &str,
        tokens: &NewShopTokens,
    ) -> Result<bool, StoreError> {
        let seconds = |lifetime: Option<Duration>| lifetime.map(|lifetime| lifetime.as_secs_f64());
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let stored = sqlx::query!(
            "UPDATE shop_tokens SET access_token = $3, access_expires_at = CURRENT_TIMESTAMP + make_interval(secs => $4),
                    refresh_token = $5, refresh_expires_at = CURRENT_TIMESTAMP + make_interval(secs => $6),
                    refreshed_at = CURRENT_TIMESTAMP, lease = NULL, leased_until = NULL
             WHERE merchant_id = $1 AND lease = $2 AND dead_at IS NULL",
            merchant.as_str(),
            lease,
            tokens.access_token.as_bytes(),
            seconds(tokens.access_lifetime) as Option<f64>,
            tokens.refresh_token.as_ref().map(Encrypted::as_bytes),
            seconds(tokens.refresh_lifetime) as Option<f64>
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(stored.rows_affected() == 1)
    }

    /// Ends the lease without new tokens, if it is still that one.
    ///
    /// # Errors
    /// As any statement.
    pub async fn release_shop_tokens(&self, merchant: &MerchantId, lease: &str) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        sqlx::query!(
            "UPDATE shop_tokens SET lease = NULL, leased_until = NULL WHERE merchant_id = $1 AND lease = $2",
            merchant.as_str(),
            lease
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Marks a shop, which must authorise the app again. The first reason stays.
    ///
    /// # Errors
    /// As any statement.
    pub async fn mark_shop_dead(&self, merchant: &MerchantId, reason: &str) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        sqlx::query!(
            "INSERT INTO shop_tokens AS t (merchant_id, dead_at, dead_reason) VALUES ($1, CURRENT_TIMESTAMP, $2)
             ON CONFLICT (merchant_id) DO UPDATE SET lease = NULL, leased_until = NULL,
                 dead_at = coalesce(t.dead_at, excluded.dead_at), dead_reason = coalesce(t.dead_reason, excluded.dead_reason)",
            merchant.as_str(),
            reason
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Stores the tokens of a shop that has authorised the app, again or for the first time: no mark and no lease is left.
    ///
    /// # Errors
    /// As any statement.
    pub async fn install_shop_tokens(&self, merchant: &MerchantId, tokens: &NewShopTokens) -> Result<(), StoreError> {
        let seconds = |lifetime: Option<Duration>| lifetime.map(|lifetime| lifetime.as_secs_f64());
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        sqlx::query!(
            "INSERT INTO shop_tokens (merchant_id, access_token, access_expires_at, refresh_token, refresh_expires_at, refreshed_at)
             VALUES ($1, $2, CURRENT_TIMESTAMP + make_interval(secs => $3), $4, CURRENT_TIMESTAMP + make_interval(secs => $5),
                     CURRENT_TIMESTAMP)
             ON CONFLICT (merchant_id) DO UPDATE SET access_token = excluded.access_token,
                 access_expires_at = excluded.access_expires_at, refresh_token = excluded.refresh_token,
                 refresh_expires_at = excluded.refresh_expires_at, refreshed_at = excluded.refreshed_at,
                 lease = NULL, leased_until = NULL, dead_at = NULL, dead_reason = NULL",
            merchant.as_str(),
            tokens.access_token.as_bytes(),
            seconds(tokens.access_lifetime) as Option<f64>,
            tokens.refresh_token.as_ref().map(Encrypted::as_bytes),
            seconds(tokens.refresh_lifetime) as Option<f64>
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
