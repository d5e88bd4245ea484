//! Merchants as the ingress and the API look them up.

mod api_keys;
mod partner_key;
mod provision;
mod settings;
mod shop_tokens;

use domain::MerchantId;

use crate::{Store, StoreError, TenantScope};

pub use api_keys::{ApiKey, ApiKeyView};
pub use partner_key::{PARTNER_KEY_BYTES, PartnerKey};
pub use provision::NewMerchant;
pub use settings::{read_earn_rule, set_earn_rule};
pub use shop_tokens::{NewShopTokens, ShopTokensLease, ShopTokensRow};

/// What a request needs to know of a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Our id.
    pub merchant_id: MerchantId,
    /// `*.myshopify.com`, lower case.
    pub shopify_domain: String,
    /// `active`, `uninstalled` or `redacted`.
    pub status: String,
}

impl Store {
    /// The merchant of a Shopify domain, whatever its status (compliance webhooks come after an uninstall).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when PostgreSQL is away.
    pub async fn merchant_by_domain(&self, shopify_domain: &str) -> Result<Option<Merchant>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let row = sqlx::query!(
            "SELECT merchant_id, shopify_domain, status FROM merchants WHERE shopify_domain = $1",
            shopify_domain
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(|row| read(&row.merchant_id, row.shopify_domain, row.status)).transpose()
    }

    /// Pages of all merchants' ids, for what the platform does to each in turn.
    ///
    /// # Errors
    /// As any statement.
    pub async fn merchant_ids_after(&self, after: &str, rows_max: i64) -> Result<Vec<MerchantId>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let ids = sqlx::query_scalar!(
            "SELECT merchant_id FROM merchants WHERE merchant_id > $1 ORDER BY merchant_id LIMIT $2",
            after,
            rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        let parse = |id: String| MerchantId::parse(&id).map_err(|e| StoreError::corrupt("merchants.merchant_id", e));
        ids.into_iter().map(parse).collect()
    }

    /// Returns the domains of these merchants' shops; an unknown one is left out.
    ///
    /// # Errors
    /// As any statement.
    pub async fn domains_of(&self, merchants: &[&str]) -> Result<Vec<(String, String)>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query!(
            "SELECT m.merchant_id, m.shopify_domain FROM unnest($1::text[]) AS k(merchant_id)
             CROSS JOIN LATERAL (SELECT merchant_id, shopify_domain FROM merchants WHERE merchant_id = k.merchant_id OFFSET 0) m",
            merchants as _
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows.into_iter().map(|row| (row.merchant_id, row.shopify_domain)).collect())
    }

    /// Returns the domains of shops that begin with `prefix`, by name, at most `rows_max`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn domains_with(&self, prefix: &str, rows_max: i64) -> Result<Vec<String>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query_scalar!(
            "SELECT shopify_domain FROM merchants WHERE starts_with(shopify_domain, $1) ORDER BY shopify_domain LIMIT $2",
            prefix,
            rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// The merchant of an id.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when PostgreSQL is away.
    pub async fn merchant_by_id(&self, merchant: &MerchantId) -> Result<Option<Merchant>, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let row = sqlx::query!(
            "SELECT merchant_id, shopify_domain, status FROM merchants WHERE merchant_id = $1",
            merchant.as_str()
        )
        .fetch_optional(&mut *tx)
        .await?;
        tx.commit().await?;
        row.map(|row| read(&row.merchant_id, row.shopify_domain, row.status)).transpose()
    }
}

fn read(merchant_id: &str, shopify_domain: String, status: String) -> Result<Merchant, StoreError> {
    let merchant_id = MerchantId::parse(merchant_id).map_err(|e| StoreError::corrupt("merchants.merchant_id", e))?;
    Ok(Merchant { merchant_id, shopify_domain, status })
}
