//! The scheduler role: enqueues recurring jobs, enqueues work again that the fast path lost, and measures the queues.
//!
//! Each pass is a reconciler: it takes no input, finds its own work in PostgreSQL or Redis, repairs, and returns what it
//! did. Any number of schedulers may run, since a repeated repair changes nothing. No job's work is done here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cron;
mod gauges;
mod passes;
mod relay;
mod rescue;
mod role;
mod settings;
mod sweep;

pub use cron::{Cron, Ticked};
pub use passes::PassError;
pub use relay::{DeliverySweep, Relay, Relayed};
pub use role::{Running, serve, serve_with, start, start_with};
pub use sweep::{Sweep, Swept};
