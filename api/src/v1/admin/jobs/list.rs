//! `GET /v1/api/admin/jobs`: the list for every state; counts of what matches; and values for the filter line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jobs::JobKind;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use tokio::time::Instant;

use super::filter::{Filter, FilterQuery};
use super::rows::{name_shops, paused};
use super::search::{Found, page, sources};
use crate::app::State;
use crate::error::ApiError;
use crate::ops::caller::{Caller, View};
use crate::ops::live::millis;
use crate::v1::OkStatus;
use crate::v1::admin::model::jobs::{
    ErrorGroup, Facets, Job, JobFilter, JobState, Jobs, Outcome, StateCount, StateCountState, Suggestions,
    SuggestionsValuesItem,
};
use crate::v1::admin::model::shared::Searched;
use crate::v1::admin::queues::workers_of;
use crate::v1::admin::{Answer, Tag};

/// Rows of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u64 = 100;
/// Jobs of one state that are counted one by one.
const COUNTED_MAX: usize = 2_000;
/// Classes of errors shown.
const GROUPS_MAX: usize = 20;
/// Parts that the time of a group's errors is cut into.
const BUCKETS: usize = 12;
/// Values suggested.
const SUGGESTIONS_MAX: usize = 20;

/// What a value of the filter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, poem_openapi::Enum)]
#[oai(rename_all = "snake_case")]
enum Qualifier {
    Kind,
    Shop,
    Topic,
    Class,
    Worker,
}

/// The operations.
#[derive(Default)]
pub(crate) struct ListApi;

#[OpenApi(tag = "Tag::Jobs")]
impl ListApi {
    /// Search jobs of every state
    #[oai(path = "/v1/api/admin/jobs", method = "get", operation_id = "listJobs")]
    async fn list(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        filter: FilterQuery,
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))] limit: Query<Option<u64>>,
        #[oai(validator(max_length = 1024))] cursor: Query<Option<String>>,
    ) -> Answer<Jobs> {
        Ok(Json(listed_page(&state, filter.0, false, limit.0, cursor.0.as_deref()).await?))
    }

    /// Counts of what matches
    #[oai(path = "/v1/api/admin/jobs/facets", method = "get", operation_id = "getJobFacets")]
    async fn facets(&self, state: Data<&Arc<State>>, _caller: Caller<View>, filter: FilterQuery) -> Answer<Facets> {
        let begun = Instant::now();
        let at = state.context.clock.now();
        let mut states = Vec::new();
        let (mut searched, mut dead) = ((0, true), Vec::new());
        for one in [JobState::Waiting, JobState::Delayed, JobState::Running, JobState::Dead] {
            let body = JobFilter { state: Some(vec![one]), ..filter.0.clone() };
            let filter = Filter::resolve(&state, body).await?;
            let (count, exact, found) = count(&state, &filter, one).await?;
            searched = (searched.0 + found.len() as u64, searched.1 && exact);
            states.push(StateCount { state: state_name(one), count, exact });
            if one == JobState::Dead {
                dead = found;
            }
        }
        Ok(Json(Facets {
            status: OkStatus::Ok,
            at,
            states,
            errors: groups(&dead, searched.1),
            searched: Searched {
                rows: searched.0,
                took_ms: millis(begun.elapsed()),
                complete: searched.1,
                until: None,
            },
        }))
    }

    /// Values for the filter
    #[oai(path = "/v1/api/admin/jobs/suggestions", method = "get", operation_id = "suggestValues")]
    async fn suggest(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        qualifier: Query<Qualifier>,
        #[oai(validator(max_length = 255))] prefix: Query<Option<String>>,
    ) -> Answer<Suggestions> {
        let prefix = prefix.0.unwrap_or_default().to_lowercase();
        let rows = i64::try_from(SUGGESTIONS_MAX).unwrap_or(1);
        let names: BTreeSet<String> = match qualifier.0 {
            Qualifier::Kind => JobKind::ALL.iter().map(|kind| kind.name().to_owned()).collect(),
            Qualifier::Topic => {
                let topics = JobKind::ALL.iter().flat_map(|kind| kind.topics());
                topics.map(|topic| (*topic).to_owned()).collect()
            }
            Qualifier::Shop => state.store.domains_with(&prefix, rows).await?.into_iter().collect(),
            Qualifier::Worker => workers_of(&state).await?.into_iter().map(|worker| worker.name).collect(),
            Qualifier::Class => {
                let body = JobFilter { state: Some(vec![JobState::Dead]), ..nothing() };
                let filter = Filter::resolve(&state, body).await?;
                let (_, _, found) = count(&state, &filter, JobState::Dead).await?;
                found.into_iter().filter_map(|found| found.job.error_class).collect()
            }
        };
        let fitting = names.into_iter().filter(|name| name.to_lowercase().starts_with(&prefix)).take(SUGGESTIONS_MAX);
        let values = fitting.map(|value| SuggestionsValuesItem { value, count: None }).collect();
        Ok(Json(Suggestions { status: OkStatus::Ok, values, total: None }))
    }
}

