//! Every client against the sandbox, on a loopback port: what it sends, what it makes of answers, and what it makes of every fault.

#![allow(clippy::unwrap_used, reason = "a test")]

mod aws;
mod faults;
mod klaviyo;
mod messages;
mod shopify;
mod support;
mod tokens;
