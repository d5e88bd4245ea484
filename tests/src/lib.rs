//! What the tests of the whole stand on: [`TestApp`] with a database, a Redis prefix and all roles of its own, real
//! processes that can be killed, a private Redis that may be flushed, and a connection that can be cut.
//!
//! Nothing here knows a rule of the programme: expected points are written in the tests, or come from `domain` by
//! another way than the one under test.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a helper of a test may panic: that is a failed test"
)]

pub mod accounts;
pub mod app;
pub mod builder;
pub mod chaos;
pub mod client;
pub mod database;
pub mod environment;
pub mod postgres_server;
pub mod process;
pub mod proxy;
pub mod redis_server;
pub mod settings;
pub mod wait;

pub use app::{Shop, TestApp};
pub use client::{Answer, Webhook};
pub use wait::{wait_at_most, wait_until};
