//! Workers and the jobs they run.

mod operations;

/// Operations on workers.
pub(crate) type Api = operations::WorkersApi;
