//! The one integration binary: the whole, over real PostgreSQL, real Redis and real processes. Each test has a database
//! and a Redis prefix of its own, so all may run at once.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, missing_docs, reason = "a test says what it is by its name")]

mod auth;
mod awards;
mod balance_passes;
mod chaos;
mod contacts;
mod cron;
mod cron_versions;
mod discards;
mod faults;
mod histories;
mod history;
mod http2;
mod ingress;
mod key_rotation;
mod kills;
mod ledger_races;
mod migrations;
mod model;
mod openapi;
mod ops;
mod ops_contract;
mod partners;
mod payloads;
mod permanent_errors;
mod permutations;
mod personal_data;
mod plans;
mod points;
mod processes;
mod queue_settings;
mod reading_pool;
mod redis_kinds;
mod relay;
mod retention;
mod row_level_security;
mod rules;
mod schemathesis;
mod search_speed;
mod snapshots;
mod support;
mod sweep;
mod timeouts;
