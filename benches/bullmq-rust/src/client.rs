//! BullMQ's official client for Rust behind the benchmark's trait. Sets nothing but what its documents advise.

use std::{ops::Range, sync::Arc};

use anyhow::Result;
use bullmq::{
    Job, Queue, QueueOptions, Worker, WorkerOptions,
    options::RedisConnectionOptions,
    queue::BulkJob,
    types::RemoveOnFinish,
    worker::{CancellationToken, ProcessorFn},
};
use serde::{Deserialize, Serialize};

use crate::{
    protocol::{log_id, number_of},
    runner::{Contender, Log},
};

const NAME: &str = "award-points";
const CLOSE_MS_MAX: u64 = 10_000;

#[derive(Serialize, Deserialize)]
struct Payload {
    log_id: String,
}

#[derive(Clone)]
pub(crate) struct BullMq {
    url: Arc<str>,
    queue: Arc<Queue>,
}

impl BullMq {
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let mut options = QueueOptions { connection: connection(url), ..QueueOptions::default() };
        options.default_job_options.remove_on_complete = Some(RemoveOnFinish::Bool(true));
        Ok(Self { url: url.into(), queue: Arc::new(Queue::with_options(NAME, options).await?) })
    }
}

fn connection(url: &str) -> RedisConnectionOptions {
    RedisConnectionOptions::new().url(url)
}

impl Contender for BullMq {
    type Worker = Worker;

    fn version() -> String {
        "1.4.4".to_owned()
    }

    async fn enqueue(&self, jobs: Range<usize>) -> Result<()> {
        if jobs.len() == 1 {
            self.queue.add(NAME, Payload { log_id: log_id(jobs.start) }).await?;
        } else {
            let jobs = jobs.map(|number| BulkJob::new(NAME, Payload { log_id: log_id(number) })).collect();
            self.queue.add_bulk(jobs).await?;
        }
        Ok(())
    }

    async fn pending(&self, _count: usize) -> Result<usize> {
        let counts = self.queue.get_job_counts().await?;
        Ok(usize::try_from(counts.waiting + counts.active + counts.delayed + counts.prioritized)?)
    }

    async fn prepare(&self, concurrency: usize, log: Arc<Log>) -> Result<Worker> {
        let handle: ProcessorFn = Arc::new(move |job: Job, _token: CancellationToken| {
            let log = Arc::clone(&log);
            Box::pin(async move {
                log.note(job.data()["log_id"].as_str().and_then(number_of));
                Ok(serde_json::Value::Null)
            })
        });
        let connection = connection(&self.url);
        let options = WorkerOptions { connection, concurrency, autorun: false, ..WorkerOptions::default() };
        Ok(Worker::with_options(NAME, handle, options).await?)
    }

    async fn work(&self, worker: &mut Worker) -> Result<()> {
        Ok(worker.run().await?)
    }

    async fn stop(&self, worker: Worker) -> Result<()> {
        Ok(worker.close(CLOSE_MS_MAX).await?)
    }
}
