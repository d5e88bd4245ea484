//! `apalis-redis` as a contender: the storage that ours replaces. Its fetch fails permanently at 8,000 due jobs, so it
//! never receives that many.

use std::{ops::Range, sync::Arc};

use anyhow::{Context, Result, anyhow};
use apalis_core::{
    backend::TaskSink,
    error::WorkerError,
    task::data::Data,
    worker::{builder::WorkerBuilder, context::WorkerContext},
};
use apalis_redis::{Config, ConnectionManager, RedisStorage};
use futures::{FutureExt, future::BoxFuture};
use redis::AsyncCommands;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::{
    protocol::{log_id, number_of},
    runner::{Contender, Log},
};

/// Jobs that may be due at once: one less is the largest number that its script can unpack.
pub(crate) const DUE_JOBS_MAX: usize = 7_999;
const QUEUE: &str = "bench";

/// The fields of our own payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Payload {
    log_id: String,
}

/// The library's storage under measurement.
#[derive(Clone)]
pub(crate) struct Apalis {
    connection: ConnectionManager,
}

impl Apalis {
    /// Connects to Redis.
    ///
    /// # Errors
    /// Fails when Redis does not answer.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        Ok(Self { connection: apalis_redis::connect(url).await? })
    }

    fn storage(&self, config: Config) -> RedisStorage<Payload> {
        RedisStorage::new(self.connection.clone()).with_config(config)
    }
}

fn config() -> Config {
    Config::default().queue(QUEUE)
}

/// A worker, prepared or running.
pub(crate) struct Worker {
    context: WorkerContext,
    waiting: Option<BoxFuture<'static, Result<(), WorkerError>>>,
    running: Option<JoinHandle<Result<(), WorkerError>>>,
}

async fn handle(payload: Payload, log: Data<Arc<Log>>) {
    log.note(number_of(&payload.log_id));
}

impl Contender for Apalis {
    type Worker = Worker;

    fn version() -> String {
        "1.0.0".to_owned()
    }

    async fn enqueue(&self, jobs: Range<usize>) -> Result<()> {
        let jobs = jobs.map(|number| Payload { log_id: log_id(number) }).collect();
        self.storage(config()).push_bulk(jobs).await.map_err(|error| anyhow!("{error:?}"))
    }

    async fn pending(&self, count: usize) -> Result<usize> {
        let done: usize = self.connection.clone().scard(config().done_jobs_set()).await?;
        Ok(count.saturating_sub(done))
    }

    async fn prepare(&self, concurrency: usize, log: Arc<Log>) -> Result<Worker> {
        let context = WorkerContext::new(&format!("bench-{}", std::process::id()));
        let storage = self.storage(config().batch_size(concurrency));
        let worker = WorkerBuilder::new(&context).backend(storage).data(log).build(handle);
        Ok(Worker { context, waiting: Some(worker.run().boxed()), running: None })
    }

    async fn work(&self, worker: &mut Worker) -> Result<()> {
        worker.running = Some(tokio::spawn(worker.waiting.take().context("the worker runs already")?));
        Ok(())
    }

    async fn stop(&self, worker: Worker) -> Result<()> {
        if let Some(running) = worker.running {
            // It may have ended by itself, of an error that its jobs then show.
            let told = worker.context.stop();
            running.await??;
            told?;
        }
        Ok(())
    }
}
