//! The queue in Redis: one type per verb of its contract, each verb one script (`lua/`).
//!
//! Every script is atomic, bounded by a constant here, and reads Redis' clock, so the clocks of producers and workers
//! never matter. Redis may lose everything at any moment: what is lost is enqueued again from PostgreSQL, and calls
//! about jobs that are gone are counted, never errors.

mod claim;
mod control;
mod enqueue;
pub(crate) mod inspect;
mod keys;
mod limits;
mod maintain;
mod quotas;
mod script;
mod settings;
mod settle;
mod wake;

use std::sync::Arc;

use futures::future::try_join_all;

pub use claim::{Claim, Claimed};
pub(crate) use inspect::Measured;
pub use inspect::{
    Action, Bulk, BulkFilter, Counts, DeadLetter, EditError, JobRef, JobState, JobView, LaneView, LaneWindow, Page,
    PageQuery, Percentiles, Run, Span, Step, Window, WorkerView,
};
pub use limits::{Permission, Reconciliation, SharedLimits};
pub use maintain::{Beat, Rescued};
pub use quotas::{SharedQuotas, Spent};
pub use settings::{LaneSetting, LaneSettings, Setting, Settings};
pub use settle::{Settled, Settlement};

use crate::{connection::Redis, error::QueueError, kind::JobKind};
use keys::Keys;

/// Jobs in one call of a script. Lua takes at most 8,000 values apart at once, and Redis serves nobody else meanwhile.
pub const BATCH_JOBS_MAX: usize = 500;
/// Leases that may run out on one job before it is taken for poison.
pub const RESCUES_MAX: u32 = 3;
/// Jobs that a lane of weight 1 gives before the next lane's turn.
const LANE_QUANTUM_JOBS: usize = 8;
/// Lanes that one claim finds over their rate or at their cap before it returns what it has.
const PARKED_LANES_MAX: usize = 100;
/// Finished jobs remembered by each queue.
const DONE_RING_JOBS_MAX: usize = 1_000;
/// Of each settlement call; under load the ring holds a sample.
const DONE_RING_BATCH_MAX: usize = 20;

/// All queues of one Redis. Cheap to clone; clones share one connection that heals itself.
#[derive(Clone)]
pub struct Queues {
    connection: Redis,
    prefix: Option<Arc<str>>,
    queues: Arc<[Queue; JobKind::ALL.len()]>,
}

/// The queue of one kind.
#[derive(Clone)]
pub struct Queue {
    kind: JobKind,
    keys: Arc<Keys>,
    connection: Redis,
}

impl Queues {
    /// The queues in that Redis. All processes of an installation have the same prefix; another installation, or test,
    /// that shares the Redis has another. It may be empty.
    pub fn new(redis: &Redis, prefix: &str) -> Self {
        let prefix = Some(prefix).filter(|prefix| !prefix.is_empty());
        let queues = JobKind::ALL.map(|kind| Queue {
            kind,
            keys: Arc::new(Keys::new(prefix, kind.name())),
            connection: redis.clone(),
        });
        Self { connection: redis.clone(), prefix: prefix.map(Into::into), queues: Arc::new(queues) }
    }

    /// The queues at that address, without a prefix; for a program that runs alone.
    ///
    /// # Errors
    /// The address is not one of a Redis.
    pub fn connect(url: &str) -> Result<Self, QueueError> {
        Self::connect_prefixed(url, "")
    }

    /// The same with a prefix.
    ///
    /// # Errors
    /// As [`Queues::connect`].
    pub fn connect_prefixed(url: &str, prefix: &str) -> Result<Self, QueueError> {
        Ok(Self::new(&Redis::open(url, 0)?, prefix))
    }

    /// The queue of a kind.
    pub fn queue(&self, kind: JobKind) -> &Queue {
        self.queues.iter().find(|queue| queue.kind == kind).expect("there is a queue for each of JobKind::ALL")
    }

    /// Returns the limits of partners that all processes share.
    pub fn limits(&self) -> SharedLimits {
        SharedLimits::new(self.connection.clone(), self.prefix.clone())
    }

    /// The quotas of callers, shared by all processes.
    pub fn quotas(&self) -> SharedQuotas {
        SharedQuotas::new(self.connection.clone(), self.prefix.clone())
    }

    /// Whether Redis answers for every queue; in a cluster these may be on different nodes.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), QueueError> {
        try_join_all(self.queues.iter().map(Queue::ping)).await?;
        Ok(())
    }

    /// The Redis they are in, for callers that keep further keys there.
    pub fn redis(&self) -> &Redis {
        &self.connection
    }
}

impl Queue {
    /// The kind of its jobs.
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    async fn ping(&self) -> Result<(), QueueError> {
        self.connection.call(redis::cmd("EXISTS").arg(self.keys.jobs())).await?;
        Ok(())
    }
}

impl std::fmt::Debug for Queues {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.queues.iter()).finish()
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("prefix", &self.keys.prefix()).finish_non_exhaustive()
    }
}
