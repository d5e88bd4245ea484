//! The append-only ledger: what is written to it, what is spent from, what is shown of it, and whether it agrees with the balances.

mod append;
mod history;
mod lots;
mod verify;

pub use append::{AllocationRow, Balance, EntryRow, append};
pub use history::{CustomerKey, CustomerPoints, EntryView, HistoryPage, LotView};
pub use lots::open_lots;
pub use verify::{BalanceDrift, OrderAccounts, Orphan};
