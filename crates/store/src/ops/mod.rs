//! What the queue monitor keeps: its audit log, sessions that were ended, and bulk operations. It belongs to the platform, not
//! to a merchant; no personal data of customers is in it.

mod audit;
mod bulk;
mod figures;
mod sessions;

pub use audit::{AuditFilter, AuditRecord};
pub use bulk::{BulkProgressRow, BulkRow};
pub use figures::DEAD_COUNTED_MAX;
