//! One job from its webhook to its last attempt, with what it caused.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use super::{AttemptFound, DeadLetterFound, PAGE_ROWS_MAX, Search};
use crate::{Store, StoreError, TenantScope, Tx};

/// Children shown.
const CHILDREN_MAX: i64 = 200;
/// 1 January 3000, after every attempt.
const FAR_SECONDS: i64 = 32_503_680_000;

/// The webhook a job is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookFound {
    /// Its topic.
    pub topic: String,
    /// `pending`, `success` or `failed`.
    pub status: String,
    /// Shopify's id of the delivery.
    pub webhook_id: String,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When its job ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
}

/// A job that another caused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The job.
    pub job_id: String,
    /// Its kind.
    pub queue: String,
}

/// All that PostgreSQL knows of one job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The webhook it is about.
    pub webhook: Option<WebhookFound>,
    /// The job or webhook that caused it, if it is another.
    pub parent_id: Option<String>,
    /// Its attempts, the first one first; the newest ones where there are very many.
    pub attempts: Vec<AttemptFound>,
    /// Its dead letter.
    pub dead_letter: Option<DeadLetterFound>,
    /// Jobs that it caused, as far as they have an attempt on record.
    pub children: Vec<Child>,
}

impl Store {
    /// One job of a merchant. None: PostgreSQL has not heard of it, though Redis may hold it.
    ///
    /// # Errors
    /// As any statement.
    pub async fn timeline(&self, merchant: &MerchantId, job_id: &str) -> Result<Option<Timeline>, StoreError> {
        let of_job = Search {
            merchant: Some(merchant.clone()),
            job_id: Some(job_id.to_owned()),
            with_replayed: true,
            ..Search::between(DateTime::UNIX_EPOCH, DateTime::from_timestamp(FAR_SECONDS, 0).unwrap_or_default())
        };
        let mut attempts = self.search_attempts(&of_job, None, PAGE_ROWS_MAX).await?.rows;
        let dead_letter = self.search_dead_letters(&of_job, None, 1).await?.rows.pop();
        let mut tx = self.begin(&TenantScope::of(merchant)).await?;
        let webhook = webhook(&mut tx, merchant, job_id, &mut attempts).await?;
        let children = children(&mut tx, merchant, job_id).await?;
        tx.commit().await?;
        attempts.sort_by_key(|attempt| (attempt.attempt, attempt.finished_at));
        if webhook.is_none() && attempts.is_empty() && dead_letter.is_none() && children.is_empty() {
            return Ok(None);
        }
        let parent_id = attempts.iter().find_map(|attempt| attempt.parent_id.clone());
        let parent_id = parent_id.or_else(|| dead_letter.as_ref().and_then(|letter| letter.parent_id.clone()));
        Ok(Some(Timeline { webhook, parent_id, attempts, dead_letter, children }))
    }
}

/// The webhook of that id; its success is its job's last attempt, which has no row of its own.
async fn webhook(
    tx: &mut Tx,
    merchant: &MerchantId,
    job_id: &str,
    attempts: &mut Vec<AttemptFound>,
) -> Result<Option<WebhookFound>, StoreError> {
    let row = sqlx::query!(
        "SELECT endpoint, status, webhook_id, created_at, finished_at, error, job_kind, worker, started_at, retry_count
         FROM api_logs WHERE merchant_id = $1 AND log_id = $2",
        merchant.as_str(),
        job_id
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if let ("success", Some(queue), Some(worker), Some(started_at), Some(finished_at)) =
        (row.status.as_str(), &row.job_kind, row.worker, row.started_at, row.finished_at)
    {
        attempts.push(AttemptFound {
            merchant_id: merchant.to_string(),
            attempt_id: String::new(),
            job_id: job_id.to_owned(),
            parent_id: None,
            queue: queue.clone(),
            topic: Some(row.endpoint.clone()),
            attempt: row.retry_count + 1,
            worker,
            outcome: "done".to_owned(),
            error_class: None,
            error: None,
            trace_id: None,
            started_at,
            finished_at,
        });
    }
    Ok(Some(WebhookFound {
        topic: row.endpoint,
        status: row.status,
        webhook_id: row.webhook_id,
        created_at: row.created_at,
        finished_at: row.finished_at,
        error: row.error,
    }))
}

async fn children(tx: &mut Tx, merchant: &MerchantId, job_id: &str) -> Result<Vec<Child>, StoreError> {
    let rows = sqlx::query_as!(
        Child,
        r#"SELECT job_id AS "job_id!", queue AS "queue!" FROM (
               SELECT job_id, queue FROM job_attempts WHERE parent_id = $2 AND merchant_id = $1
               UNION SELECT job_id, queue FROM dead_letters WHERE parent_id = $2 AND merchant_id = $1) caused
           ORDER BY job_id LIMIT $3"#,
        merchant.as_str(),
        job_id,
        CHILDREN_MAX
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}
