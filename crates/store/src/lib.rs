//! The only SQL of LoyalNest: one file per aggregate, set-based, checked against the schema at compile time.
//!
//! Callers own the transactions: they open one for a [`Scope`] and pass it to the functions here. Row-level security
//! then shows that transaction nothing but the scope's merchants. No business rule lives here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api_keys;
pub mod cron;
pub mod crypto;
pub mod customers;
mod error;
pub mod history;
pub mod ledger;
pub mod merchants;
pub mod migrations;
pub mod orders;
pub mod outcomes;
pub mod points;
mod pool;
pub mod provision;
pub mod queue_settings;
pub mod retention;
pub mod settings;
pub mod verify;
pub mod waiting;
pub mod webhooks;

pub use error::StoreError;
pub use pool::{Owner, Scope, Store, Tx};
