//! Measures: the queue beside its contenders, the main path from webhook to ledger, and each part alone.
//!
//! A figure is worth nothing if the work was not done right: every run checks what it measured, and fails otherwise.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cli;
mod figures;
mod machine;
mod meter;
mod orders;
mod parts;
mod queue;
mod report;
