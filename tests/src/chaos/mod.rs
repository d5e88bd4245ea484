//! The fault matrix: faults put to real processes over servers of their own, and what is left of the work afterwards.
//!
//! `rows` holds one function for each row of the matrix: it starts an [`Arena`], loads it with orders, breaks something,
//! and hands it to [`Arena::judge`], which waits for the end and compares the accounts with what the orders say. No rule
//! of the programme is used here but "ten points for each whole unit of a paid order".

mod arena;
mod evidence;
pub mod faulty;
mod load;
mod partner;
pub mod report;
pub mod rows;
mod stage;

pub use arena::Arena;
pub use load::Load;
pub use stage::{PARTNER_OUTAGE, Stage};

use futures::future::LocalBoxFuture;

/// One row of the matrix.
#[derive(Clone, Copy)]
pub struct Row {
    /// How it is called on the command line.
    pub name: &'static str,
    /// What is done.
    pub fault: &'static str,
    /// Does it.
    pub run: fn(Stage) -> LocalBoxFuture<'static, Tally>,
}

/// What became of the work of a row in which nothing was lost or doubled. (A row that lost or doubled something fails.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Webhooks with a job.
    pub jobs: u64,
    /// Orders and customers without all their points.
    pub lost: u64,
    /// Orders and customers with points twice.
    pub doubled: u64,
    /// Runs that came to an end, beyond the first of their job.
    pub runs_again: u64,
    /// Jobs taken back from workers that fell silent.
    pub rescued: u64,
    /// Jobs that died.
    pub dead: u64,
    /// From the end of the fault to the end of the last job, in milliseconds.
    pub recovery_ms: u64,
    /// What else was seen.
    pub note: String,
}
