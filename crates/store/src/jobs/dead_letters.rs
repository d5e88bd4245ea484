//! Dead letters: found, counted, replayed, deleted.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use super::{Cursor, DrivingIndex, Looks, Page, ROWS_LOOKED_AT_MAX, Search, fill};
use crate::{Store, StoreError, TenantScope, Tx, events};

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterFound {
    /// Whose.
    pub merchant_id: String,
    /// The job.
    pub job_id: String,
    /// The job or webhook that caused it.
    pub parent_id: Option<String>,
    /// Its kind.
    pub queue: String,
    /// Topic of its webhook.
    pub topic: Option<String>,
    /// Version of its payload.
    pub version: i32,
    /// Its payload, JSON.
    pub payload: String,
    /// Attempts made.
    pub attempts: i32,
    /// Class of the error it died of.
    pub error_class: String,
    /// Why it was given up.
    pub reason: String,
    /// Trace context of the job.
    pub trace_id: Option<String>,
    /// When it was enqueued.
    pub enqueued_at: DateTime<Utc>,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
    /// When it was enqueued again, if it was.
    pub replayed_at: Option<DateTime<Utc>>,
}

/// A dead letter as it was found: a job that has died again since is another letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetterKey {
    /// Whose.
    pub merchant_id: MerchantId,
    /// The job.
    pub job_id: String,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
}

macro_rules! search {
    ($tx:ident, $key:ident, $page:ident, $driver:tt) => {
        sqlx::query_as!(
            DeadLetterFound,
            r#"SELECT merchant_id, job_id, parent_id, queue, topic, version, payload::text AS "payload!", attempts, error_class,
                      reason, trace_id, enqueued_at, died_at, replayed_at
               FROM (SELECT * FROM dead_letters
                     WHERE "# + $driver + r#" AND died_at >= $2 AND died_at < $3 AND (died_at, job_id) < ($4, $5)
                     ORDER BY died_at DESC, job_id DESC LIMIT $6) looked
               WHERE ($7::text IS NULL OR queue = $7) AND ($8::text IS NULL OR topic = $8)
                 AND ($9::text IS NULL OR error_class = $9) AND ($10 OR replayed_at IS NULL)
               ORDER BY died_at DESC, job_id DESC LIMIT $11 OFFSET $12"#,
            $key,
            $page.search.from,
            $page.search.until,
            $page.cursor.at,
            $page.cursor.id,
            ROWS_LOOKED_AT_MAX,
            $page.search.queue,
            $page.search.topic,
            $page.search.error_class,
            $page.search.with_replayed,
            $page.limit,
            $page.offset
        )
        .fetch_all(&mut **$tx)
        .await
    };
}

/// Parameters of the statement.
struct Window<'a> {
    search: &'a Search,
    cursor: &'a Cursor,
    limit: i64,
    offset: i64,
}

async fn scan(
    tx: &mut Tx,
    (driver, key): (DrivingIndex, Option<&str>),
    page: &Window<'_>,
) -> Result<Vec<DeadLetterFound>, StoreError> {
    let rows = match driver {
        DrivingIndex::Job => search!(tx, key, page, "job_id = $1"),
        DrivingIndex::Merchant => search!(tx, key, page, "merchant_id = $1"),
        DrivingIndex::Class => search!(tx, key, page, "error_class = $1"),
        DrivingIndex::Topic => search!(tx, key, page, "topic = $1"),
        DrivingIndex::Queue => search!(tx, key, page, "queue = $1"),
        DrivingIndex::Time => search!(tx, key, page, "$1::text IS NULL"),
    };
    Ok(rows?)
}

