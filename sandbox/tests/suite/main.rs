//! The sandbox as its callers see it: one file a partner, and what all partners have in common.

#![expect(clippy::unwrap_used, reason = "tests and their helpers fail by panicking")]

mod aws;
mod captures;
mod control;
mod faults;
mod klaviyo;
mod posthog;
mod postscript;
mod real_schema;
mod reviews;
mod s3;
mod shopify;
mod shopify_reads;
mod slack;
mod sns;
mod support;