/// A filter without conditions.
pub(crate) fn nothing() -> JobFilter {
    JobFilter {
        state: None,
        paused: None,
        kind: None,
        not_kind: None,
        shop: None,
        not_shop: None,
        topic: None,
        not_topic: None,
        class: None,
        not_class: None,
        id: None,
        attempts_min: None,
        attempts_max: None,
        since: None,
        before: None,
        field: None,
        text: None,
        replayed: None,
    }
}

/// A page of the list; of dead letters alone if `letters_only`.
///
/// # Errors
/// As the search.
pub(crate) async fn listed_page(
    state: &State,
    body: JobFilter,
    letters_only: bool,
    limit: Option<u64>,
    cursor: Option<&str>,
) -> Result<Jobs, ApiError> {
    let begun = Instant::now();
    let at = state.context.clock.now();
    let filter = Filter::resolve(state, body).await?;
    let limit = usize::try_from(limit.unwrap_or(PAGE_ROWS_DEFAULT)).unwrap_or(1);
    let sources = sources(&filter, letters_only);
    let found = page(state, &filter, &sources, (cursor, limit), &paused(state).await).await?;
    let mut jobs: Vec<Job> = found.found.into_iter().map(|found| found.job).collect();
    name_shops(state, &mut jobs).await;
    let complete = found.next.is_none();
    let until = jobs.last().filter(|_| !complete).map(|job| job.at);
    let searched = Searched { rows: found.looked_at, took_ms: millis(begun.elapsed()), complete, until };
    Ok(Jobs { status: OkStatus::Ok, at, jobs, searched, next_cursor: found.next })
}

/// How many jobs of a state match: exactly where only the queue is asked for, else as far as the search comes.
async fn count(state: &State, filter: &Filter, wanted: JobState) -> Result<(u64, bool, Vec<Found>), ApiError> {
    let sources = sources(filter, false);
    let found = page(state, filter, &sources, (None, COUNTED_MAX), &paused(state).await).await?;
    let (counted, exact) = (found.found.len() as u64, found.next.is_none());
    if exact || !only_queues(&filter.body) {
        return Ok((counted, exact, found.found));
    }
    let snapshot = state.ops.live.newest(state).await;
    let kinds: BTreeSet<&str> = filter.kinds().into_iter().map(JobKind::name).collect();
    let queues = snapshot.snapshot.queues.iter().filter(|queue| kinds.contains(queue.queue.as_str()));
    let of_state = queues.map(|queue| match wanted {
        JobState::Waiting => queue.waiting,
        JobState::Delayed => queue.delayed,
        JobState::Running => queue.running,
        _ => queue.dead,
    });
    Ok((of_state.sum::<u64>().max(counted), wanted != JobState::Dead, found.found))
}

/// Whether no condition but kinds is set.
fn only_queues(body: &JobFilter) -> bool {
    let rest = JobFilter { state: None, kind: None, not_kind: None, ..body.clone() };
    format!("{rest:?}") == format!("{:?}", nothing())
}

const fn state_name(state: JobState) -> StateCountState {
    match state {
        JobState::Waiting => StateCountState::Waiting,
        JobState::Delayed => StateCountState::Delayed,
        JobState::Running => StateCountState::Running,
        JobState::Done => StateCountState::Done,
        JobState::Dead => StateCountState::Dead,
        JobState::Cancelled => StateCountState::Cancelled,
    }
}

/// Dead jobs by class of error, the most frequent first.
fn groups(dead: &[Found], exact: bool) -> Vec<ErrorGroup> {
    let mut by_class: BTreeMap<&str, Vec<&Job>> = BTreeMap::new();
    for found in dead {
        by_class.entry(found.job.error_class.as_deref().unwrap_or("unknown")).or_default().push(&found.job);
    }
    let (first, last) = (dead.iter().map(|found| found.job.at).min(), dead.iter().map(|found| found.job.at).max());
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let length_ms = (last - first).num_milliseconds().max(1);
    let mut groups: Vec<ErrorGroup> = by_class
        .into_iter()
        .map(|(class, jobs)| {
            let mut buckets = vec![0; BUCKETS];
            for job in &jobs {
                let part = (job.at - first).num_milliseconds() * (BUCKETS as i64 - 1) / length_ms;
                if let Some(bucket) = usize::try_from(part).ok().and_then(|part| buckets.get_mut(part)) {
                    *bucket += 1;
                }
            }
            let last_at = jobs.iter().map(|job| job.at).max().unwrap_or(last);
            let count = jobs.len() as u64;
            ErrorGroup { error_class: class.to_owned(), outcome: Outcome::Dead, count, exact, last_at, buckets }
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups.truncate(GROUPS_MAX);
    groups
}
