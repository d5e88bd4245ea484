//! Keys of partners. Only their SHA-256 is stored.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use super::PartnerKey;
use crate::{Owner, Store, StoreError, TenantScope};

/// A valid key: whose it is and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Identifies the key; says nothing about its secret.
    pub api_key_id: String,
    /// The merchant whose data it opens.
    pub merchant_id: MerchantId,
    /// `points:read`, `webhooks:read` ...
    pub scopes: Vec<String>,
}

/// A key as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyView {
    /// Identifies the key.
    pub api_key_id: String,
    /// What an operator called it.
    pub name: String,
    /// `points:read`, `webhooks:read` ...
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked; `None`: it is not.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Store {
    /// What this key opens, if it is valid: known, not revoked, and its merchant is active.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when PostgreSQL is unavailable.
    pub async fn valid_api_key(&self, key: &PartnerKey) -> Result<Option<ApiKey>, StoreError> {
        let sha256 = key.sha256();
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let row = sqlx::query!(
            "SELECT k.api_key_id, k.merchant_id, k.scopes
             FROM api_keys k JOIN merchants m ON m.merchant_id = k.merchant_id
             WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND m.status = 'active'",
            sha256.as_slice()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(|row| {
            let merchant_id =
                MerchantId::parse(&row.merchant_id).map_err(|e| StoreError::corrupt("api_keys.merchant_id", e))?;
            Ok(ApiKey { api_key_id: row.api_key_id, merchant_id, scopes: row.scopes })
        })
        .transpose()
    }
}

impl Owner {
    /// Gives a merchant an API key, of which only the SHA-256 is stored. Returns `false` when there is such a key already, or no merchant of this
    /// domain.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a scope is unknown.
    pub async fn add_api_key(
        &self,
        shopify_domain: &str,
        api_key_id: &str,
        key: &PartnerKey,
        name: &str,
        scopes: &[&str],
    ) -> Result<bool, StoreError> {
        let sha256 = key.sha256();
        let added = sqlx::query!(
            "INSERT INTO api_keys (merchant_id, api_key_id, key_hash, name, scopes)
             SELECT merchant_id, $2, $3, $4, $5 FROM merchants WHERE shopify_domain = $1
             ON CONFLICT (key_hash) DO NOTHING",
            shopify_domain,
            api_key_id,
            sha256.as_slice(),
            name,
            scopes as _
        )
        .execute(&self.pool)
        .await?;
        Ok(added.rows_affected() == 1)
    }

    /// The keys of a merchant, oldest first, the revoked ones included.
    ///
    /// # Errors
    /// As any statement.
    pub async fn api_keys(&self, merchant: &MerchantId, rows_max: i64) -> Result<Vec<ApiKeyView>, StoreError> {
        let keys = sqlx::query_as!(
            ApiKeyView,
            "SELECT api_key_id, name, scopes, created_at, revoked_at FROM api_keys
             WHERE merchant_id = $1 ORDER BY api_key_id LIMIT $2",
            merchant.as_str(),
            rows_max
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(keys)
    }

    /// Revokes a key of a merchant: it is refused from the next request on. Returns `false` when the merchant has no such
    /// key; one that is revoked already stays as it is.
    ///
    /// # Errors
    /// As any statement.
    pub async fn revoke_api_key(&self, merchant: &MerchantId, api_key_id: &str) -> Result<bool, StoreError> {
        let revoked = sqlx::query!(
            "UPDATE api_keys SET revoked_at = coalesce(revoked_at, CURRENT_TIMESTAMP)
             WHERE merchant_id = $1 AND api_key_id = $2",
            merchant.as_str(),
            api_key_id
        )
        .execute(&self.pool)
        .await?;
        Ok(revoked.rows_affected() == 1)
    }
}
