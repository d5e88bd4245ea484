//! The partners that LoyalNest calls, played on the loopback: one server that speaks their protocols, refuses what they
//! refuse, has their limits, records what it received, and fails on request. For tests and development only: it keeps
//! everything in bounded memory and forgets it when it ends.

mod answer_body;
mod bounded;
mod call;
mod control;
mod faults;
mod form;
mod journal;
mod partner;
mod partners;
mod rate;
mod server;
mod service;
mod shape;
mod sigv4;
mod xml;

pub use faults::{Faults, Garbage, InvalidFaults, ShopGone};
pub use journal::Recorded;
pub use partner::Partner;
pub use server::{Options, Sandbox};
pub use service::serve;

/// Returns the part of Shopify's Admin schema that is played, as GraphQL text.
#[must_use]
pub fn shopify_schema() -> String {
    partners::shopify::schema_text()
}
