//! The queue in Redis: one type per verb of its contract, each verb one script (`lua/`).
//!
//! Every script is atomic, bounded by a constant here, and reads Redis' clock, so the clocks of producers and workers
//! never matter. Redis may lose everything at any moment: what is lost is enqueued again from PostgreSQL, and calls
//! about jobs that are gone are counted, never errors.

mod claim;
mod enqueue;
pub(crate) mod inspect;
mod keys;
mod maintain;
mod script;
mod settle;
mod wake;

use std::{sync::Arc, time::Duration};

use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

pub use claim::{Claim, Claimed};
pub(crate) use inspect::Measured;
pub use inspect::{
    Action, Bulk, BulkFilter, Counts, DeadLetter, EditError, JobRef, JobState, JobView, LaneView, LaneWindow, Page,
    PageQuery, Percentiles, Run, Span, Step, Window, WorkerView,
};
pub use maintain::{Beat, Rescued};
pub use settle::{Settled, Settlement};

use crate::{error::QueueError, kind::JobKind};
use keys::Keys;

/// Jobs in one call of a script. Lua takes at most 8,000 values apart at once, and Redis serves nobody else meanwhile.
pub const BATCH_JOBS_MAX: usize = 500;
/// Leases that may run out on one job before it is taken for poison.
pub const RESCUES_MAX: u32 = 3;
/// Jobs that a lane of weight 1 gives before the next lane's turn.
const LANE_QUANTUM_JOBS: usize = 8;
/// Finished jobs remembered by each queue.
const DONE_RING_JOBS_MAX: usize = 1_000;
/// Of each settlement call; under load the ring holds a sample.
const DONE_RING_BATCH_MAX: usize = 20;

/// How long an answer may take. Beyond that the call counts as failed, though Redis may still carry it out.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest pause between attempts to reconnect.
const RECONNECT_DELAY_MAX: Duration = Duration::from_millis(250);
/// Attempts to reconnect before the waiting calls fail.
const RECONNECT_ATTEMPTS: usize = 3;

/// All queues of one Redis. Cheap to clone; clones share one connection that heals itself.
#[derive(Clone)]
pub struct Queues {
    client: Client,
    connection: ConnectionManager,
    queues: Arc<[Queue; JobKind::ALL.len()]>,
}

/// The queue of one kind.
#[derive(Clone)]
pub struct Queue {
    kind: JobKind,
    keys: Arc<Keys>,
    client: Client,
    connection: ConnectionManager,
}

impl Queues {
    /// The queues at that address (`redis://host:port/db`). Connects when first used, so Redis may be away now.
    /// To be called within a Tokio runtime.
    ///
    /// # Errors
    /// The address is not one of a Redis.
    pub fn connect(url: &str) -> Result<Self, QueueError> {
        Self::open(url, None)
    }

    /// The same under names of their own, so that tests share a Redis without meeting.
    ///
    /// # Errors
    /// As [`Queues::connect`].
    pub fn connect_prefixed(url: &str, prefix: &str) -> Result<Self, QueueError> {
        Self::open(url, Some(prefix))
    }

    fn open(url: &str, prefix: Option<&str>) -> Result<Self, QueueError> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_max_delay(RECONNECT_DELAY_MAX)
            .set_number_of_retries(RECONNECT_ATTEMPTS);
        let connection = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        let queues = JobKind::ALL.map(|kind| Queue {
            kind,
            keys: Arc::new(Keys::new(prefix, kind.name())),
            client: client.clone(),
            connection: connection.clone(),
        });
        Ok(Self { client, connection, queues: Arc::new(queues) })
    }

    /// The queue of a kind.
    pub fn queue(&self, kind: JobKind) -> &Queue {
        self.queues.iter().find(|queue| queue.kind == kind).expect("there is a queue for each of JobKind::ALL")
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), QueueError> {
        let mut connection = self.connection.clone();
        Ok(redis::cmd("PING").exec_async(&mut connection).await?)
    }

    /// The client, for callers that keep further keys in the same Redis.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

impl Queue {
    /// The kind of its jobs.
    pub fn kind(&self) -> JobKind {
        self.kind
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queue").field("prefix", &self.keys.prefix()).finish_non_exhaustive()
    }
}
