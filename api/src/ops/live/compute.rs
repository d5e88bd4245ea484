//! Computes one snapshot: of each queue its counts, its last minute and its workers, all asked for at the same time over one
//! connection; and whether both stores answer. What changes slowly is asked for every few seconds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use jobs::{Counts, JobKind, QueueError, Settings, Span, Window, WorkerView};
use store::Store;
use tokio::time::{Instant, timeout};

use super::problems;
use crate::app::State;
use crate::ops::bulk;
use crate::ops::workers::{WorkerSeen, is_live, is_lost, merged};
use crate::v1::admin::model::snapshot::{BulkProgress, QueueNow, Snapshot, StoreHealth, StoreHealthState, Totals};

/// How long a store may take to answer, before it is shown as unavailable.
const PROBE_MAX: Duration = Duration::from_secs(1);
/// An answer that takes longer is shown as slow.
const SLOW: Duration = Duration::from_millis(100);
/// How often what changes slowly is asked for.
const SLOW_EVERY: Duration = Duration::from_secs(5);
/// Queues in a snapshot.
const QUEUES_MAX: usize = 500;

/// Age of the oldest waiting job that a queue should not exceed.
pub(crate) const OLDEST_AGE_LIMIT: Duration = Duration::from_secs(60);

/// What is kept from one snapshot to the next.
#[derive(Default)]
pub(super) struct Memory {
    slow: Option<(Instant, Slow)>,
    redis: Option<Since>,
    postgres: Option<Since>,
    pub(super) problems: BTreeMap<String, DateTime<Utc>>,
}

/// Since when a store is in its state.
#[derive(Clone, Copy)]
struct Since {
    state: StoreHealthState,
    at: DateTime<Utc>,
}

/// What changes slowly.
#[derive(Default, Clone)]
struct Slow {
    dead: BTreeMap<String, u64>,
    paused_lanes: BTreeMap<&'static str, u64>,
    hour: BTreeMap<&'static str, Window>,
    missed_ticks: Vec<(String, u64)>,
}

/// One queue as it was asked for.
pub(super) struct Asked {
    pub(super) kind: JobKind,
    pub(super) counts: Counts,
    pub(super) minute: Window,
    pub(super) hour: Window,
    pub(super) workers: Vec<WorkerView>,
    pub(super) dead: u64,
    paused_lanes: u64,
}

/// Computes a snapshot. A store that does not answer is said in it: it never fails.
pub(super) async fn snapshot(state: &State, memory: &mut Memory, seq: u64) -> Snapshot {
    let at = state.context.clock.now();
    let (redis, postgres) = tokio::join!(
        probe(async { state.queues.ping().await.map_err(|error: QueueError| error.to_string()) }),
        probe(async { state.store.ping().await.map_err(|error| error.to_string()) }),
    );
    let (redis_up, postgres_up) = (redis.is_ok(), postgres.is_ok());
    let redis = health(redis, "Redis did not answer within 1 s", &mut memory.redis, at);
    let postgres = health(postgres, "PostgreSQL did not answer within 1 s", &mut memory.postgres, at);
    let slow = slow(state, memory, redis_up, postgres_up).await;
    let mut asked = if redis_up { ask(state, &slow).await } else { Vec::new() };
    asked.sort_unstable_by_key(|asked| asked.kind.name());
    asked.truncate(QUEUES_MAX);
    let workers = merged(asked.iter().map(|asked| (asked.kind, asked.workers.as_slice())));
    let found = problems::find(memory, &asked, &workers, &slow.missed_ticks, (&redis, &postgres), at);
    let queues: Vec<QueueNow> = asked.iter().map(|asked| queue_now(asked, &found)).collect();
    let totals = totals(&queues, &asked, &workers);
    let bulk = if postgres_up { running_bulk(&state.store, at).await } else { Vec::new() };
    Snapshot { seq, at, redis, postgres, totals, queues, problems: found, bulk }
}

