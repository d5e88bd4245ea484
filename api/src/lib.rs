//! The HTTP edge: takes Shopify's webhooks in (durably, then answered), and shows partners what became of them. The only
//! crate that uses poem. It decides nothing about points: it records, enqueues and reads.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app;
mod auth;
mod cache;
mod envelope;
mod error;
mod ingress;
pub mod job_admin;
mod listener;
mod merchant_cache;
mod reads;
mod serve;
mod timeout_stream;

pub use app::openapi_json;
pub use error::Code;
pub use serve::{Running, ServeError, serve, start};
