//! Orders: their merged facts and their standing in the ledger, read under a lock and written under a revision check.

mod lock;
mod record;
mod save;

pub use lock::lock;
pub use record::OrderRecord;
pub(crate) use record::{read_customer, read_object};
pub use save::save;
