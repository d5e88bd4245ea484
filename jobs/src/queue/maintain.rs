//! Keeping leases alive, and taking back those that ran out.

use std::time::Duration;

use super::{
    BATCH_JOBS_MAX, Queue, RESCUES_MAX,
    script::{HEARTBEAT, RESCUE, Script},
};
use crate::error::QueueError;

/// A silent worker is forgotten after this long.
const WORKER_FORGOTTEN_MS: u64 = 60 * 60 * 1_000;

/// What a rescue came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Jobs back at the head of their lanes.
    pub rescued: u64,
    /// Jobs that were rescued too often, now dead letters.
    pub poison: u64,
    /// Whether more leases have run out.
    pub more: bool,
}

impl Queue {
    /// Renews the leases of those fencing tokens, and shows `about` (a JSON text) as the state of that worker. Answers
    /// the tokens that no longer hold a lease.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn heartbeat(
        &self,
        worker: &str,
        about: &str,
        lease: Duration,
        tokens: &[u64],
    ) -> Result<Vec<u64>, QueueError> {
        let script: &Script = &HEARTBEAT;
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let mut lost = Vec::new();
        let mut rest = tokens;
        loop {
            let (batch, after) = rest.split_at(rest.len().min(BATCH_JOBS_MAX));
            let mut command = script.call(&self.keys);
            command.arg(lease_ms).arg(worker).arg(about).arg(WORKER_FORGOTTEN_MS).arg(batch);
            for value in script.array(script.run(&self.connection, &command).await?)? {
                lost.push(script.count(Some(&value))?);
            }
            rest = after;
            if rest.is_empty() {
                return Ok(lost);
            }
        }
    }

    /// Takes back jobs whose lease ran out: about `limit` of them (at most [`BATCH_JOBS_MAX`] beyond it, as a claim is
    /// taken back whole). Any process may do it, any number of them at once.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn rescue(&self, limit: usize) -> Result<Rescued, QueueError> {
        let script: &Script = &RESCUE;
        let mut command = script.call(&self.keys);
        command.arg(limit.clamp(1, BATCH_JOBS_MAX)).arg(RESCUES_MAX);
        let values = script.array(script.run(&self.connection, &command).await?)?;
        Ok(Rescued {
            rescued: script.count(values.first())?,
            poison: script.count(values.get(1))?,
            more: script.count(values.get(2))? == 1,
        })
    }
}
