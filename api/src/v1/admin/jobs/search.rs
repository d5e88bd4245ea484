//! Searches jobs of every state in bounded steps: what runs, waits and is delayed in Redis, what is dead in both stores, and what
//! has ended in PostgreSQL. Sources are searched one after the other, each newest first; a cursor says which one it is in.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use domain::MerchantId;
use jobs::{JobKind, JobState as Stored, PageQuery};
use store::jobs::{Cursor, DeadLetterFound, Search};
use tokio::time::Instant;

use super::filter::Filter;
use super::fit::STORED;
use super::rows::{Paused, of_attempt, of_letter, of_view};
use crate::app::State;
use crate::error::{ApiError, Code};
use crate::v1::admin::model::jobs::{Job, JobState};

/// No further step begins after this.
const SEARCH_TIME_MAX: Duration = Duration::from_millis(200);
/// Rows that one step reads.
const STEP_ROWS_MAX: usize = 500;
/// How far back attempts are searched when the filter does not say: as long as they are kept.
const ATTEMPTS_DAYS_MAX: i64 = 30;
/// As [`ATTEMPTS_DAYS_MAX`], for dead letters.
const DEAD_DAYS_MAX: i64 = 90;

/// A place that has jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A state of a queue in Redis.
    Redis(JobKind, Stored),
    /// Dead letters in PostgreSQL.
    Letters,
    /// Attempts of jobs that have ended, in PostgreSQL.
    Attempts,
}

/// A job that was found, with what a bulk operation needs to act on it.
pub(crate) struct Found {
    pub(crate) job: Job,
    /// The dead letter it is; none: Redis has it, or it has ended.
    pub(crate) letter: Option<DeadLetterFound>,
}

/// One step, or a page.
pub(crate) struct Page {
    pub(crate) found: Vec<Found>,
    pub(crate) looked_at: u64,
    /// None: all was looked at.
    pub(crate) next: Option<String>,
}

/// The sources that can have what the filter wants, in the order they are searched.
pub(crate) fn sources(filter: &Filter, letters_only: bool) -> Vec<Source> {
    let mut sources = Vec::new();
    for (_, stored) in STORED.into_iter().filter(|(state, _)| !letters_only && filter.wants(*state)) {
        sources.extend(filter.kinds().into_iter().map(|kind| Source::Redis(kind, stored)));
    }
    let known_by_postgres = filter.body.paused != Some(true);
    if known_by_postgres && (letters_only || filter.wants(JobState::Dead)) {
        sources.push(Source::Letters);
    }
    if known_by_postgres && !letters_only && (filter.wants(JobState::Done) || filter.wants(JobState::Cancelled)) {
        sources.push(Source::Attempts);
    }
    sources
}

/// Reads a cursor: the number of the source, and where in it.
fn position(cursor: Option<&str>) -> Result<(usize, Option<String>), ApiError> {
    let Some(cursor) = cursor else { return Ok((0, None)) };
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (index, inner) = text.strip_prefix("jobs1:")?.split_once(':')?;
        Some((index.parse().ok()?, (!inner.is_empty()).then(|| inner.to_owned())))
    };
    read().ok_or_else(|| ApiError::new(Code::InvalidParameter, "cursor is not a next_cursor of this list"))
}

fn cursor_of(index: usize, inner: Option<&str>) -> String {
    URL_SAFE_NO_PAD.encode(format!("jobs1:{index}:{}", inner.unwrap_or_default()))
}

/// A page: steps until it is full, there is no more, or the time is up.
///
/// # Errors
/// 400 when the cursor is none; 503 when a store that is needed is unavailable.
pub(crate) async fn page(
    state: &State,
    filter: &Filter,
    sources: &[Source],
    (cursor, limit): (Option<&str>, usize),
    paused: &Paused,
) -> Result<Page, ApiError> {
    let begun = Instant::now();
    let (mut index, mut inner) = position(cursor)?;
    let mut page = Page { found: Vec::new(), looked_at: 0, next: None };
    while let Some(source) = sources.get(index) {
        let wanted = limit - page.found.len();
        if wanted == 0 || begun.elapsed() > SEARCH_TIME_MAX {
            page.next = Some(cursor_of(index, inner.as_deref()));
            break;
        }
        let step = step(state, filter, *source, (inner.as_deref(), wanted.min(STEP_ROWS_MAX)), paused).await?;
        page.looked_at += step.looked_at;
        page.found.extend(step.found);
        inner = step.next;
        if inner.is_none() {
            index += 1;
        }
    }
    Ok(page)
}

