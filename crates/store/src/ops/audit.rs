//! The audit log of the queue monitor: an entry is written before the action, and says afterwards how it ended. Entries are
//! never deleted or rewritten; the role of the application may change nothing but outcome and count.

use chrono::{DateTime, Utc};

use crate::{Store, StoreError, TenantScope};

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its id, a ULID.
    pub audit_id: String,
    /// When the action began.
    pub at: DateTime<Utc>,
    /// Stable id of the person or system.
    pub actor_id: String,
    /// Name of the person or system.
    pub actor_name: String,
    /// The role the person acted in.
    pub role: Option<String>,
    /// Code of the action.
    pub action: String,
    /// `done`, `partial` or `refused`.
    pub outcome: String,
    /// The queue it concerns.
    pub queue: Option<String>,
    /// The lane it concerns.
    pub lane: Option<String>,
    /// The job it concerns.
    pub job_id: Option<String>,
    /// The bulk operation it belongs to.
    pub bulk_id: Option<String>,
    /// Name of another thing it concerns, such as a schedule.
    pub target: Option<String>,
    /// How many items it concerned.
    pub count: Option<i64>,
    /// The reason the person gave.
    pub reason: Option<String>,
    /// Settings before and after, filters; JSON.
    pub details: String,
    /// Id of the request.
    pub request_id: Option<String>,
}

/// Which entries to read. All conditions must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Part of the actor's name.
    pub actor: Option<String>,
    /// One of these actions; empty: any.
    pub actions: Vec<String>,
    /// Of this queue.
    pub queue: Option<String>,
    /// Of this lane.
    pub lane: Option<String>,
    /// Of this job.
    pub job_id: Option<String>,
    /// Of this bulk operation.
    pub bulk_id: Option<String>,
    /// Entries made at or after this time.
    pub since: Option<DateTime<Utc>>,
    /// Entries made before this time.
    pub before: Option<DateTime<Utc>>,
    /// Entries before the one with this id.
    pub after_id: Option<String>,
    /// Entries at most.
    pub rows_max: i64,
}

impl Store {
    /// Writes an entry.
    ///
    /// # Errors
    /// As any statement; nothing was written.
    pub async fn add_ops_audit(&self, entry: &AuditRecord) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        sqlx::query!(
            "INSERT INTO ops_audit (audit_id, at, actor_id, actor_name, role, action, outcome, queue, lane, job_id, bulk_id, target,
                                    count, reason, details, request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::text::json, $16)",
            entry.audit_id,
            entry.at,
            entry.actor_id,
            entry.actor_name,
            entry.role,
            entry.action,
            entry.outcome,
            entry.queue,
            entry.lane,
            entry.job_id,
            entry.bulk_id,
            entry.target,
            entry.count,
            entry.reason,
            entry.details,
            entry.request_id
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records how the action of an entry ended.
    ///
    /// # Errors
    /// As any statement.
    pub async fn end_ops_audit(&self, audit_id: &str, outcome: &str, count: Option<i64>) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        sqlx::query!(
            "UPDATE ops_audit SET outcome = $2, count = coalesce($3, count) WHERE audit_id = $1",
            audit_id,
            outcome,
            count
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Returns entries that match, newest first.
    ///
    /// # Errors
    /// As any statement.
    pub async fn ops_audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRecord>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query_as!(
            AuditRecord,
            r#"SELECT audit_id, at, actor_id, actor_name, role, action, outcome, queue, lane, job_id, bulk_id, target, count,
                      reason, details::text AS "details!", request_id
               FROM ops_audit
               WHERE ($1::text IS NULL OR audit_id < $1) AND ($2::text IS NULL OR strpos(lower(actor_name), lower($2)) > 0)
                 AND (cardinality($3::text[]) = 0 OR action = ANY ($3)) AND ($4::text IS NULL OR queue = $4)
                 AND ($5::text IS NULL OR lane = $5) AND ($6::text IS NULL OR job_id = $6)
                 AND ($7::text IS NULL OR bulk_id = $7) AND ($8::timestamptz IS NULL OR at >= $8)
                 AND ($9::timestamptz IS NULL OR at < $9)
               ORDER BY audit_id DESC LIMIT $10"#,
            filter.after_id,
            filter.actor,
            &filter.actions,
            filter.queue,
            filter.lane,
            filter.job_id,
            filter.bulk_id,
            filter.since,
            filter.before,
            filter.rows_max
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows)
    }
}
