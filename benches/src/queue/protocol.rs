//! What the benchmark and a contender's process say to each other: one JSON line each way, one answer a command. The
//! Node.js contender speaks it too (`bullmq/runner.mjs`). Carries no result that the process computed for others.

use serde::{Deserialize, Serialize};

/// What a contender is told to do. Jobs are numbered; a number travels in the job's payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(crate) enum Command {
    /// Enqueue that many jobs in calls of `batch`, `calls` of them under way. Answers `ms`.
    Bulk { count: usize, batch: usize, calls: usize },
    /// Enqueue that many jobs one a call, from `producers` at once. Answers `ms`.
    Single { count: usize, producers: usize },
    /// Enqueue that many jobs at a steady rate, as many a call as are due. Answers `sent_us`.
    Paced { count: usize, jobs_per_s: f64, batch: usize },
    /// Make a worker ready for jobs numbered below `count`, without letting it begin.
    Prepare { count: usize, concurrency: usize },
    /// Let the worker begin. Answers at once.
    Work,
    /// Answers `handled`: jobs that the worker has run.
    Handled,
    /// Answers `pending`: jobs of the first `count` that Redis does not know as finished yet.
    Pending { count: usize },
    /// Answers what the worker saw: `seen`, `doubled`, `started_us`.
    Report,
    /// End the worker. Answers when it has ended.
    Stop,
}

/// What a contender answers; each command says which fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// The contender's version, in the greeting.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) version: String,
    /// How long it took.
    pub(crate) ms: f64,
    pub(crate) handled: usize,
    pub(crate) pending: usize,
    /// Runs beyond the first of any job.
    pub(crate) doubled: usize,
    /// A bit for each job that ran, four a digit, the lowest number in the lowest bit of the first digit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) seen: String,
    /// When each job was handed to the client, in microseconds of a clock that the contender's processes share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sent_us: Vec<i64>,
    /// When each job started, by the same clock; 0 where it did not.
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
