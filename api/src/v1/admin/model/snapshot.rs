//! The platform at one moment, as the stream sends it. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use chrono::{DateTime, Utc};
use poem_openapi::{Enum, Object};

/// The platform at one moment: computed once a second for all viewers, and sent on the stream.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Snapshot {
    /// One more than the one before; it starts again when the api does.
    pub(crate) seq: u64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) redis: StoreHealth,
    pub(crate) postgres: StoreHealth,
    pub(crate) totals: Totals,
    /// In the order of names.
    pub(crate) queues: Vec<QueueNow>,
    /// Worst first.
    pub(crate) problems: Vec<Problem>,
    /// Those that count or run, and those that ended in the last minute.
    pub(crate) bulk: Vec<BulkProgress>,
}

/// `unavailable`: no answer within its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum StoreHealthState {
    #[oai(rename = "ok")]
    Ok,
    #[oai(rename = "slow")]
    Slow,
    #[oai(rename = "unavailable")]
    Unavailable,
}

/// Whether a store answers.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct StoreHealth {
    /// `unavailable`: no answer within its deadline.
    pub(crate) state: StoreHealthState,
    /// Of the last probe that was answered.
    pub(crate) latency_us: Option<u64>,
    /// Since when it is in this state.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Of the last probe, without addresses or credentials.
    pub(crate) error: Option<String>,
}

/// The platform at this moment.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Totals {
    pub(crate) waiting: u64,
    pub(crate) delayed: u64,
    pub(crate) running: u64,
    pub(crate) slots: u64,
    /// Live workers.
    pub(crate) workers: u64,
    /// Workers whose heartbeat is missing.
    pub(crate) workers_lost: u64,
    pub(crate) hosts: u64,
    pub(crate) circuits_open: u64,
    /// Dead letters that were not replayed.
    pub(crate) dead: u64,
    pub(crate) dead_last_hour: u64,
    pub(crate) done_per_second: f64,
    pub(crate) enqueued_per_second: f64,
    pub(crate) oldest_age_ms: Option<u64>,
    pub(crate) oldest_queue: Option<String>,
    /// Objective of that queue.
    pub(crate) oldest_limit_ms: Option<u64>,
    /// Where most of them are.
    pub(crate) dead_last_hour_queue: Option<String>,
    /// Where most of them are.
    pub(crate) waiting_queue: Option<String>,
    /// Share of that queue, 0 to 1.
    pub(crate) waiting_share: Option<f64>,
    /// Time from a webhook's arrival to its commit, p99 of the last minute.
    pub(crate) commit_p99_us: Option<u64>,
    /// Its objective.
    pub(crate) commit_limit_us: Option<u64>,
}

/// A queue at this moment.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct QueueNow {
    pub(crate) queue: String,
    /// Ready to be claimed, those of paused lanes included.
    pub(crate) waiting: u64,
    /// Until their time comes.
    pub(crate) delayed: u64,
    /// Under lease.
    pub(crate) running: u64,
    /// Dead, in Redis or as a dead letter that was not replayed.
    pub(crate) dead: u64,
    /// Whether the whole queue is paused.
    pub(crate) paused: bool,
    /// Lanes that are paused.
    pub(crate) paused_lanes: u64,
    /// Jobs its live workers can run at once.
    pub(crate) slots: u64,
    /// Live workers.
    pub(crate) workers: u64,
    /// Of the last minute.
    pub(crate) done_per_second: f64,
    /// Of the last minute.
    pub(crate) enqueued_per_second: f64,
    /// Age of the oldest waiting job.
    pub(crate) oldest_age_ms: Option<u64>,
    /// Of its worst problem.
    pub(crate) severity: Option<Severity>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum ProblemKind {
    #[oai(rename = "no_worker")]
    NoWorker,
    #[oai(rename = "oldest_age")]
    OldestAge,
    #[oai(rename = "dead_jobs")]
    DeadJobs,
    #[oai(rename = "backlog_growing")]
    BacklogGrowing,
    #[oai(rename = "circuit_open")]
    CircuitOpen,
    #[oai(rename = "worker_lost")]
    WorkerLost,
    #[oai(rename = "store_unavailable")]
    StoreUnavailable,
    #[oai(rename = "missed_ticks")]
    MissedTicks,
    #[oai(rename = "rescues")]
    Rescues,
}

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum ProblemStore {
    #[oai(rename = "redis")]
    Redis,
    #[oai(rename = "postgres")]
    Postgres,
}

/// Something that needs a person. The fields depend on `kind`: no_worker (queue, count: waiting jobs, worker: last seen, since), oldest_age (queue, value_ms, limit_ms, since), dead_jobs (queue, count in the last hour, error_class and shop where all have the same), backlog_growing (queue, count: jobs per minute more than done), circuit_open (partner, credential, since, until: next probe), worker_lost (worker, queue, since), store_unavailable (store, message, since), missed_ticks (schedule, count, since), rescues (queue, count in the last hour).
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Problem {
    /// Stable while the problem lasts.
    pub(crate) id: String,
    pub(crate) severity: Severity,
    /// What is wrong.
    pub(crate) kind: ProblemKind,
    pub(crate) queue: Option<String>,
    pub(crate) shop: Option<String>,
    pub(crate) worker: Option<String>,
    pub(crate) partner: Option<String>,
    pub(crate) credential: Option<String>,
    pub(crate) schedule: Option<String>,
    /// Which store.
    pub(crate) store: Option<ProblemStore>,
    pub(crate) error_class: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) value_ms: Option<u64>,
    pub(crate) limit_ms: Option<u64>,
    pub(crate) count: Option<u64>,
    pub(crate) since: Option<DateTime<Utc>>,
    pub(crate) until: Option<DateTime<Utc>>,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum Severity {
    #[oai(rename = "critical")]
    Critical,
    #[oai(rename = "warning")]
    Warning,
}

/// How far a bulk operation is.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BulkProgress {
    pub(crate) bulk_id: String,
    pub(crate) state: BulkState,
    pub(crate) looked_at: u64,
    pub(crate) matched: u64,
    pub(crate) changed: u64,
    /// Moved on meanwhile.
    pub(crate) skipped: u64,
    pub(crate) failed: u64,
}

/// `counting`: the plan is being counted. `planned`: waits for confirmation, for an hour. `running`; `done`; `cancelled`: by a person; `failed`: see `error`; `expired`: never confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub(crate) enum BulkState {
    #[oai(rename = "counting")]
    Counting,
    #[oai(rename = "planned")]
    Planned,
    #[oai(rename = "running")]
    Running,
    #[oai(rename = "done")]
    Done,
    #[oai(rename = "cancelled")]
    Cancelled,
    #[oai(rename = "failed")]
    Failed,
    #[oai(rename = "expired")]
    Expired,
}
