//! What is forgotten: whole days of attempts, and old dead letters in batches.

use chrono::{DateTime, Utc};

use crate::{Store, StoreError, TenantScope};

impl Store {
    /// Prepares the partitions of the next `days_ahead` days and drops the oldest of those older than `kept_days`, one a call.
    /// Answers how many partitions were made or dropped.
    ///
    /// # Errors
    /// Fewer than seven days are to be kept; or as any statement.
    pub async fn keep_attempts(&self, now: DateTime<Utc>, kept_days: i32, days_ahead: i32) -> Result<i32, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let changed =
            sqlx::query_scalar!(r#"SELECT job_attempts_keep($1, $2, $3) AS "changed!""#, now, kept_days, days_ahead)
                .fetch_one(&mut *tx)
                .await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Deletes at most `rows_max` of the dead letters that died before that time, the oldest first. Answers how many.
    ///
    /// # Errors
    /// As any statement.
    pub async fn forget_dead_letters(&self, before: DateTime<Utc>, rows_max: i64) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let done = sqlx::query!(
            "WITH old AS (SELECT merchant_id, job_id FROM dead_letters WHERE died_at < $1 ORDER BY died_at LIMIT $2)
             DELETE FROM dead_letters d USING old WHERE d.merchant_id = old.merchant_id AND d.job_id = old.job_id",
            before,
            rows_max
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}
