//! Who did what.

mod operations;

pub(crate) use operations::entries;

/// Operations on the audit log.
pub(crate) type Api = operations::AuditApi;