async fn probe(ask: impl Future<Output = Result<(), String>>) -> Result<Duration, Option<String>> {
    let begun = Instant::now();
    match timeout(PROBE_MAX, ask).await {
        Ok(Ok(())) => Ok(begun.elapsed()),
        Ok(Err(error)) => {
            tracing::debug!(error, "a store did not answer the monitor");
            Err(Some(error))
        }
        Err(_) => Err(None),
    }
}

fn health(
    probed: Result<Duration, Option<String>>,
    timed_out: &str,
    memory: &mut Option<Since>,
    at: DateTime<Utc>,
) -> StoreHealth {
    let state = match &probed {
        Ok(took) if *took > SLOW => StoreHealthState::Slow,
        Ok(_) => StoreHealthState::Ok,
        Err(_) => StoreHealthState::Unavailable,
    };
    let since = memory.filter(|since| since.state == state).unwrap_or(Since { state, at });
    *memory = Some(since);
    let micros = |took: Duration| u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    // The error itself may name an address: it is in the logs.
    let error = probed.as_ref().err().map(|error| match error {
        None => timed_out.to_owned(),
        Some(_) => "the connection failed".to_owned(),
    });
    StoreHealth { state, latency_us: probed.ok().map(micros), since: Some(since.at), error }
}

async fn slow(state: &State, memory: &mut Memory, redis_up: bool, postgres_up: bool) -> Slow {
    if let Some((made, slow)) = &memory.slow
        && made.elapsed() < SLOW_EVERY
    {
        return slow.clone();
    }
    let mut slow = memory.slow.take().map(|(_, slow)| slow).unwrap_or_default();
    if postgres_up {
        if let Ok(dead) = state.store.dead_letters_by_queue().await {
            slow.dead = dead.into_iter().map(|(queue, count)| (queue, count.unsigned_abs())).collect();
        }
        if let Ok(entries) = state.store.cron_entries().await {
            let missed = entries.into_iter().filter(|entry| entry.missed_ticks > 0 && entry.retired_at.is_none());
            slow.missed_ticks = missed.map(|entry| (entry.name, entry.missed_ticks.unsigned_abs())).collect();
        }
    }
    if redis_up {
        let each = JobKind::ALL.map(|kind| async move {
            let queue = state.queues.queue(kind);
            let settings: Result<Settings, _> = queue.settings().await;
            (kind, settings, queue.window(Span::Hour).await)
        });
        for (kind, settings, hour) in join_all(each).await {
            if let Ok(settings) = settings {
                let paused = settings.lanes.values().filter(|lane| lane.paused).count();
                slow.paused_lanes.insert(kind.name(), paused as u64);
            }
            if let Ok(hour) = hour {
                slow.hour.insert(kind.name(), hour);
            }
        }
    }
    memory.slow = Some((Instant::now(), slow.clone()));
    slow
}

async fn ask(state: &State, slow: &Slow) -> Vec<Asked> {
    let each = JobKind::ALL.map(|kind| async move {
        let queue = state.queues.queue(kind);
        let (counts, minute, workers) = tokio::join!(queue.counts(), queue.window(Span::Minute), queue.workers());
        let counts = counts.ok()?;
        let name = kind.name();
        Some(Asked {
            kind,
            dead: counts.dead + slow.dead.get(name).copied().unwrap_or(0),
            paused_lanes: slow.paused_lanes.get(name).copied().unwrap_or(0),
            hour: slow.hour.get(name).cloned().unwrap_or_default(),
            counts,
            minute: minute.unwrap_or_default(),
            workers: workers.unwrap_or_default(),
        })
    });
    join_all(each).await.into_iter().flatten().collect()
}

/// Jobs a second.
pub(crate) fn per_second(jobs: u64, covered: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let jobs = jobs as f64;
    if covered.is_zero() { 0.0 } else { jobs / covered.as_secs_f64() }
}

