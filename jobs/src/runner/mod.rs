//! The queue as a backend of `apalis`: what runs beside the handlers of one kind in one process.
//!
//! `claimer` claims as many jobs as there are free slots and sleeps when there are none; `process` wakes the claimers of a process
//! and visits its idle queues; `layer` runs around each handler; `settler` settles jobs that ended; `lease_renewer` renews leases,
//! also during a drain, and rescues; `records` hands attempts and dead letters to a sink; `meter` measures runs, `cancel` ends them.
//! All of them go on while Redis is unavailable: nothing here ends a worker.

mod backend;
mod cancel;
mod claimer;
mod layer;
mod lease_renewer;
mod meter;
mod process;
mod records;
mod settler;
mod shared;

use std::sync::Arc;

pub use backend::QueueBackend;
pub use layer::{JobLayer, JobService};
pub use process::WorkerProcess;
pub use records::{AttemptRecord, AttemptSink};

use crate::observer::{Observer, Unobserved};

/// How one worker serves one queue.
#[derive(Clone)]
pub struct WorkerOptions {
    /// Unique among live workers: host, process and kind, say.
    pub name: String,
    /// Version of the program, for whoever looks at the workers.
    pub version: String,
    /// Where it runs, for the same.
    pub host: String,
    /// Jobs run at once, instead of the kind's.
    pub concurrency: Option<usize>,
    /// How long its jobs stay its own when it falls silent, instead of the kind's. In milliseconds.
    pub lease_ms: Option<u64>,
    /// Seed of the jitter of retries and reconnections; to be different in each process.
    pub seed: u64,
    /// Where attempts and dead letters are recorded; without one, dead letters stay in Redis.
    pub sink: Option<Arc<dyn AttemptSink>>,
    /// Who counts what happens.
    pub observer: Arc<dyn Observer>,
}

impl WorkerOptions {
    /// The kind's own concurrency and lease, no sink, unobserved.
    pub fn new(name: impl Into<String>, seed: u64) -> Self {
        Self {
            name: name.into(),
            version: String::new(),
            host: String::new(),
            concurrency: None,
            lease_ms: None,
            seed,
            sink: None,
            observer: Arc::new(Unobserved),
        }
    }
}

impl std::fmt::Debug for WorkerOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WorkerOptions")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("concurrency", &self.concurrency)
            .field("lease_ms", &self.lease_ms)
            .finish_non_exhaustive()
    }
}
