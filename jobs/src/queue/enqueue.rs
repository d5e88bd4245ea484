//! Taking jobs in. One call of the script is atomic; calls for several kinds share one round trip.

use redis::{Cmd, Value};

use super::{
    BATCH_JOBS_MAX, Queue, Queues,
    script::{ENQUEUE, Script},
};
use crate::{
    envelope::{JobId, NewJob},
    error::QueueError,
    kind::JobKind,
};

impl Queues {
    /// Enqueues any number of jobs of any kinds. Returns their ids in order; a job that is already there, by its
    /// id or its idempotency key, returns the first job's id. Jobs are sent in calls of at most [`BATCH_JOBS_MAX`]
    /// of one kind, each atomic, all in one round trip.
    ///
    /// # Errors
    /// `Invalid`: nothing was enqueued. `Redis`: some of the calls may have been carried out; enqueue all again, which
    /// jobs with idempotency keys, or with ids made from what they are about, bear.
    pub async fn enqueue(&self, jobs: &[NewJob]) -> Result<Vec<JobId>, QueueError> {
        let known = self.send(jobs).await?;
        Ok(jobs.iter().zip(known).map(|(job, known)| known.unwrap_or_else(|| job.id.clone())).collect())
    }

    /// As [`Queues::enqueue`], for a reconciler: returns how many of the jobs were missing.
    ///
    /// # Errors
    /// As [`Queues::enqueue`].
    pub async fn enqueue_missing(&self, jobs: &[NewJob]) -> Result<usize, QueueError> {
        Ok(self.send(jobs).await?.iter().filter(|known| known.is_none()).count())
    }

    /// Which of the jobs Redis does not know, in order: it has lost them, or they have ended. Changes nothing.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn missing(&self, jobs: &[NewJob]) -> Result<Vec<bool>, QueueError> {
        let mut missing = vec![false; jobs.len()];
        for kind in JobKind::ALL {
            let of_kind: Vec<usize> = (0..jobs.len()).filter(|index| jobs[*index].kind == kind).collect();
            for chunk in of_kind.chunks(BATCH_JOBS_MAX) {
                let mut command = redis::cmd("HMGET");
                command.arg(self.queue(kind).keys.jobs());
                command.arg(chunk.iter().map(|index| jobs[*index].id.as_str()).collect::<Vec<_>>());
                let stored: Vec<Value> = command.query_async(&mut self.connection.clone()).await?;
                for (index, stored) in chunk.iter().zip(stored) {
                    missing[*index] = stored == Value::Nil;
                }
            }
        }
        Ok(missing)
    }

    /// Returns, for each job, the id of the one that was there before it.
    async fn send(&self, jobs: &[NewJob]) -> Result<Vec<Option<JobId>>, QueueError> {
        let mut calls = Vec::new();
        for kind in JobKind::ALL {
            let of_kind: Vec<usize> = (0..jobs.len()).filter(|index| jobs[*index].kind == kind).collect();
            for chunk in of_kind.chunks(BATCH_JOBS_MAX) {
                calls.push((self.queue(kind).enqueue_command(jobs, chunk)?, chunk.to_vec()));
            }
        }
        let script: &Script = &ENQUEUE;
        let answers = calls.iter().map(|(command, _)| script.run(&self.connection, command));
        let answers = futures::future::try_join_all(answers).await?;

        let mut known = vec![None; jobs.len()];
        for ((_, indexes), answer) in calls.iter().zip(answers) {
            put_known(script, &mut known, indexes, answer)?;
        }
        Ok(known)
    }
}

/// Notes the jobs that were already there.
fn put_known(script: &Script, known: &mut [Option<JobId>], indexes: &[usize], answer: Value) -> Result<(), QueueError> {
    let mut values = script.array(answer)?.into_iter();
    while let Some(position) = values.next() {
        let position = usize::try_from(script.count(Some(&position))?).unwrap_or(usize::MAX);
        let first = JobId::trusted(&script.text(values.next())?);
        let index = *indexes.get(position).ok_or_else(|| script.unexpected("index out of range"))?;
        known[index] = Some(first);
    }
    Ok(())
}

impl Queue {
    fn enqueue_command(&self, jobs: &[NewJob], indexes: &[usize]) -> Result<Cmd, QueueError> {
        let mut command = ENQUEUE.call(&self.keys);
        let mut reference = String::with_capacity(64);
        for job in indexes.iter().map(|index| &jobs[*index]) {
            reference.clear();
            reference.push_str(job.id.as_str());
            reference.push('/');
            reference.push_str(job.lane.as_str());
            command.arg(&reference).arg(job.envelope()?);
            if job.run_at_ms > 0 {
                command.arg(job.run_at_ms);
            } else {
                command.arg("");
            }
            match &job.idempotency_key {
                Some(key) => command.arg(key).arg(job.idempotency_window_ms.max(1)),
                None => command.arg("").arg(""),
            };
        }
        Ok(command)
    }
}
