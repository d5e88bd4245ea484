//! What recurs.

mod operations;

/// Operations on schedules.
pub(crate) type Api = operations::SchedulesApi;
