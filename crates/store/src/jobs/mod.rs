//! The history of jobs: attempts and dead letters, searched by any of their columns, one job's timeline, and what is forgotten.
//!
//! A search is bounded whatever is stored. It walks the index of its most telling filter, newest first, and tests the other
//! filters on what it finds, [`ROWS_LOOKED_AT_MAX`] rows at a time until its page is full or [`LOOK_TIME_MAX`] has passed;
//! then it answers with where to go on. So a page may be short, or empty, and not be the last. Words in errors and
//! reasons have indexes of their own.

mod attempts;
mod dead_letters;
mod outcomes;
pub mod queue_settings;
mod retention;
mod timeline;

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::MerchantId;
use tokio::time::Instant;

use crate::{Store, StoreError, TenantScope, Tx};

pub use attempts::AttemptFound;
pub use dead_letters::{DeadLetterFound, DeadLetterKey};
pub use outcomes::{AttemptRow, DeadLetterRow};
pub use timeline::{Child, Timeline, WebhookFound};

/// Rows that one statement looks at.
pub const ROWS_LOOKED_AT_MAX: i64 = 2_000;
/// No further statement begins after this.
pub const LOOK_TIME_MAX: Duration = Duration::from_millis(100);
/// Rows of one page.
pub const PAGE_ROWS_MAX: i64 = 500;
/// Greater than every id: ids are ULIDs.
const AFTER_ALL_IDS: &str = "~";

/// What to search for. All conditions must hold.
#[derive(Debug, Clone)]
pub struct Search {
    /// Of this merchant. None: of all, for the platform only.
    pub merchant: Option<MerchantId>,
    /// Of this job.
    pub job_id: Option<String>,
    /// Of this kind.
    pub queue: Option<String>,
    /// Caused by a webhook of this topic.
    pub topic: Option<String>,
    /// With an error of this class.
    pub error_class: Option<String>,
    /// With this in the error: words in any order, "phrases", -exclusions, and `or`, whatever the case.
    pub text: Option<String>,
    /// Not before.
    pub from: DateTime<Utc>,
    /// Before.
    pub until: DateTime<Utc>,
    /// Dead letters that were replayed, too.
    pub with_replayed: bool,
}

impl Search {
    /// Everything in that time.
    #[must_use]
    pub fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self {
            merchant: None,
            job_id: None,
            queue: None,
            topic: None,
            error_class: None,
            text: None,
            from,
            until,
            with_replayed: false,
        }
    }

    fn scope(&self) -> TenantScope {
        self.merchant.as_ref().map_or(TenantScope::Platform, TenantScope::of)
    }

    /// The filter whose index is walked, and what it must be.
    fn driver(&self) -> (DrivingIndex, Option<&str>) {
        let candidates = [
            (DrivingIndex::Job, self.job_id.as_deref()),
            (DrivingIndex::Merchant, self.merchant.as_ref().map(MerchantId::as_str)),
            (DrivingIndex::Class, self.error_class.as_deref()),
            (DrivingIndex::Topic, self.topic.as_deref()),
            (DrivingIndex::Queue, self.queue.as_deref()),
        ];
        candidates.into_iter().find(|(_, key)| key.is_some()).unwrap_or((DrivingIndex::Time, None))
    }
}

/// The index that a search walks.
#[derive(Debug, Clone, Copy)]
enum DrivingIndex {
    Job,
    Merchant,
    Class,
    Topic,
    Queue,
    Time,
}

/// Where a page ended: what comes next is older, or as old with a smaller id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Time of the last row looked at.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: String,
}

impl Cursor {
    /// Before the first page.
    fn start(search: &Search) -> Self {
        Self { at: search.until, id: AFTER_ALL_IDS.to_owned() }
    }
}

/// What a search found.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// Newest first.
    pub rows: Vec<T>,
    /// Where to go on. None: all has been looked at.
    pub next: Option<Cursor>,
}

/// How a search looks at some rows. A trait of its own, not a closure: of a closure over a borrowed transaction the compiler cannot
/// show that its future may move between threads.
trait Looks: Sync {
    /// What it finds.
    type Row: Send;

    /// Looks at some rows after `after`. Returns at most `rows_max` that match, and where to go on.
    fn look(
        &self,
        tx: &mut Tx,
        after: &Cursor,
        rows_max: i64,
    ) -> impl Future<Output = Result<(Vec<Self::Row>, Option<Cursor>), StoreError>> + Send;
}

/// One page, newest first: `looks` looks at some rows behind a cursor and answers at most so many that match, and where to go
/// on; it is repeated until the page is full, there is no more, or the time is up.
async fn fill<L: Looks>(
    store: &Store,
    search: &Search,
    after: Option<&Cursor>,
    rows_max: i64,
    looks: L,
) -> Result<Page<L::Row>, StoreError> {
    let limit = rows_max.clamp(1, PAGE_ROWS_MAX);
    let mut tx = store.begin(&search.scope()).await?;
    let (begun, mut found) = (Instant::now(), Page { rows: Vec::new(), next: after.cloned() });
    loop {
        let after = found.next.take().unwrap_or_else(|| Cursor::start(search));
        let wanted = limit - i64::try_from(found.rows.len()).unwrap_or(limit);
        let (rows, next) = looks.look(&mut tx, &after, wanted).await?;
        found.rows.extend(rows);
        found.next = next;
        if found.next.is_none()
            || found.rows.len() >= usize::try_from(limit).unwrap_or(0)
            || begun.elapsed() > LOOK_TIME_MAX
        {
            break;
        }
    }
    tx.commit().await?;
    Ok(found)
}
