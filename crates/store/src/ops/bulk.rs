//! Bulk operations of the queue monitor: what was planned, by whom, and how far it has come. The api that works on one writes its
//! progress; a change of state is conditional, so that a cancellation is not overwritten.

use chrono::{DateTime, Utc};

use crate::{Store, StoreError, TenantScope};

/// A bulk operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkRow {
    /// Its id, a ULID.
    pub bulk_id: String,
    /// What is done to each job.
    pub action: String,
    /// `counting`, `planned`, `running`, `done`, `cancelled`, `failed` or `expired`.
    pub state: String,
    /// Which jobs, JSON.
    pub request: String,
    /// Counts and sample, JSON.
    pub progress: String,
    /// Who planned it.
    pub actor_id: String,
    /// Name of that person.
    pub actor_name: String,
    /// The reason the person gave.
    pub reason: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When it was counted.
    pub counted_at: DateTime<Utc>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When its process last reported progress.
    pub worked_at: DateTime<Utc>,
}

/// A step of a bulk operation.
#[derive(Debug, Clone)]
pub struct BulkProgressRow<'a> {
    /// The operation.
    pub bulk_id: &'a str,
    /// The state that it must be in, or nothing is changed.
    pub from: &'a str,
    /// The state that it is in from now on.
    pub to: &'a str,
    /// Counts and sample, JSON.
    pub progress: &'a str,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// The time of the step.
    pub at: DateTime<Utc>,
}

impl Store {
    /// Records a planned operation.
    ///
    /// # Errors
    /// As any statement.
    pub async fn add_ops_bulk(&self, row: &BulkRow) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        sqlx::query!(
            "INSERT INTO ops_bulk (bulk_id, action, state, request, progress, actor_id, actor_name, reason, created_at, counted_at, worked_at)
             VALUES ($1, $2, $3, $4::text::json, $5::text::json, $6, $7, $8, $9, $9, $9)",
            row.bulk_id,
            row.action,
            row.state,
            row.request,
            row.progress,
            row.actor_id,
            row.actor_name,
            row.reason,
            row.created_at
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes a step. Returns false, and changes nothing, if the operation is in another state.
    ///
    /// # Errors
    /// As any statement.
    pub async fn step_ops_bulk(&self, step: &BulkProgressRow<'_>) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let done = sqlx::query!(
            "UPDATE ops_bulk SET state = $3, progress = $4::text::json, error = coalesce($5, error), worked_at = $6,
                 counted_at = CASE WHEN $2 = 'counting' THEN $6 ELSE counted_at END,
                 ended_at = CASE WHEN $3 IN ('done', 'cancelled', 'failed', 'expired') THEN $6 ELSE ended_at END
             WHERE bulk_id = $1 AND state = $2",
            step.bulk_id,
            step.from,
            step.to,
            step.progress,
            step.error,
            step.at
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Confirms a planned operation, or cancels one that has not ended. Returns false if it is in none of the states `from`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn move_ops_bulk(
        &self,
        bulk_id: &str,
        from: &[&str],
        to: &str,
        reason: Option<&str>,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let done = sqlx::query!(
            "UPDATE ops_bulk SET state = $3, worked_at = $5, reason = coalesce($4, reason),
                 confirmed_at = CASE WHEN $3 = 'running' THEN $5 ELSE confirmed_at END,
                 ended_at = CASE WHEN $3 = 'running' THEN NULL ELSE $5 END
             WHERE bulk_id = $1 AND state = ANY ($2::text[])",
            bulk_id,
            from as _,
            to,
            reason,
            at
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected() == 1)
    }

    /// Returns operations before the one with the id `before`, newest first, or only the one with the id `only`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn ops_bulk(
        &self,
        only: Option<&str>,
        before: Option<&str>,
        rows_max: i64,
    ) -> Result<Vec<BulkRow>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query_as!(
            BulkRow,
            r#"SELECT bulk_id, action, state, request::text AS "request!", progress::text AS "progress!", actor_id, actor_name,
                      reason, error, created_at, counted_at, confirmed_at, ended_at, worked_at
               FROM ops_bulk
               WHERE ($1::text IS NULL OR bulk_id = $1) AND ($2::text IS NULL OR bulk_id < $2)
               ORDER BY bulk_id DESC LIMIT $3"#,
            only,
            before,
            rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows)
    }
}
