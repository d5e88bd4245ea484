//! Attempts by any of their columns.

use chrono::{DateTime, Utc};
use domain::MerchantId;

use super::{Cursor, DrivingIndex, LOOK_TIME_MAX, Looks, Page, ROWS_LOOKED_AT_MAX, Search, fill};
use crate::{Store, StoreError, Tx};

/// One run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptFound {
    /// Whose.
    pub merchant_id: String,
    /// Id of the record; empty for the success of a webhook's job, which stands in its webhook's record.
    pub attempt_id: String,
    /// The job.
    pub job_id: String,
    /// The job or webhook that caused it.
    pub parent_id: Option<String>,
    /// Its kind.
    pub queue: String,
    /// Topic of its webhook.
    pub topic: Option<String>,
    /// Which attempt, from 1.
    pub attempt: i32,
    /// Who ran it.
    pub worker: String,
    /// `done`, `retried`, `snoozed`, `cancelled` or `dead`.
    pub outcome: String,
    /// Class of its error.
    pub error_class: Option<String>,
    /// The chain of causes.
    pub error: Option<String>,
    /// Trace context of the job.
    pub trace_id: Option<String>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
}

macro_rules! search {
    ($tx:ident, $key:ident, $page:ident, $driver:tt) => {
        sqlx::query_as!(
            AttemptFound,
            "SELECT merchant_id, attempt_id, job_id, parent_id, queue, topic, attempt, worker, outcome, error_class, error,
                    trace_id, started_at, finished_at
             FROM (SELECT * FROM job_attempts
                   WHERE " + $driver + " AND finished_at >= $2 AND finished_at < $3 AND (finished_at, attempt_id) < ($4, $5)
                   ORDER BY finished_at DESC, attempt_id DESC LIMIT $6) looked
             WHERE ($7::text IS NULL OR queue = $7) AND ($8::text IS NULL OR topic = $8)
               AND ($9::text IS NULL OR error_class = $9)
             ORDER BY finished_at DESC, attempt_id DESC LIMIT $10 OFFSET $11",
            $key,
            $page.from,
            $page.until,
            $page.cursor.at,
            $page.cursor.id,
            ROWS_LOOKED_AT_MAX,
            $page.queue,
            $page.topic,
            $page.error_class,
            $page.limit,
            $page.offset
        )
        .fetch_all(&mut **$tx)
        .await
    };
}

/// Parameters of the statement.
struct Window<'a> {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    cursor: &'a Cursor,
    queue: Option<&'a str>,
    topic: Option<&'a str>,
    error_class: Option<&'a str>,
    limit: i64,
    offset: i64,
}

async fn scan(tx: &mut Tx, search: &Search, page: &Window<'_>) -> Result<Vec<AttemptFound>, StoreError> {
    let (driver, key) = search.driver();
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

/// By the index on words. Answers the attempts that match, and where to go on.
async fn scan_for_words(
    tx: &mut Tx,
    words: &str,
    search: &Search,
    after: &Cursor,
    limit: i64,
) -> Result<(Vec<AttemptFound>, Option<Cursor>), StoreError> {
    let found = sqlx::query!(
        r#"SELECT found_merchant, found_at AS "at!", found_attempt AS "id!"
           FROM job_attempts_with_words($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"#,
        words,
        search.merchant.as_ref().map(MerchantId::as_str),
        search.queue,
        search.topic,
        search.error_class,
        search.job_id,
        search.from,
        search.until,
        after.at,
        after.id,
        i32::try_from(limit).unwrap_or(i32::MAX),
        LOOK_TIME_MAX as _
    )
    .fetch_all(&mut **tx)
    .await?;
    // The function ends with a row without merchant when its time was up, and with as many as were wanted when there may be more.
    let timed_out = found.last().is_some_and(|last| last.found_merchant.is_none());
    let is_full = i64::try_from(found.len()).is_ok_and(|rows| rows == limit);
    let next = found.last().filter(|_| timed_out || is_full).map(|last| Cursor { at: last.at, id: last.id.clone() });
    let keys = found.iter().filter_map(|key| Some((key.found_merchant.as_deref()?, key.at, key.id.as_str())));
    Ok((read(tx, keys.collect()).await?, next))
}

/// The attempts with these keys, newest first.
async fn read(tx: &mut Tx, keys: Vec<(&str, DateTime<Utc>, &str)>) -> Result<Vec<AttemptFound>, StoreError> {
    let rows = sqlx::query_as!(
        AttemptFound,
        "SELECT a.merchant_id, a.attempt_id, a.job_id, a.parent_id, a.queue, a.topic, a.attempt, a.worker, a.outcome, a.error_class,
                a.error, a.trace_id, a.started_at, a.finished_at
         FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS k(merchant_id, finished_at, attempt_id)
         CROSS JOIN LATERAL (SELECT * FROM job_attempts
                             WHERE merchant_id = k.merchant_id AND finished_at = k.finished_at AND attempt_id = k.attempt_id OFFSET 0) a
         ORDER BY a.finished_at DESC, a.attempt_id DESC",
        keys.iter().map(|key| key.0).collect::<Vec<_>>() as _,
        keys.iter().map(|key| key.1).collect::<Vec<_>>() as _,
        keys.iter().map(|key| key.2).collect::<Vec<_>>() as _
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows)
}

/// What a search looks for.
struct Attempts<'a>(&'a Search);

impl Looks for Attempts<'_> {
    type Row = AttemptFound;

    async fn look(
        &self,
        tx: &mut Tx,
        after: &Cursor,
        rows_max: i64,
    ) -> Result<(Vec<AttemptFound>, Option<Cursor>), StoreError> {
        step(tx, self.0, after, rows_max).await
    }
}

impl Store {
    /// A page of attempts, newest first. The successful attempts of webhooks' jobs are not among them: they stand in the
    /// webhooks' records, and on [`Store::timeline`].
    ///
    /// # Errors
    /// As any statement.
    pub async fn search_attempts(
        &self,
        search: &Search,
        after: Option<&Cursor>,
        rows_max: i64,
    ) -> Result<Page<AttemptFound>, StoreError> {
        fill(self, search, after, rows_max, Attempts(search)).await
    }
}

/// Looks at some rows. Answers those that match, and where to go on.
async fn step(
    tx: &mut Tx,
    search: &Search,
    after: &Cursor,
    limit: i64,
) -> Result<(Vec<AttemptFound>, Option<Cursor>), StoreError> {
    if let Some(words) = &search.text {
        return scan_for_words(tx, words, search, after, limit).await;
    }
    let page = Window {
        from: search.from,
        until: search.until,
        cursor: after,
        queue: search.queue.as_deref(),
        topic: search.topic.as_deref(),
        error_class: search.error_class.as_deref(),
        limit,
        offset: 0,
    };
    let rows = scan(tx, search, &page).await?;
    let cursor = |last: &AttemptFound| Cursor { at: last.finished_at, id: last.attempt_id.clone() };
    if i64::try_from(rows.len()).is_ok_and(|rows| rows == limit) {
        let next = rows.last().map(cursor);
        return Ok((rows, next));
    }
    // The last row that was looked at, if there may be more behind it.
    let offset = ROWS_LOOKED_AT_MAX - 1;
    let unfiltered = Window { queue: None, topic: None, error_class: None, limit: 1, offset, ..page };
    let next = scan(tx, search, &unfiltered).await?.last().map(cursor);
    Ok((rows, next))
}
