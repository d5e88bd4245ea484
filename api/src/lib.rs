//! The HTTP edge: takes Shopify's webhooks in (durably, then answered), and shows partners what became of them. The only
//! crate that uses poem. It serves the queue monitor, too. It decides nothing about points: it records, enqueues and reads.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod app;
mod auth;
mod docs;
mod envelope;
mod error;
mod in_flight;
mod ingress;
pub mod job_admin;
mod listener;
mod merchant_cache;
mod openapi;
mod ops;
mod page;
mod routes;
mod serve;
mod text;
mod timeout_stream;
mod v1;

pub use error::Code;
pub use openapi::{openapi_json, ops_openapi};
pub use serve::{Running, ServeError, serve, start};
