//! Which consumers of events a merchant has configured. A merchant without any costs the relay one row that is removed.

use domain::MerchantId;

use crate::{Store, StoreError, TenantScope};

impl Store {
    /// Begins to deliver the merchant's events to that consumer, from the next one that is relayed. Does nothing if it has begun.
    ///
    /// # Errors
    /// As any statement; [`StoreError::Refused`] for an unknown merchant.
    pub async fn subscribe(&self, merchant: &MerchantId, consumer: &str) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        sqlx::query!(
            "INSERT INTO event_subscriptions (merchant_id, consumer) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            merchant.as_str(),
            consumer
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Ends the delivery of the merchant's events to that consumer; those that have a job already are delivered. Returns whether it
    /// had begun.
    ///
    /// # Errors
    /// As any statement.
    pub async fn unsubscribe(&self, merchant: &MerchantId, consumer: &str) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let ended = sqlx::query!(
            "DELETE FROM event_subscriptions WHERE merchant_id = $1 AND consumer = $2",
            merchant.as_str(),
            consumer
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(ended.rows_affected() > 0)
    }
}
