//! Bulk operations: plan, look at count and sample, confirm, follow, cancel.

mod operations;

/// Operations on bulk operations.
pub(crate) type Api = operations::BulkApi;