/// By the index on words; the other filters are tested on what it finds.
async fn scan_for_words(tx: &mut Tx, words: &str, page: &Window<'_>) -> Result<Vec<DeadLetterFound>, StoreError> {
    let search = page.search;
    let rows = sqlx::query_as!(
        DeadLetterFound,
        r#"SELECT d.merchant_id, d.job_id, d.parent_id, d.queue, d.topic, d.version, d.payload::text AS "payload!", d.attempts,
                  d.error_class, d.reason, d.trace_id, d.enqueued_at, d.died_at, d.replayed_at
           FROM dead_letters_with_words($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) f
           JOIN dead_letters d ON d.merchant_id = f.found_merchant AND d.job_id = f.found_job
           WHERE $12::text IS NULL OR d.job_id = $12
           ORDER BY d.died_at DESC, d.job_id DESC"#,
        words,
        search.merchant.as_ref().map(MerchantId::as_str),
        search.queue,
        search.topic,
        search.error_class,
        search.with_replayed,
        search.from,
        search.until,
        page.cursor.at,
        page.cursor.id,
        i32::try_from(page.limit).unwrap_or(i32::MAX),
        search.job_id
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// Looks at some rows. Answers those that match, and where to go on.
async fn step(
    tx: &mut Tx,
    search: &Search,
    after: &Cursor,
    limit: i64,
) -> Result<(Vec<DeadLetterFound>, Option<Cursor>), StoreError> {
    let page = Window { search, cursor: after, limit, offset: 0 };
    let rows = match &search.text {
        Some(words) => scan_for_words(tx, words, &page).await?,
        None => scan(tx, search.driver(), &page).await?,
    };
    let cursor = |last: &DeadLetterFound| Cursor { at: last.died_at, id: last.job_id.clone() };
    if i64::try_from(rows.len()).is_ok_and(|rows| rows == limit) {
        let next = rows.last().map(cursor);
        return Ok((rows, next));
    }
    if search.text.is_some() {
        return Ok((rows, None));
    }
    // The last row that was looked at, if there may be more behind it.
    let anything = Search { with_replayed: true, ..Search::between(search.from, search.until) };
    let unfiltered = Window { search: &anything, limit: 1, offset: ROWS_LOOKED_AT_MAX - 1, ..page };
    let next = scan(tx, search.driver(), &unfiltered).await?.last().map(cursor);
    Ok((rows, next))
}

/// What a search looks for.
struct DeadLetters<'a>(&'a Search);

impl Looks for DeadLetters<'_> {
    type Row = DeadLetterFound;

    async fn look(
        &self,
        tx: &mut Tx,
        after: &Cursor,
        rows_max: i64,
    ) -> Result<(Vec<DeadLetterFound>, Option<Cursor>), StoreError> {
        step(tx, self.0, after, rows_max).await
    }
}

impl Store {
    /// A page of dead letters, newest first.
    ///
    /// # Errors
    /// As any statement.
    pub async fn search_dead_letters(
        &self,
        search: &Search,
        after: Option<&Cursor>,
        rows_max: i64,
    ) -> Result<Page<DeadLetterFound>, StoreError> {
        fill(self, search, after, rows_max, DeadLetters(search)).await
    }

