//! Removes what was to be kept for a time only, some rows a call, by key, so that no other work waits for it. Which time
//! is the caller's to say.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use crate::{Store, StoreError, TenantScope};

/// What one call of [`Store::trim_webhook_bodies`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trimmed {
    /// Rows removed.
    pub removed: u64,
    /// Where to go on; `None`: nothing is left.
    pub after: Option<String>,
}

impl Store {
    /// Removes a merchant's raw bodies with log ids from after `after` to before `before`, and what their webhooks say of a person.
    /// Those that wait for a job keep theirs, and those of a topic that has no handler until `unhandled_before`. Looks at `rows_max` of
    /// them.
    ///
    /// # Errors
    /// As any statement.
    pub async fn trim_webhook_bodies(
        &self,
        merchant: &MerchantId,
        after: &str,
        before: &str,
        unhandled_before: &str,
        rows_max: i64,
    ) -> Result<Trimmed, StoreError> {
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let row = sqlx::query!(
            r#"WITH page AS MATERIALIZED (
                   SELECT b.log_id, l.status IS DISTINCT FROM 'pending' OR (l.job_kind IS NULL AND b.log_id < $5) AS old
                   FROM (SELECT log_id FROM api_log_bodies WHERE merchant_id = $1 AND log_id > $2 AND log_id < $3
                         ORDER BY log_id LIMIT $4) b
                   LEFT JOIN api_logs l ON l.merchant_id = $1 AND l.log_id = b.log_id
               ), gone AS (
                   DELETE FROM api_log_bodies WHERE merchant_id = $1 AND log_id = ANY (ARRAY(SELECT log_id FROM page WHERE old))
                   RETURNING 1
               ), cleared AS (
                   UPDATE api_logs SET personal_data = NULL
                   WHERE merchant_id = $1 AND log_id = ANY (ARRAY(SELECT log_id FROM page WHERE old)) AND personal_data IS NOT NULL
               )
               SELECT (SELECT count(*) FROM gone) AS "removed!", (SELECT count(*) FROM page) AS "looked_at!",
                      (SELECT max(log_id) FROM page) AS last"#,
            merchant.as_str(),
            after,
            before,
            rows_max,
            unhandled_before
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        let after = row.last.filter(|_| row.looked_at == rows_max);
        Ok(Trimmed { removed: row.removed.unsigned_abs(), after })
    }

    /// Removes audit rows of a merchant (`platform`: of none) whose ids are before `before_id` and that were written before `before`, the
    /// oldest first, `rows_max` at most. Returns how many.
    ///
    /// # Errors
    /// Fails when rows younger than 90 days are to be removed; or as any statement.
    pub async fn trim_audit_logs(
        &self,
        merchant: &str,
        before_id: &str,
        before: DateTime<Utc>,
        rows_max: i32,
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let removed = sqlx::query_scalar!(
            r#"SELECT audit_logs_trim($1, $2, $3, $4) AS "removed!""#,
            merchant,
            before_id,
            before,
            rows_max
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(removed.unsigned_abs())
    }

    /// Removes ticks before `before`, oldest first, `rows_max` at most. Answers how many.
    ///
    /// # Errors
    /// As any statement.
    pub async fn trim_cron_ticks(&self, name: &str, before: DateTime<Utc>, rows_max: i64) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let gone = sqlx::query!(
            "DELETE FROM cron_ticks WHERE name = $1
               AND tick = ANY (ARRAY(SELECT tick FROM cron_ticks WHERE name = $1 AND tick < $2 ORDER BY tick LIMIT $3))",
            name,
            before,
            rows_max
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(gone.rows_affected())
    }

    /// Names that have ticks, of entries past and present.
    ///
    /// # Errors
    /// As any statement.
    pub async fn cron_tick_names(&self) -> Result<Vec<String>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        // One look-up a name, not one row a tick.
        let names = sqlx::query_scalar!(
            r#"WITH RECURSIVE names AS (
                   (SELECT name FROM cron_ticks ORDER BY name LIMIT 1)
                   UNION ALL
                   SELECT (SELECT t.name FROM cron_ticks t WHERE t.name > n.name ORDER BY t.name LIMIT 1) FROM names n WHERE n.name IS NOT NULL
               )
               SELECT name AS "name!" FROM names WHERE name IS NOT NULL"#
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(names)
    }
}
