//! Jobs as rows of a list, made of what Redis holds, of dead letters and of attempts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jobs::{JobKind, JobState as Stored, JobView, Lane, Settings};
use store::jobs::{AttemptFound, DeadLetterFound};

use crate::app::State;
use crate::v1::admin::model::jobs::{Delay, Job, JobState};
use crate::v1::admin::queues::shops_of;

/// Longest error that a list shows, in characters.
const ERROR_CHARS_MAX: usize = 300;

/// What is paused, by queue.
pub(crate) type Paused = BTreeMap<String, Settings>;

/// The settings of all queues, as far as PostgreSQL answers.
pub(crate) async fn paused(state: &State) -> Paused {
    let kept = state.store.queue_settings().await.unwrap_or_default();
    kept.into_iter().filter_map(|(queue, text)| Some((queue, Settings::from_json(&text).ok()?))).collect()
}

fn is_paused(paused: &Paused, queue: &str, lane: &Lane) -> bool {
    let settings = paused.get(queue);
    settings.is_some_and(|set| set.paused || set.lanes.get(lane).is_some_and(|lane| lane.paused))
}

fn millis_between(from: DateTime<Utc>, to: DateTime<Utc>) -> u64 {
    u64::try_from((to - from).num_milliseconds()).unwrap_or(0)
}

fn short(error: &str) -> String {
    error.chars().take(ERROR_CHARS_MAX).collect()
}

/// The topic of a webhook's job, where the kind handles one only.
fn only_topic(kind: JobKind) -> Option<String> {
    match kind.topics() {
        [topic] => Some((*topic).to_owned()),
        _ => None,
    }
}

/// The attempts that a job may have, where Redis no longer says: those of its kind today, and no fewer than it had.
fn max_attempts(queue: &str, attempts: u64) -> u64 {
    JobKind::parse(queue).map_or(0, |kind| u64::from(kind.policy().retry.attempts)).max(attempts)
}

/// A job that Redis holds.
pub(crate) fn of_view(view: &JobView, paused: &Paused, now: DateTime<Utc>) -> Job {
    let queue = view.kind.name();
    let (state, at) = match view.state {
        Stored::Waiting => (JobState::Waiting, view.enqueued_at),
        Stored::Delayed => (JobState::Delayed, view.enqueued_at),
        Stored::Running => (JobState::Running, view.run.as_ref().map_or(view.enqueued_at, |run| run.claimed_at)),
        Stored::Dead => (JobState::Dead, view.at.unwrap_or(view.enqueued_at)),
    };
    let why = if view.attempts == 0 { Delay::FirstRun } else { Delay::Retry };
    let delay = (state == JobState::Delayed).then_some(why);
    Job {
        job_id: view.job.job_id.to_string(),
        queue: queue.to_owned(),
        lane: view.job.lane.to_string(),
        state,
        paused: is_paused(paused, queue, &view.job.lane),
        attempts: u64::from(view.attempts),
        max_attempts: u64::from(view.max_attempts),
        rescues: u64::from(view.rescues),
        enqueued_at: view.enqueued_at,
        at,
        shop: None,
        topic: only_topic(view.kind),
        delay,
        due_at: view.at.filter(|_| state == JobState::Delayed),
        worker: view.run.as_ref().map(|run| run.worker.clone()),
        lease_ends_at: view.run.as_ref().map(|run| run.lease_ends_at),
        wait_ms: (state == JobState::Waiting).then(|| millis_between(view.enqueued_at, now)),
        run_ms: view.run.as_ref().map(|run| millis_between(run.claimed_at, now)),
        error_class: view.error_class.clone(),
        error: view.reason.as_deref().map(short),
        paused_by: None,
        replayed_at: None,
    }
}

/// A dead letter.
pub(crate) fn of_letter(letter: &DeadLetterFound) -> Job {
    let attempts = u64::from(letter.attempts.unsigned_abs());
    Job {
        job_id: letter.job_id.clone(),
        queue: letter.queue.clone(),
        lane: letter.merchant_id.clone(),
        state: JobState::Dead,
        paused: false,
        attempts,
        max_attempts: max_attempts(&letter.queue, attempts),
        rescues: 0,
        enqueued_at: letter.enqueued_at,
        at: letter.died_at,
        shop: None,
        topic: letter.topic.clone(),
        delay: None,
        due_at: None,
        worker: None,
        lease_ends_at: None,
        wait_ms: None,
        run_ms: None,
        error_class: Some(letter.error_class.clone()),
        error: Some(short(&letter.reason)),
        paused_by: None,
        replayed_at: letter.replayed_at,
    }
}

/// A job that has ended, by its last attempt. None: the attempt was not its last.
pub(crate) fn of_attempt(attempt: &AttemptFound) -> Option<Job> {
    let state = match attempt.outcome.as_str() {
        "done" => JobState::Done,
        "cancelled" => JobState::Cancelled,
        _ => return None,
    };
    let attempts = u64::from(attempt.attempt.unsigned_abs());
    let made = jobs::JobId::parse(&attempt.job_id).ok().and_then(|id| i64::try_from(id.made_at_ms()).ok());
    let enqueued_at = made.and_then(DateTime::from_timestamp_millis).unwrap_or(attempt.started_at);
    Some(Job {
        job_id: attempt.job_id.clone(),
        queue: attempt.queue.clone(),
        lane: attempt.merchant_id.clone(),
        state,
        paused: false,
        attempts,
        max_attempts: max_attempts(&attempt.queue, attempts),
        rescues: 0,
        enqueued_at,
        at: attempt.finished_at,
        shop: None,
        topic: attempt.topic.clone(),
        delay: None,
        due_at: None,
        worker: Some(attempt.worker.clone()),
        lease_ends_at: None,
        wait_ms: Some(millis_between(enqueued_at, attempt.started_at)),
        run_ms: Some(millis_between(attempt.started_at, attempt.finished_at)),
        error_class: attempt.error_class.clone(),
        error: attempt.error.as_deref().map(short),
        paused_by: None,
        replayed_at: None,
    })
}

/// Adds the domains of the shops, as far as PostgreSQL answers.
pub(crate) async fn name_shops(state: &State, jobs: &mut [Job]) {
    let lanes: Vec<Lane> = jobs.iter().filter_map(|job| Lane::parse(&job.lane).ok()).collect();
    let shops = shops_of(state, lanes.iter()).await;
    for job in jobs {
        job.shop = Lane::parse(&job.lane).ok().and_then(|lane| shops.get(&lane).cloned());
    }
}

/// Jobs that Redis holds, with their shops.
pub(crate) async fn of_views(state: &State, views: &[JobView], now: DateTime<Utc>) -> Vec<Job> {
    let paused = paused(state).await;
    let mut rows: Vec<Job> = views.iter().map(|view| of_view(view, &paused, now)).collect();
    name_shops(state, &mut rows).await;
    rows
}
