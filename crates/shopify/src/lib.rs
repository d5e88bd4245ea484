//! Shopify's side of the wire: webhook signatures and headers, topics, and bodies parsed into domain facts.
//!
//! It does no I/O and decides nothing about points. Bodies are read once, borrowed, and only the fields that become
//! facts; everything Shopify may leave out or set to null may be left out or null.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod facts;
pub mod headers;
pub mod hmac;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod topic;

pub use facts::{CustomerChange, CustomerRedact, DataRequest, ParseError, WebhookFacts, parse};
pub use headers::{HeaderError, WebhookHeaders};
pub use hmac::{Secrets, sign, verify};
pub use topic::Topic;
