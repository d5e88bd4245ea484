//! Looking at workers: who they are, and when they were last heard of. Which jobs they run, a page of running jobs says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    super::{
        Queue,
        script::{LOOK, Script},
    },
    pages::time,
};
use crate::error::QueueError;

/// Workers shown.
const WORKERS_MAX: usize = 1_000;

/// A worker that was seen in the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkerView {
    /// Its name.
    pub name: String,
    /// Its last heartbeat, by Redis' clock.
    pub seen_at: DateTime<Utc>,
    /// How long ago that was, in milliseconds.
    pub silent_ms: u64,
    /// Version of its program.
    pub version: String,
    /// Where it runs.
    pub host: String,
    /// Jobs it runs at once, at most.
    pub concurrency: u64,
    /// Jobs it ran at its last heartbeat; which they are, a page of running jobs says.
    pub running: u64,
}

/// What a worker says of itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    version: String,
    host: String,
    concurrency: u64,
    running: u64,
}

impl Queue {
    /// The workers of this queue, the last seen first.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn workers(&self) -> Result<Vec<WorkerView>, QueueError> {
        let script: &Script = &LOOK;
        let mut command = script.call(&self.keys);
        command.arg("workers").arg(WORKERS_MAX);
        let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter();
        let now_ms = script.count(values.next().as_ref())?;
        let mut workers = Vec::with_capacity(values.len() / 3);
        while let Some(name) = values.next() {
            let name = script.text(Some(name))?;
            let seen_ms = script.count(values.next().as_ref())?;
            let about: About = serde_json::from_str(&script.text(values.next())?).unwrap_or_default();
            workers.push(WorkerView {
                name,
                seen_at: time(&seen_ms.to_string()).unwrap_or_default(),
                silent_ms: now_ms.saturating_sub(seen_ms),
                version: about.version,
                host: about.host,
                concurrency: about.concurrency,
                running: about.running,
            });
        }
        Ok(workers)
    }
}
