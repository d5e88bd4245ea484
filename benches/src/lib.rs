//! The benchmarks: the queue compared with other queues, the main path from webhook to ledger, and each part of it alone.
//!
//! Every run verifies that the measured work was done correctly, and fails otherwise.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
mod figures;
mod machine;
mod meter;
mod orders;
mod parts;
mod queue;
mod report;
