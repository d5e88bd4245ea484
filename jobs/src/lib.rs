//! The contract between the processes: what a job is, how it is retried, and the queue that carries it.
//!
//! One queue per job kind, one lane per merchant, all of it in Redis behind a few scripts (`lua/`); `apalis` runs the
//! handlers through [`QueueBackend`]. Delivery is at least once: effects are made exactly once by their owners.
//! Refuses: behaviour of handlers, SQL, the wall clock, bodies or personal data in a payload.

mod catalogue;
mod connection;
mod consumers;
mod context;
mod envelope;
mod error;
mod kind;
mod observer;
mod outcome;
mod payloads;
mod queue;
mod retry;
mod runner;
#[cfg(feature = "testing")]
pub mod testing;
mod tick;

pub use catalogue::IDEMPOTENCY_WINDOW_MS;
pub use connection::{Finding, InvalidAddress, Redis, Risk};
pub use consumers::{Audience, EVENT_CONSUMERS, EventConsumer, EventPayload, EventRef};
pub use context::{Job, JobContext};
pub use envelope::{Envelope, JobId, Lane, NewJob};
pub use error::{BoxError, InvalidJob, InvalidSetting, QueueError};
pub use kind::{JobKind, KindPolicy};
pub use observer::{EndedRun, Observer, ThrottleReason, Unobserved};
pub use outcome::{ERROR_TEXT_BYTES_MAX, JobError, Outcome, OutcomeKind, Reason, SnoozeCause, class};
pub use payloads::*;
pub use queue::{
    Action, BATCH_JOBS_MAX, Beat, Bulk, BulkFilter, Claim, Claimed, Counts, DeadLetter, EditError, JobRef, JobState,
    JobView, LaneSetting, LaneSettings, LaneView, LaneWindow, Page, PageQuery, Percentiles, Permission, Queue, Queues,
    RESCUES_MAX, Reconciliation, Rescued, Run, Setting, Settings, Settled, Settlement, SharedLimits, SharedQuotas,
    Span, Spent, Step, Window, WorkerView,
};
pub use retry::{Jitter, RetryPolicy};
pub use runner::{AttemptRecord, AttemptSink, JobLayer, JobService, QueueBackend, WorkerOptions, WorkerProcess};
pub use tick::tick_key;