fn queue_now(asked: &Asked, problems: &[crate::v1::admin::model::snapshot::Problem]) -> QueueNow {
    let Asked { kind, counts, minute, workers, dead, paused_lanes, .. } = asked;
    let live = || workers.iter().filter(|worker| is_live(worker.silent_ms, *kind));
    // They are in the order of severity.
    let worst = problems.iter().find(|problem| problem.queue.as_deref() == Some(kind.name()));
    QueueNow {
        queue: kind.name().to_owned(),
        waiting: counts.waiting,
        delayed: counts.delayed,
        running: counts.running,
        dead: *dead,
        paused: counts.paused,
        paused_lanes: *paused_lanes,
        slots: live().map(|worker| worker.concurrency).sum(),
        workers: live().count() as u64,
        done_per_second: per_second(minute.done, minute.covered),
        enqueued_per_second: per_second(minute.enqueued, minute.covered),
        oldest_age_ms: counts.oldest_age_ms,
        severity: worst.map(|problem| problem.severity),
    }
}

fn totals(queues: &[QueueNow], asked: &[Asked], workers: &[WorkerSeen]) -> Totals {
    let sum = |value: fn(&QueueNow) -> u64| queues.iter().map(value).sum::<u64>();
    let oldest = queues.iter().filter(|queue| queue.oldest_age_ms.is_some()).max_by_key(|queue| queue.oldest_age_ms);
    let fullest = queues.iter().filter(|queue| queue.waiting > 0).max_by_key(|queue| queue.waiting);
    let deadliest = asked.iter().filter(|asked| asked.hour.dead > 0).max_by_key(|asked| asked.hour.dead);
    let live = || workers.iter().filter(|worker| !is_lost(worker));
    let hosts: BTreeSet<&str> = live().map(|worker| worker.host.as_str()).collect();
    let waiting = sum(|queue| queue.waiting);
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let share = |queue: &QueueNow| queue.waiting as f64 / waiting.max(1) as f64;
    Totals {
        waiting,
        delayed: sum(|queue| queue.delayed),
        running: sum(|queue| queue.running),
        slots: sum(|queue| queue.slots),
        workers: live().count() as u64,
        workers_lost: workers.iter().filter(|worker| is_lost(worker)).count() as u64,
        hosts: hosts.len() as u64,
        circuits_open: 0,
        dead: sum(|queue| queue.dead),
        dead_last_hour: asked.iter().map(|asked| asked.hour.dead).sum(),
        done_per_second: queues.iter().map(|queue| queue.done_per_second).sum(),
        enqueued_per_second: queues.iter().map(|queue| queue.enqueued_per_second).sum(),
        oldest_age_ms: oldest.and_then(|queue| queue.oldest_age_ms),
        oldest_queue: oldest.map(|queue| queue.queue.clone()),
        oldest_limit_ms: oldest.map(|_| millis(OLDEST_AGE_LIMIT)),
        dead_last_hour_queue: deadliest.map(|asked| asked.kind.name().to_owned()),
        waiting_queue: fullest.map(|queue| queue.queue.clone()),
        waiting_share: fullest.map(share),
        commit_p99_us: None,
        commit_limit_us: None,
    }
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Bulk operations under way, and those that ended in the last minute.
async fn running_bulk(store: &Store, now: DateTime<Utc>) -> Vec<BulkProgress> {
    const BULK_MAX: i64 = 50;
    const SHOWN_SECONDS_MAX: i64 = 60;
    let rows = store.ops_bulk(None, None, BULK_MAX).await.unwrap_or_default();
    let shown = rows.iter().filter(|row| {
        let age = (now - row.ended_at.unwrap_or(now)).num_seconds();
        matches!(row.state.as_str(), "counting" | "running") || (row.ended_at.is_some() && age < SHOWN_SECONDS_MAX)
    });
    shown.filter_map(|row| bulk::progress_of(row).ok()).collect()
}
