//! The rows in the order of the table. A new row is a function in the file of the component it breaks, and a line here.

mod ingress;
mod partners;
mod postgres;
mod queue;
mod redis;
mod scheduler;
mod workers;

use futures::FutureExt as _;

use super::Row;

macro_rules! rows {
    ($($name:literal, $function:path, $fault:literal;)*) => {
        &[$(Row { name: $name, fault: $fault, run: |chaos_run| $function(chaos_run).boxed_local() }),*]
    };
}

/// Returns every row.
pub const ROWS: &[Row] = rows! {
    "worker-killed", workers::killed, "`kill -9` of a worker in the middle of its jobs, four times";
    "worker-stopped", workers::stopped, "a worker stopped (SIGSTOP) past its lease, then continued: its late results are refused";
    "killed-before-settle", workers::killed_before_settle, "`kill -9` of a worker between the commit and the settlement";
    "worker-drained", workers::drained, "SIGTERM to a worker with 100 running jobs: it ends them, none runs again";
    "worker-clock", workers::clock_ahead, "a worker whose clock is 10 minutes ahead, beside one that is right";
    "worker-cut-off", workers::cut_off, "the connection between a worker and Redis cut, silent, slow, cut again";
    "poison", queue::poison, "a job that aborts its process, each time it runs";
    "all-due-at-once", queue::due_at_once, "50,000 jobs due at once while all workers are down, then one worker";
    "redis-restarted", redis::restarted, "Redis with its append-only file restarted, then killed and restarted";
    "redis-flushed", redis::flushed, "FLUSHALL, twice";
    "redis-stalled-600ms", redis::stalled_shortly, "Redis stalled for 600 ms";
    "redis-stalled-10s", redis::stalled_long, "Redis stalled for 10 s, three times the lease";
    "redis-full", redis::full, "Redis at maxmemory under noeviction";
    "postgres-restarted", postgres::restarted, "PostgreSQL restarted during ingest, then crashed and recovered";
    "postgres-gone-30s", postgres::gone, "PostgreSQL gone for 30 s";
    "postgres-slow-order", postgres::slow_order, "one order whose statement always takes longer than the timeout, until all others are done";
    "postgres-gone-cold-cache", postgres::cold_merchant_cache, "PostgreSQL stopped (SIGSTOP), then shut down, while webhooks of 500 shops come in that the api has not looked up yet";
    "webhook-eightfold", ingress::eightfold_at_once, "the same webhook 8 times, at once";
    "webhook-eightfold-spread", ingress::eightfold_spread, "the same webhook 8 times, spread over time, Redis flushed in between";
    "two-schedulers", scheduler::two, "two schedulers on one tick: the same sweep, the same rescue";
    "scheduler-killed", scheduler::killed, "`kill -9` of the scheduler in the middle of its sweep";
    "partner-down", partners::down, "a partner that answers 429, then 500, then not at all, longer than retries last";
};