    /// Opens the webhooks and the deliveries of events of jobs again that were given up, before the jobs are enqueued again: from here
    /// on the sweeps see to it that they run, whatever becomes of Redis. Returns how many there were.
    ///
    /// # Errors
    /// As any statement.
    pub async fn reopen_work(&self, letters: &[DeadLetterKey]) -> Result<u64, StoreError> {
        let mut tx = self.begin(&scope(letters)).await?;
        let merchants: Vec<&str> = letters.iter().map(|letter| letter.merchant_id.as_str()).collect();
        let jobs: Vec<&str> = letters.iter().map(|letter| letter.job_id.as_str()).collect();
        let opened = sqlx::query_scalar!(
            r#"WITH opened AS (
                   UPDATE api_logs l SET status = 'pending', error = NULL, finished_at = NULL
                   FROM unnest($1::text[], $2::text[]) AS k(merchant_id, log_id)
                   WHERE l.merchant_id = k.merchant_id AND l.log_id = k.log_id AND l.status = 'failed' AND l.job_kind IS NOT NULL
                   RETURNING l.merchant_id, l.log_id
               ), batched AS (
                   INSERT INTO webhook_batches (merchant_ids, log_ids)
                   SELECT array_agg(merchant_id), array_agg(log_id) FROM opened HAVING count(*) > 0
               )
               SELECT count(*) AS "opened!" FROM opened"#,
            &merchants as _,
            &jobs as _
        )
        .fetch_one(&mut *tx)
        .await?;
        let deliveries = events::reopen(&mut tx, &merchants, &jobs).await?;
        tx.commit().await?;
        Ok(opened.unsigned_abs() + deliveries)
    }

    /// Notes that these were enqueued again. One that has died again since is left as it is. Answers how many were noted.
    ///
    /// # Errors
    /// As any statement.
    pub async fn mark_replayed(&self, letters: &[DeadLetterKey], now: DateTime<Utc>) -> Result<u64, StoreError> {
        let mut tx = self.begin(&scope(letters)).await?;
        let done = sqlx::query!(
            "UPDATE dead_letters d SET replayed_at = $4
             FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS k(merchant_id, job_id, died_at)
             WHERE d.merchant_id = k.merchant_id AND d.job_id = k.job_id AND d.died_at = k.died_at",
            letters.iter().map(|letter| letter.merchant_id.as_str()).collect::<Vec<_>>() as _,
            letters.iter().map(|letter| letter.job_id.as_str()).collect::<Vec<_>>() as _,
            &letters.iter().map(|letter| letter.died_at).collect::<Vec<_>>(),
            now
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// Deletes these. Their webhooks stay failed. Answers how many there were.
    ///
    /// # Errors
    /// As any statement.
    pub async fn delete_dead_letters(&self, letters: &[DeadLetterKey]) -> Result<u64, StoreError> {
        let mut tx = self.begin(&scope(letters)).await?;
        let done = sqlx::query!(
            "DELETE FROM dead_letters d USING unnest($1::text[], $2::text[], $3::timestamptz[]) AS k(merchant_id, job_id, died_at)
             WHERE d.merchant_id = k.merchant_id AND d.job_id = k.job_id AND d.died_at = k.died_at",
            letters.iter().map(|letter| letter.merchant_id.as_str()).collect::<Vec<_>>() as _,
            letters.iter().map(|letter| letter.job_id.as_str()).collect::<Vec<_>>() as _,
            &letters.iter().map(|letter| letter.died_at).collect::<Vec<_>>()
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }

    /// Settles webhooks without their jobs: those of jobs that a person deletes or cancels, before that is done in Redis, so
    /// that the sweep does not bring them back. Answers how many still waited.
    ///
    /// # Errors
    /// As any statement.
    pub async fn abandon_webhooks(&self, webhooks: &[(MerchantId, String)], reason: &str) -> Result<u64, StoreError> {
        let mut tx = self.begin(&TenantScope::of_all(webhooks.iter().map(|(merchant, _)| merchant))).await?;
        let done = sqlx::query!(
            "UPDATE api_logs l SET status = 'failed', error = $3, finished_at = CURRENT_TIMESTAMP
             FROM unnest($1::text[], $2::text[]) AS k(merchant_id, log_id)
             CROSS JOIN LATERAL (SELECT ctid FROM api_logs
                                 WHERE merchant_id = k.merchant_id AND log_id = k.log_id AND status = 'pending' FOR NO KEY UPDATE) found
             WHERE l.ctid = found.ctid",
            webhooks.iter().map(|(merchant, _)| merchant.as_str()).collect::<Vec<_>>() as _,
            webhooks.iter().map(|(_, log_id)| log_id.as_str()).collect::<Vec<_>>() as _,
            reason
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(done.rows_affected())
    }
}

fn scope(letters: &[DeadLetterKey]) -> TenantScope {
    TenantScope::of_all(letters.iter().map(|letter| &letter.merchant_id))
}
