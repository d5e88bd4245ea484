//! Registers merchants, as the database's owner: for `loyalnest seed` and the installation flow.

use domain::MerchantId;

use super::Merchant;
use crate::crypto::{Encrypted, MerchantApiToken};
use crate::{Owner, StoreError};

/// A merchant to register.
#[derive(Debug, Clone)]
pub struct NewMerchant {
    /// The id it gets if it is new.
    pub merchant_id: MerchantId,
    /// `*.myshopify.com`, lower case.
    pub shopify_domain: String,
    /// `free`, `basic`, `growth` or `plus`.
    pub plan_id: &'static str,
    /// Token for the Admin API.
    pub api_token: Encrypted<MerchantApiToken>,
}

impl Owner {
    /// Registers merchants with default settings; those whose domain is known are left as they are. Returns how many were
    /// new.
    ///
    /// # Errors
    /// As any statement; nothing is registered then.
    pub async fn register_merchants(&self, merchants: &[NewMerchant]) -> Result<u64, StoreError> {
        let mut tx = self.pool.begin().await?;
        let registered = sqlx::query!(
            "INSERT INTO merchants (merchant_id, shopify_domain, plan_id, api_token)
             SELECT merchant_id, shopify_domain, plan_id, api_token
             FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS i(merchant_id, shopify_domain, plan_id, api_token)
             ON CONFLICT (shopify_domain) DO NOTHING",
            merchants.iter().map(|m| m.merchant_id.as_str()).collect::<Vec<_>>() as _,
            merchants.iter().map(|m| m.shopify_domain.as_str()).collect::<Vec<_>>() as _,
            merchants.iter().map(|m| m.plan_id).collect::<Vec<_>>() as _,
            merchants.iter().map(|m| m.api_token.as_bytes()).collect::<Vec<_>>() as _
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "INSERT INTO program_settings (merchant_id) SELECT merchant_id FROM merchants WHERE shopify_domain = ANY ($1) ON CONFLICT DO NOTHING",
            merchants.iter().map(|m| m.shopify_domain.as_str()).collect::<Vec<_>>() as _
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(registered.rows_affected())
    }

    /// The merchant of a Shopify domain, whatever its status.
    ///
    /// # Errors
    /// As any statement.
    pub async fn merchant_by_domain(&self, shopify_domain: &str) -> Result<Option<Merchant>, StoreError> {
        let row = sqlx::query!(
            "SELECT merchant_id, shopify_domain, status FROM merchants WHERE shopify_domain = $1",
            shopify_domain
        )
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| super::read(&row.merchant_id, row.shopify_domain, row.status)).transpose()
    }
}
