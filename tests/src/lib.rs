//! The foundation of the integration tests: [`TestApp`] with its own database, Redis prefix and roles, real
//! processes that can be killed, private servers that can be stopped, and a proxy that can cut connections.
//!
//! Contains no rule of the programme: expected points are written in the tests or computed from `domain`
//! in another way than the one under test.

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
pub mod event_consumers;
pub mod leaks;
pub mod postgres_server;
pub mod process;
pub mod proxy;
pub mod redis_server;
pub mod settings;
pub mod wait;

pub use app::{Shop, TestApp};
pub use client::{Answer, Webhook};
pub use wait::{wait_at_most, wait_until};
