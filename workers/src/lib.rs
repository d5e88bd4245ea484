//! Runs the jobs: claims them through `jobs`, one handler per payload, and writes the ledger in batches.
//!
//! No business rules here: `domain` decides, `store` writes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
mod env;
pub mod handlers;
mod maintenance;
mod meter;
pub mod orders;
mod outcomes;
mod partner_errors;
mod runner;

pub use env::WorkerEnv;
pub use maintenance::rules as retention_rules;
pub use outcomes::OutcomeSink;
pub use partner_errors::job_error;
pub use runner::{Running, WorkerHandle, serve, start, start_worker};
