//! The only SQL of LoyalNest: one folder per aggregate, set-based, checked against the schema at compile time.
//!
//! Callers own the transactions: they open one for a [`TenantScope`] and pass it to the functions here. Row-level security
//! then shows that transaction nothing but the scope's merchants. [`Store`] is the pool of the write path, whose plans look rows
//! up by key; [`ReadStore`] is for pages and reports, and cannot write. No business rule lives here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod cron;
pub mod crypto;
pub mod customers;
mod error;
pub mod events;
pub mod jobs;
pub mod ledger;
pub mod merchants;
pub mod migrations;
pub mod ops;
pub mod orders;
mod pool;
mod read;
pub mod retention;
pub mod webhooks;

pub use error::StoreError;
pub use pool::{Owner, Store, TenantScope, Tx};
pub use read::{ReadLimits, ReadStore, ReadTx};
