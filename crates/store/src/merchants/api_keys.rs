//! Keys of partners. Only their SHA-256 is known here.

use domain::MerchantId;

use crate::{Store, StoreError, TenantScope};

/// A valid key: whose it is and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The merchant whose data it opens.
    pub merchant_id: MerchantId,
    /// `points:read`, `webhooks:read` ...
    pub scopes: Vec<String>,
}

impl Store {
    /// The key with this SHA-256, unless it was revoked.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when PostgreSQL is away.
    pub async fn api_key(&self, sha256: &[u8]) -> Result<Option<ApiKey>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let row =
            sqlx::query!("SELECT merchant_id, scopes FROM api_keys WHERE key_hash = $1 AND revoked_at IS NULL", sha256)
                .fetch_optional(&mut *tx)
                .await?;
        tx.commit().await?;
        row.map(|row| {
            let merchant_id =
                MerchantId::parse(&row.merchant_id).map_err(|e| StoreError::corrupt("api_keys.merchant_id", e))?;
            Ok(ApiKey { merchant_id, scopes: row.scopes })
        })
        .transpose()
    }
}
