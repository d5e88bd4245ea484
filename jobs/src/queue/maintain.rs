//! Keeping leases alive, and taking back those that ran out.

use std::time::Duration;

use redis::Value;

use super::{
    BATCH_JOBS_MAX, Queue, RESCUES_MAX,
    script::{HEARTBEAT, RESCUE, Script},
};
use crate::{envelope::JobId, error::QueueError};

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

/// What a heartbeat returns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beat {
    /// Tokens that no longer hold a lease.
    pub lost: Vec<u64>,
    /// Jobs that a person wants cancelled, each with the token it runs under.
    pub cancelled: Vec<(JobId, u64)>,
    /// Whether leases of anyone have run out, which a rescue takes back.
    pub expired: bool,
    /// The number of dead jobs.
    pub dead: u64,
}

impl Queue {
    /// Renews the leases of those fencing tokens, and shows `about` (a JSON text) as the state of that worker.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn heartbeat(
        &self,
        worker: &str,
        about: &str,
        lease: Duration,
        tokens: &[u64],
    ) -> Result<Beat, QueueError> {
        let script: &Script = &HEARTBEAT;
        let lease_ms = u64::try_from(lease.as_millis()).unwrap_or(u64::MAX);
        let mut beat = Beat::default();
        let mut rest = tokens;
        loop {
            let (batch, after) = rest.split_at(rest.len().min(BATCH_JOBS_MAX));
            let mut command = script.call(&self.keys);
            command.arg(lease_ms).arg(worker).arg(about).arg(WORKER_FORGOTTEN_MS).arg(batch);
            let mut values = script.array(script.run(&self.connection, &command).await?)?.into_iter();
            for value in script.array(values.next().unwrap_or(Value::Nil))? {
                beat.lost.push(script.count(Some(&value))?);
            }
            let mut cancelled = script.array(values.next().unwrap_or(Value::Nil))?.into_iter();
            while let Some(id) = cancelled.next() {
                let id = JobId::trusted(&script.text(Some(id))?);
                beat.cancelled.push((id, script.count(cancelled.next().as_ref())?));
            }
            beat.expired |= script.count(values.next().as_ref())? > 0;
            beat.dead = script.count(values.next().as_ref())?;
            rest = after;
            if rest.is_empty() {
                return Ok(beat);
            }
        }
    }

    /// Takes back jobs whose lease ran out: about `limit` of them (at most [`BATCH_JOBS_MAX`] beyond it, as a claim is
    /// taken back whole). Any process may do it, any number of them at once.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
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
