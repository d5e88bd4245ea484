//! Recorded webhooks as they are shown to merchants and operators, without their content.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use crate::{ReadStore, StoreError, TenantScope};

/// Which recorded webhooks to list.
#[derive(Debug, Clone, Default)]
pub struct WebhookFilter<'a> {
    /// Topic.
    pub endpoint: Option<&'a str>,
    /// `pending`, `success`, `failed`.
    pub status: Option<&'a str>,
    /// Older than this record.
    pub before: Option<&'a str>,
    /// How many at most.
    pub rows_max: i64,
}

/// A recorded webhook, without its content.
#[derive(Debug, Clone)]
pub struct WebhookView {
    /// The record, also the cursor of the next page.
    pub log_id: String,
    /// Topic.
    pub endpoint: String,
    /// Retries so far.
    pub retry_count: i32,
    /// `pending`, `success`, `failed`.
    pub status: String,
    /// Why it failed, or why it needs no work.
    pub error: Option<String>,
    /// The job it waits for.
    pub job_kind: Option<String>,
    /// Shopify's id of the delivery.
    pub webhook_id: String,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was handled or given up.
    pub finished_at: Option<DateTime<Utc>>,
}

impl ReadStore {
    /// A merchant's recorded webhooks, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when PostgreSQL is away.
    pub async fn webhooks(
        &self,
        merchant: &MerchantId,
        filter: &WebhookFilter<'_>,
    ) -> Result<Vec<WebhookView>, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let rows = sqlx::query_as!(
            WebhookView,
            "SELECT log_id, endpoint, retry_count, status, error, job_kind, webhook_id, created_at, finished_at FROM api_logs
             WHERE merchant_id = $1 AND ($2::text IS NULL OR endpoint = $2) AND ($3::text IS NULL OR status = $3)
               AND ($4::text IS NULL OR log_id < $4)
             ORDER BY log_id DESC LIMIT $5",
            merchant.as_str(),
            filter.endpoint,
            filter.status,
            filter.before,
            filter.rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows)
    }
}
