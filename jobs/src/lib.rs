//! The contract between the processes: what a job is, how it is retried, and the queue that carries it.
//!
//! One queue per job kind, one lane per merchant, all of it in Redis behind a few scripts (`lua/`); `apalis` runs the
//! handlers through [`QueueBackend`]. Delivery is at least once: effects are made exactly once by their owners.
//! Refuses: behaviour of handlers, SQL, the wall clock, bodies or personal data in a payload.

mod context;
mod envelope;
mod error;
mod kind;
mod outcome;
mod payloads;
mod queue;
mod retry;
mod runner;
#[cfg(feature = "testing")]
pub mod testing;

pub use context::{Job, JobContext};
pub use envelope::{Envelope, JobId, Lane, NewJob};
pub use error::{BoxError, InvalidJob, QueueError};
pub use kind::{IDEMPOTENCY_WINDOW_MS, JobKind, KindPolicy};
pub use outcome::{ERROR_TEXT_BYTES_MAX, JobError, Outcome, OutcomeKind, Reason, class};
pub use payloads::{AwardPoints, CancelAdjustment, Payload, PayloadError};
pub use queue::{
    Action, BATCH_JOBS_MAX, Beat, Bulk, BulkFilter, Claim, Claimed, Counts, DeadLetter, EditError, JobRef, JobState,
    JobView, LaneView, LaneWindow, Page, PageQuery, Percentiles, Queue, Queues, RESCUES_MAX, Rescued, Run, Settled,
    Settlement, Span, Step, Window, WorkerView,
};
pub use retry::{Jitter, RetryPolicy};
pub use runner::{AttemptRecord, AttemptSink, JobLayer, JobService, QueueBackend, WorkerOptions};
