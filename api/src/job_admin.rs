//! Operators' changes of jobs and queues, which concern both stores: PostgreSQL, which stores the work to be done, is written
//! first, so that Redis may be lost at any moment in between. Refuses to know HTTP and permissions: the endpoints handle these.

use chrono::{DateTime, Utc};
use domain::MerchantId;
use jobs::{
    Action, BATCH_JOBS_MAX, InvalidJob, InvalidSetting, JobId, JobKind, JobRef, Lane, NewJob, PayloadError, QueueError,
    Queues, Setting, Settings,
};
use store::jobs::queue_settings;
use store::jobs::{Cursor, DeadLetterFound, DeadLetterKey, Search};
use store::{Store, StoreError, TenantScope};

/// Why something was not done, or only some of it: the same call may be made again.
#[derive(Debug, thiserror::Error)]
pub enum JobAdminError {
    /// PostgreSQL.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Redis.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The caller asks for what cannot be set.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// What PostgreSQL keeps of a queue's settings cannot be read.
    #[error("the kept settings of a queue cannot be read")]
    Kept(#[from] serde_json::Error),
    /// The settings are not as the caller has seen them.
    #[error("the settings were changed meanwhile")]
    Changed,
}

/// Why one dead letter cannot be enqueued again.
#[derive(Debug, thiserror::Error)]
pub enum NotReplayable {
    /// Its kind is no longer known.
    #[error("there is no kind of job named {0:?}")]
    Kind(String),
    /// Its id, lane, or merchant is not one.
    #[error(transparent)]
    Job(#[from] InvalidJob),
    /// Its merchant is not one.
    #[error("its merchant is not one")]
    Merchant(#[from] domain::IdError),
    /// Its payload is not one of its kind: edit it.
    #[error(transparent)]
    Payload(#[from] PayloadError),
}

/// What a replay came to.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Jobs that wait again.
    pub jobs: Vec<JobId>,
    /// Letters that stay dead, each with the reason.
    pub refused: Vec<(String, NotReplayable)>,
    /// Where the next step begins. None: all is done.
    pub next: Option<Cursor>,
}

/// Enqueues dead letters again, each under its own id and with all its attempts. Whether Redis still knows them does not matter.
/// A letter is marked only when its job is in Redis; a webhook's job is safe even before that, as its webhook is open again.
///
/// # Errors
/// Fails when a store is unavailable; the same call may be repeated, and doubles nothing.
pub async fn replay(
    store: &Store,
    queues: &Queues,
    letters: &[DeadLetterFound],
    now: DateTime<Utc>,
) -> Result<Replayed, JobAdminError> {
    let (mut replayed, mut jobs, mut keys) = (Replayed::default(), Vec::new(), Vec::new());
    for letter in letters.iter().take(BATCH_JOBS_MAX) {
        match job(letter) {
            Ok((job, key)) => {
                jobs.push(job);
                keys.push(key);
            }
            Err(error) => replayed.refused.push((letter.job_id.clone(), error)),
        }
    }
    if keys.is_empty() {
        return Ok(replayed);
    }
    store.reopen_work(&keys).await?;
    // One that is dead in Redis, too, is brought back to life there: enqueueing would find it stored.
    for kind in JobKind::ALL {
        let of_kind = jobs.iter().filter(|job| job.kind() == kind);
        let refs: Vec<_> = of_kind.map(|job| JobRef { lane: job.lane().clone(), job_id: job.id().clone() }).collect();
        queues.queue(kind).act(&Action::Retry, &refs).await?;
    }
    replayed.jobs = queues.enqueue(&jobs).await?;
    store.mark_replayed(&keys, now).await?;
    Ok(replayed)
}

/// One step of a replay of all that a search finds.
///
/// # Errors
/// As [`replay`].
pub async fn replay_step(
    store: &Store,
    queues: &Queues,
    search: &Search,
    after: Option<&Cursor>,
    now: DateTime<Utc>,
) -> Result<Replayed, JobAdminError> {
    let rows_max = i64::try_from(BATCH_JOBS_MAX).unwrap_or(i64::MAX);
    let found = store.search_dead_letters(search, after, rows_max).await?;
    let mut replayed = replay(store, queues, &found.rows, now).await?;
    replayed.next = found.next;
    Ok(replayed)
}

/// Does what an operator asks to jobs that Redis holds. An action that ends a job before its work is done settles what it is about,
/// too: see [`abandon`]. Returns the jobs that it fitted.
///
/// # Errors
/// Fails when a store is unavailable; the same call may be repeated.
pub async fn act(
    store: &Store,
    queues: &Queues,
    kind: JobKind,
    action: &Action,
    jobs: &[JobRef],
    reason: &str,
) -> Result<Vec<JobRef>, JobAdminError> {
    match action {
        Action::Delete | Action::Cancel => abandon(store, queues, kind, action, jobs, reason).await,
        Action::Retry | Action::RunNow | Action::MoveToDead { .. } => Ok(queues.queue(kind).act(action, jobs).await?),
    }
}

/// Deletes dead letters. Returns how many there were.
///
/// # Errors
/// Fails when PostgreSQL is unavailable.
pub async fn delete_letters(store: &Store, letters: &[DeadLetterFound]) -> Result<u64, JobAdminError> {
    let keys = letters.iter().filter_map(|letter| {
        let merchant_id = MerchantId::parse(&letter.merchant_id).ok()?;
        Some(DeadLetterKey { merchant_id, job_id: letter.job_id.clone(), died_at: letter.died_at })
    });
    let keys: Vec<_> = keys.collect();
    if keys.is_empty() { Ok(0) } else { Ok(store.delete_dead_letters(&keys).await?) }
}

/// Deletes jobs that wait, or cancels those that run; and settles the webhooks or deliveries of events they are about first, or
/// the sweeps would bring them back. Answers the jobs that were deleted, or are to be cancelled at their workers' next heartbeats.
///
/// # Errors
/// Fails when a store is unavailable; the same call may be repeated.
pub async fn abandon(
    store: &Store,
    queues: &Queues,
    kind: JobKind,
    action: &Action,
    jobs: &[JobRef],
    reason: &str,
) -> Result<Vec<JobRef>, JobAdminError> {
    // Only jobs that the action fits: others keep their webhooks.
    let views = queues.queue(kind).jobs(jobs).await?;
    let jobs: Vec<_> = views.into_iter().filter(|view| action.fits(view.state)).map(|view| view.job).collect();
    let keys = jobs.iter().filter_map(|job| {
        let merchant = MerchantId::parse(job.lane.as_str()).ok()?;
        Some((merchant, job.job_id.to_string()))
    });
    let keys: Vec<_> = keys.collect();
    match kind.is_of_webhook() {
        true => store.abandon_webhooks(&keys, reason).await?,
        false => store.abandon_deliveries(&keys).await?,
    };
    Ok(queues.queue(kind).act(action, &jobs).await?)
}

/// Changes what is set of a queue: all of `changes`, or none. Answers what is set now. From the first change on, PostgreSQL
/// decides: what was set in Redis alone is undone.
///
/// # Errors
/// Fails when a change cannot be made, or a store is unavailable: then the same call may be repeated.
pub async fn configure(
    store: &Store,
    queues: &Queues,
    kind: JobKind,
    changes: impl IntoIterator<Item = Setting>,
) -> Result<Settings, JobAdminError> {
    configure_if(store, queues, kind, changes, |_| true).await
}

/// Changes what is set of a queue as [`configure`] does, if what is set now is as the caller has seen it.
///
/// # Errors
/// As [`configure`]; and [`JobAdminError::Changed`] when somebody else changed the settings meanwhile.
pub async fn configure_if(
    store: &Store,
    queues: &Queues,
    kind: JobKind,
    changes: impl IntoIterator<Item = Setting>,
    is_as_seen: impl FnOnce(&Settings) -> bool,
) -> Result<Settings, JobAdminError> {
    let mut tx = store.begin(&TenantScope::Platform).await?;
    let mut settings = Settings::from_json(&queue_settings::lock(&mut tx, kind.name()).await?)?;
    if !is_as_seen(&settings) {
        return Err(JobAdminError::Changed);
    }
    for change in changes {
        settings.set(change)?;
    }
    queue_settings::save(&mut tx, kind.name(), &settings.to_json()?).await?;
    // Before the commit: others who would change them wait for it, and if Redis is away, nothing has changed. What it has of a
    // change that was not committed then, the scheduler undoes.
    queues.queue(kind).restore(&settings).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(settings)
}

fn job(letter: &DeadLetterFound) -> Result<(NewJob, DeadLetterKey), NotReplayable> {
    let kind = JobKind::parse(&letter.queue).ok_or_else(|| NotReplayable::Kind(letter.queue.clone()))?;
    let merchant_id = MerchantId::parse(&letter.merchant_id)?;
    let id = JobId::parse(&letter.job_id)?;
    let version = u16::try_from(letter.version).unwrap_or(u16::MAX);
    let mut job = NewJob::restore(kind, id, Lane::of(&merchant_id), version, &letter.payload)?;
    if let Some(trace) = &letter.trace_id {
        job = job.trace(trace.as_str());
    }
    if let Some(parent) = &letter.parent_id {
        job = job.parent(&JobId::parse(parent)?);
    }
    Ok((job, DeadLetterKey { merchant_id, job_id: letter.job_id.clone(), died_at: letter.died_at }))
}
