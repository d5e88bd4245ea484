//! The fault matrix: faults injected into real processes and servers, and a verification that no work was lost or doubled.
//!
//! `rows` holds one function for each row of the matrix: it starts a [`Scenario`], sends orders, injects a fault,
//! and calls [`Scenario::verify_outcome`], which waits for the end and compares the accounts with the orders. No rule
//! of the programme is used here but "ten points for each whole unit of a paid order".

mod chaos_run;
mod comparison;
pub mod faulty;
mod load;
mod partner;
pub mod report;
pub mod rows;
mod scenario;

pub use chaos_run::{ChaosRun, PARTNER_OUTAGE};
pub use load::Load;
pub use scenario::Scenario;

use futures::future::LocalBoxFuture;

/// One row of the matrix.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its name on the command line.
    pub name: &'static str,
    /// A description of the fault.
    pub fault: &'static str,
    /// Runs the row.
    pub run: fn(ChaosRun) -> LocalBoxFuture<'static, Tally>,
}

/// The result of a row in which nothing was lost or doubled. (Any other row fails.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// Number of webhooks with a job.
    pub jobs: u64,
    /// Orders and customers with missing points.
    pub lost: u64,
    /// Orders and customers with doubled points.
    pub doubled: u64,
    /// Completed runs beyond the first of each job.
    pub runs_again: u64,
    /// Jobs rescued from workers whose lease expired.
    pub rescued: u64,
    /// Dead jobs.
    pub dead: u64,
    /// Time from the end of the fault to the end of the last job, in milliseconds.
    pub recovery_ms: u64,
    /// Further observations.
    pub note: String,
}
