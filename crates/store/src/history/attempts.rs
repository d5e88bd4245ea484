//! Attempts by any of their columns.

use chrono::{DateTime, Utc};

use super::{Cursor, Driver, Found, ROWS_LOOKED_AT_MAX, Search, fill};
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
               AND ($9::text IS NULL OR error_class = $9) AND ($10::text IS NULL OR strpos(lower(error), $10) > 0)
             ORDER BY finished_at DESC, attempt_id DESC LIMIT $11 OFFSET $12",
            $key,
            $page.from,
            $page.until,
            $page.cursor.at,
            $page.cursor.id,
            ROWS_LOOKED_AT_MAX,
            $page.queue,
            $page.topic,
            $page.error_class,
            $page.text,
            $page.limit,
            $page.offset
        )
        .fetch_all(&mut **$tx)
        .await
    };
}

/// Parameters of the statement.
struct Page<'a> {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    cursor: &'a Cursor,
    queue: Option<&'a str>,
    topic: Option<&'a str>,
    error_class: Option<&'a str>,
    text: Option<String>,
    limit: i64,
    offset: i64,
}

async fn look(tx: &mut Tx, search: &Search, page: &Page<'_>) -> Result<Vec<AttemptFound>, StoreError> {
    let (driver, key) = search.driver();
    let rows = match driver {
        Driver::Job => search!(tx, key, page, "job_id = $1"),
        Driver::Merchant => search!(tx, key, page, "merchant_id = $1"),
        Driver::Class => search!(tx, key, page, "error_class = $1"),
        Driver::Topic => search!(tx, key, page, "topic = $1"),
        Driver::Queue => search!(tx, key, page, "queue = $1"),
        Driver::Time => search!(tx, key, page, "$1::text IS NULL"),
    };
    Ok(rows?)
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
    ) -> Result<Found<AttemptFound>, StoreError> {
        fill(self, search, after, rows_max, async |tx, after, wanted| step(tx, search, after, wanted).await).await
    }
}

/// Looks at some rows. Answers those that match, and where to go on.
async fn step(
    tx: &mut Tx,
    search: &Search,
    after: &Cursor,
    limit: i64,
) -> Result<(Vec<AttemptFound>, Option<Cursor>), StoreError> {
    let page = Page {
        from: search.from,
        until: search.until,
        cursor: after,
        queue: search.queue.as_deref(),
        topic: search.topic.as_deref(),
        error_class: search.error_class.as_deref(),
        text: search.text.as_ref().map(|text| text.to_lowercase()),
        limit,
        offset: 0,
    };
    let rows = look(tx, search, &page).await?;
    let cursor = |last: &AttemptFound| Cursor { at: last.finished_at, id: last.attempt_id.clone() };
    if i64::try_from(rows.len()).is_ok_and(|rows| rows == limit) {
        let next = rows.last().map(cursor);
        return Ok((rows, next));
    }
    // The last row that was looked at, if there may be more behind it.
    let offset = ROWS_LOOKED_AT_MAX - 1;
    let unfiltered = Page { queue: None, topic: None, error_class: None, text: None, limit: 1, offset, ..page };
    let next = look(tx, search, &unfiltered).await?.last().map(cursor);
    Ok((rows, next))
}
