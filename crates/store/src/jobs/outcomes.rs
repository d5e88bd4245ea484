//! How jobs ended: attempts, and the jobs that were given up. Written in batches, off the jobs' path.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use crate::{Store, StoreError, TenantScope, events};

/// An attempt. (The success of a webhook's job stands in its webhook's record, and needs none.)
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// Whose job.
    pub merchant_id: MerchantId,
    /// Id of this record.
    pub attempt_id: String,
    /// The job.
    pub job_id: String,
    /// The job or webhook that caused it, if it is another than the one its id is of.
    pub parent_id: Option<String>,
    /// Its queue.
    pub queue: &'static str,
    /// Which attempt, from 1.
    pub attempt: i32,
    /// Who ran it.
    pub worker: String,
    /// `done`, `retried`, `snoozed`, `cancelled` or `dead`.
    pub outcome: &'static str,
    /// Class of the error, a short code.
    pub error_class: Option<&'static str>,
    /// The error chain.
    pub error: Option<String>,
    /// Trace context of the job.
    pub trace_id: Option<String>,
    /// When it started and ended.
    pub started_at: DateTime<Utc>,
    /// See `started_at`.
    pub finished_at: DateTime<Utc>,
}

/// A job that was given up.
#[derive(Debug, Clone)]
pub struct DeadLetterRow {
    /// Whose job.
    pub merchant_id: MerchantId,
    /// The job.
    pub job_id: String,
    /// The job or webhook that caused it, if it is another than the one its id is of.
    pub parent_id: Option<String>,
    /// Its queue.
    pub queue: &'static str,
    /// Version of its payload.
    pub version: i32,
    /// Its payload, JSON.
    pub payload: String,
    /// Attempts made.
    pub attempts: i32,
    /// Class of the error it died of, a short code.
    pub error_class: String,
    /// Why it was given up.
    pub reason: String,
    /// Trace context.
    pub trace_id: Option<String>,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
    /// The webhook it was to handle, which is marked failed with it.
    pub log_id: Option<String>,
}

impl Store {
    /// Records attempts, with the topic of the webhook that has the job's id.
    ///
    /// # Errors
    /// As any statement.
    pub async fn record_attempts(&self, rows: &[AttemptRow]) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::of_all(rows.iter().map(|r| &r.merchant_id))).await?;
        sqlx::query!(
            "INSERT INTO job_attempts (merchant_id, attempt_id, job_id, queue, attempt, worker, outcome, error, trace_id, started_at,
                                       finished_at, parent_id, error_class, topic)
             SELECT i.*, l.endpoint
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::timestamptz[], $11::timestamptz[], $12::text[], $13::text[])
                 AS i(merchant_id, attempt_id, job_id, queue, attempt, worker, outcome, error, trace_id, started_at, finished_at,
                      parent_id, error_class)
             LEFT JOIN api_logs l ON l.merchant_id = i.merchant_id AND l.log_id = i.job_id
             ON CONFLICT DO NOTHING",
            rows.iter().map(|r| r.merchant_id.as_str()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.attempt_id.as_str()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.job_id.as_str()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.queue).collect::<Vec<_>>() as _,
            &rows.iter().map(|r| r.attempt).collect::<Vec<_>>(),
            rows.iter().map(|r| r.worker.as_str()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.outcome).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.error.as_deref()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.trace_id.as_deref()).collect::<Vec<_>>() as _,
            &rows.iter().map(|r| r.started_at).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.finished_at).collect::<Vec<_>>(),
            rows.iter().map(|r| r.parent_id.as_deref()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.error_class).collect::<Vec<_>>() as _
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records jobs that were given up and marks their webhooks, or their deliveries of events, failed. A webhook that meanwhile
    /// succeeded (a late duplicate died) stays so.
    ///
    /// # Errors
    /// As any statement; nothing is recorded then.
    pub async fn record_dead_letters(&self, rows: &[DeadLetterRow]) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::of_all(rows.iter().map(|r| &r.merchant_id))).await?;
        let merchants: Vec<&str> = rows.iter().map(|r| r.merchant_id.as_str()).collect();
        let attempts: Vec<i32> = rows.iter().map(|r| r.attempts).collect();
        let reasons: Vec<&str> = rows.iter().map(|r| r.reason.as_str()).collect();
        sqlx::query!(
            "INSERT INTO dead_letters (merchant_id, job_id, queue, payload, attempts, reason, trace_id, enqueued_at, died_at,
                                       parent_id, version, error_class, topic)
             SELECT i.merchant_id, job_id, queue, i.payload::jsonb, attempts, reason, trace_id, enqueued_at, died_at, parent_id,
                    version, error_class, l.endpoint
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::timestamptz[],
                         $9::timestamptz[], $10::text[], $11::integer[], $12::text[])
                 AS i(merchant_id, job_id, queue, payload, attempts, reason, trace_id, enqueued_at, died_at, parent_id, version,
                      error_class)
             LEFT JOIN api_logs l ON l.merchant_id = i.merchant_id AND l.log_id = i.job_id
             ON CONFLICT (merchant_id, job_id) DO UPDATE
             SET attempts = excluded.attempts, reason = excluded.reason, died_at = excluded.died_at, payload = excluded.payload,
                 version = excluded.version, error_class = excluded.error_class, replayed_at = NULL
             WHERE dead_letters.died_at < excluded.died_at",
            &merchants as _,
            rows.iter().map(|r| r.job_id.as_str()).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.queue).collect::<Vec<_>>() as _,
            rows.iter().map(|r| r.payload.as_str()).collect::<Vec<_>>() as _,
            &attempts,
            &reasons as _,
            rows.iter().map(|r| r.trace_id.as_deref()).collect::<Vec<_>>() as _,
            &rows.iter().map(|r| r.enqueued_at).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.died_at).collect::<Vec<_>>(),
            rows.iter().map(|r| r.parent_id.as_deref()).collect::<Vec<_>>() as _,
            &rows.iter().map(|r| r.version).collect::<Vec<_>>(),
            rows.iter().map(|r| r.error_class.as_str()).collect::<Vec<_>>() as _
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "UPDATE api_logs l
             SET status = 'failed', error = k.reason, retry_count = greatest(l.retry_count, k.attempts - 1), finished_at = CURRENT_TIMESTAMP
             FROM unnest($1::text[], $2::text[], $3::integer[], $4::text[]) AS k(merchant_id, log_id, attempts, reason)
             CROSS JOIN LATERAL (SELECT ctid FROM api_logs
                                 WHERE merchant_id = k.merchant_id AND log_id = k.log_id AND status = 'pending' FOR NO KEY UPDATE) found
             WHERE l.ctid = found.ctid",
            &merchants as _,
            rows.iter().map(|r| r.log_id.as_deref()).collect::<Vec<_>>() as _,
            &attempts,
            &reasons as _
        )
        .execute(&mut *tx)
        .await?;
        let jobs: Vec<&str> = rows.iter().map(|r| r.job_id.as_str()).collect();
        events::abandon(&mut tx, &merchants, &jobs).await?;
        tx.commit().await?;
        Ok(())
    }
}