async fn step(
    state: &State,
    filter: &Filter,
    source: Source,
    (inner, rows): (Option<&str>, usize),
    paused: &Paused,
) -> Result<Page, ApiError> {
    let now = state.context.clock.now();
    match source {
        Source::Redis(kind, stored) => {
            let lane = filter.only_lane().cloned();
            let query = PageQuery { state: stored, lane, limit: rows, cursor: inner.map(str::to_owned) };
            let read = state.queues.queue(kind).page(&query).await?;
            let looked_at = read.jobs.len() as u64;
            let matching = read.jobs.iter().filter_map(|view| {
                let job = of_view(view, paused, now);
                filter.matches(&job, &view.payload, false).then_some(Found { job, letter: None })
            });
            Ok(Page { found: matching.collect(), looked_at, next: read.cursor })
        }
        Source::Letters => {
            let search = search(filter, now, DEAD_DAYS_MAX);
            let after = inner.map(read_cursor).transpose()?;
            let read = state.store.search_dead_letters(&search, after.as_ref(), rows_of(rows)).await?;
            let looked_at = read.rows.len() as u64;
            let matching = read.rows.into_iter().filter_map(|letter| {
                let job = of_letter(&letter);
                let matches = filter.matches(&job, &letter.payload, true);
                matches.then_some(Found { job, letter: Some(letter) })
            });
            Ok(Page { found: matching.collect(), looked_at, next: read.next.as_ref().map(write_cursor) })
        }
        Source::Attempts => {
            let search = search(filter, now, ATTEMPTS_DAYS_MAX);
            let after = inner.map(read_cursor).transpose()?;
            let read = state.store.search_attempts(&search, after.as_ref(), rows_of(rows)).await?;
            let looked_at = read.rows.len() as u64;
            let ended = read.rows.iter().filter_map(of_attempt);
            let matching = ended.filter(|job| filter.wants(job.state) && filter.matches(job, "", true));
            let found = matching.map(|job| Found { job, letter: None }).collect();
            Ok(Page { found, looked_at, next: read.next.as_ref().map(write_cursor) })
        }
    }
}

fn rows_of(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

fn write_cursor(cursor: &Cursor) -> String {
    format!("{}~{}", cursor.at.timestamp_micros(), cursor.id)
}

fn read_cursor(text: &str) -> Result<Cursor, ApiError> {
    let read = || {
        let (at, id) = text.split_once('~')?;
        Some(Cursor { at: DateTime::from_timestamp_micros(at.parse().ok()?)?, id: id.to_owned() })
    };
    read().ok_or_else(|| ApiError::new(Code::InvalidParameter, "cursor is not a next_cursor of this list"))
}

/// The conditions that PostgreSQL tests; it walks the index of the most telling one.
fn search(filter: &Filter, now: DateTime<Utc>, days_max: i64) -> Search {
    let only = |values: &Option<Vec<String>>| match values.as_deref() {
        Some([value]) => Some(value.clone()),
        _ => None,
    };
    let body = &filter.body;
    // Rows that are written at this moment are found, too.
    let until = body.before.unwrap_or(now + TimeDelta::minutes(1));
    Search {
        merchant: filter.only_lane().and_then(|lane| MerchantId::parse(lane.as_str()).ok()),
        job_id: only(&body.id),
        queue: only(&body.kind),
        topic: only(&body.topic),
        error_class: only(&body.class),
        text: body.text.clone().filter(|text| !text.trim().is_empty()),
        with_replayed: body.replayed.unwrap_or(false),
        ..Search::between(body.since.unwrap_or(now - TimeDelta::days(days_max)), until)
    }
}
