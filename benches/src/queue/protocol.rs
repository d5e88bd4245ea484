//! The protocol between the benchmark and a contender's process: one JSON line per command and per answer. The
//! Node.js contender implements it, too (`bullmq/runner.mjs`).

use serde::{Deserialize, Serialize};

/// A command to a contender. Jobs are numbered; the number is in the job's payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Command {
    /// Enqueue that many jobs in calls of `batch`, `calls` of them under way. Answers `ms`.
    Bulk { count: usize, batch: usize, calls: usize },
    /// Enqueue that many jobs with one call each, from `producers` concurrently. Answers `ms`.
    Single { count: usize, producers: usize },
    /// Enqueue that many jobs at a steady rate, each call with all that are due. Answers `sent_us`.
    Paced { count: usize, jobs_per_s: f64, batch: usize },
    /// Prepare a worker for jobs numbered below `count` without starting it.
    Prepare { count: usize, concurrency: usize },
    /// Start the worker. Answers at once.
    Work,
    /// Answers `handled`: jobs that the worker has run.
    Handled,
    /// Answers `pending`: jobs among the first `count` that are not yet finished in Redis.
    Pending { count: usize },
    /// Answers what the worker saw: `seen`, `doubled`, `started_us`.
    Report,
    /// Stop the worker. Answers when it has stopped.
    Stop,
}

/// The answer of a contender; each command documents its fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    /// The error, if the command failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The contender's version, in the greeting.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) version: String,
    /// Duration in milliseconds.
    pub(crate) ms: f64,
    pub(crate) handled: usize,
    pub(crate) pending: usize,
    /// Runs beyond the first of any job.
    pub(crate) doubled: usize,
    /// One bit per job that ran, as hexadecimal digits; the lowest number is the lowest bit of the first digit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) seen: String,
    /// When each job was handed to the client, in microseconds of a clock that the contender's processes share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sent_us: Vec<i64>,
    /// When each job started, by the same clock; 0 if it did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) started_us: Vec<i64>,
}

/// The payload that all contenders carry: the size of ours, an id and nothing else.
pub(crate) fn log_id(number: usize) -> String {
    format!("{LOG_ID_HEAD}{number:010}")
}

/// The job's number, from its payload.
pub(crate) fn number_of(log_id: &str) -> Option<usize> {
    log_id.strip_prefix(LOG_ID_HEAD)?.parse().ok()
}

const LOG_ID_HEAD: &str = "01JD8Q3VN7Z9M0A2";
