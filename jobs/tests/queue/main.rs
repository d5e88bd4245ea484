//! The queue against a real Redis (`TEST_REDIS_URL`); the fault tests start servers of their own.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, reason = "tests")]

mod acts;
mod apalis_redis_baseline;
mod cluster;
mod contract;
mod fairness;
mod faults;
mod figures;
mod inspect;
mod limits;
mod memory;
mod model;
mod quotas;
mod risks;
mod rows;
mod samples;
mod sentinel;
mod snoozes;
mod support;
mod wakes;
mod worker;
