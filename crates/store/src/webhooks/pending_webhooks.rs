//! Webhooks that wait for their job, found by the commits that recorded them.
//!
//! An index of those still open would have to be left by each webhook that ends, and PostgreSQL would then write the record
//! anew with all its entries in other indexes (docs/adr/0012). So each commit leaves one row that names its webhooks, and who
//! sweeps looks whether they have ended: then the row goes.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::{LogId, MerchantId};

use crate::{Store, StoreError, TenantScope, Tx};

/// A webhook that waits for its job.
#[derive(Debug, Clone)]
pub struct PendingWebhook {
    /// The merchant.
    pub merchant_id: MerchantId,
    /// The record.
    pub log_id: LogId,
    /// Kind of the job it waits for.
    pub job_kind: String,
}

/// The pending webhooks of some commits.
#[derive(Debug, Clone, Default)]
pub struct PendingPage {
    /// Webhooks that wait, by commit.
    pub webhooks: Vec<PendingWebhook>,
    /// How many others of these commits have ended since they were last looked at. They are not looked at again.
    pub ended: u64,
    /// Where to go on; `None`: these were the last.
    pub next: Option<i64>,
}

/// A commit of the ingress, with those of its webhooks that had not ended when it was last looked at.
struct Batch {
    batch_id: i64,
    created_at: DateTime<Utc>,
    merchant_ids: Vec<String>,
    log_ids: Vec<String>,
}

impl Store {
    /// Returns webhooks that were recorded at least `age` ago, by PostgreSQL's clock, and still wait for their job, of the commits
    /// after the `after` cursor: of so many as name `rows_max` webhooks, and of one at least.
    ///
    /// # Errors
    /// As any statement.
    pub async fn pending_webhooks(
        &self,
        age: Duration,
        after: Option<i64>,
        rows_max: i64,
    ) -> Result<PendingPage, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let batches = batches(&mut tx, age, after.unwrap_or(0), rows_max).await?;
        let named: BTreeSet<(&str, &str)> = batches.iter().flat_map(Batch::webhooks).collect();
        let named: Vec<(&str, &str)> = named.into_iter().collect();
        let webhooks = waiting(&mut tx, &named).await?;
        let ended = named.len().saturating_sub(webhooks.len());
        if ended > 0 {
            compact_batches(&mut tx, &batches, &webhooks).await?;
        }
        tx.commit().await?;
        let looked_at: usize = batches.iter().map(|batch| batch.log_ids.len()).sum();
        let next = batches.last().map(|batch| batch.batch_id);
        let full = i64::try_from(looked_at).is_ok_and(|looked_at| looked_at >= rows_max);
        Ok(PendingPage { webhooks, ended: ended as u64, next: next.filter(|_| full) })
    }

    /// Returns those of `webhooks` that wait for their job now.
    ///
    /// # Errors
    /// As any statement.
    pub async fn still_pending(&self, webhooks: &[PendingWebhook]) -> Result<Vec<PendingWebhook>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let keys: Vec<_> = webhooks.iter().map(|w| (w.merchant_id.as_str(), w.log_id.as_str())).collect();
        let waiting = waiting(&mut tx, &keys).await?;
        tx.commit().await?;
        Ok(waiting)
    }
}

impl Batch {
    fn webhooks(&self) -> impl Iterator<Item = (&str, &str)> {
        self.merchant_ids.iter().map(String::as_str).zip(self.log_ids.iter().map(String::as_str))
    }
}

async fn batches(tx: &mut Tx, age: Duration, after: i64, rows_max: i64) -> Result<Vec<Batch>, StoreError> {
    Ok(sqlx::query_as!(
        Batch,
        "SELECT batch_id, created_at, merchant_ids, log_ids
         FROM (SELECT *, sum(cardinality(log_ids)) OVER (ORDER BY batch_id) AS up_to
               FROM (SELECT * FROM webhook_batches
                     WHERE batch_id > $1 AND created_at <= CURRENT_TIMESTAMP - make_interval(secs => $2)
                     ORDER BY batch_id LIMIT $3) b) counted
         WHERE up_to - cardinality(log_ids) < $3
         ORDER BY batch_id",
        after,
        age.as_secs_f64(),
        rows_max
    )
    .fetch_all(&mut **tx)
    .await?)
}

async fn waiting(tx: &mut Tx, keys: &[(&str, &str)]) -> Result<Vec<PendingWebhook>, StoreError> {
    let (merchants, logs): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"SELECT l.merchant_id, l.log_id, l.job_kind AS "job_kind!"
           FROM unnest($1::text[], $2::text[]) AS k(merchant_id, log_id)
           CROSS JOIN LATERAL (SELECT * FROM api_logs
                               WHERE merchant_id = k.merchant_id AND log_id = k.log_id AND status = 'pending' AND job_kind IS NOT NULL
                               OFFSET 0) l"#,
        merchants as _,
        logs as _
    )
    .fetch_all(&mut **tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        Ok(PendingWebhook {
            merchant_id: MerchantId::parse(&row.merchant_id)
                .map_err(|e| StoreError::corrupt("api_logs.merchant_id", e))?,
            log_id: LogId::parse(&row.log_id).map_err(|e| StoreError::corrupt("api_logs.log_id", e))?,
            job_kind: row.job_kind,
        })
    });
    read.collect()
}

/// Puts what still waits of the batches that are partly done into one, in their stead.
async fn compact_batches(tx: &mut Tx, batches: &[Batch], waiting: &[PendingWebhook]) -> Result<(), StoreError> {
    let waiting: HashSet<&str> = waiting.iter().map(|webhook| webhook.log_id.as_str()).collect();
    let is_left = |(_, log_id): &(&str, &str)| waiting.contains(log_id);
    let partly: Vec<&Batch> =
        batches.iter().filter(|batch| !batch.webhooks().all(|webhook| is_left(&webhook))).collect();
    let left: BTreeSet<(&str, &str)> = partly.iter().flat_map(|batch| batch.webhooks()).filter(is_left).collect();
    let (merchants, logs): (Vec<&str>, Vec<&str>) = left.into_iter().unzip();
    sqlx::query!(
        "WITH gone AS (DELETE FROM webhook_batches WHERE batch_id = ANY ($1))
         INSERT INTO webhook_batches (created_at, merchant_ids, log_ids) SELECT $2, $3, $4 WHERE cardinality($4::text[]) > 0",
        &partly.iter().map(|batch| batch.batch_id).collect::<Vec<_>>(),
        partly.iter().map(|batch| batch.created_at).min(),
        merchants as _,
        logs as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
