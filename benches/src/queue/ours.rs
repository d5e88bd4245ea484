//! Our queue as a contender: `jobs/` as the workers role uses it, lanes of many merchants included.

use std::{ops::Range, sync::Arc};

use anyhow::{Context, Result};
use apalis_core::{
    error::WorkerError,
    task::data::Data,
    worker::{builder::WorkerBuilder, context::WorkerContext},
};
use domain::{LogId, MerchantId};
use futures::{FutureExt, future::BoxFuture};
use jobs::{AwardPoints, Job, JobError, JobKind, NewJob, QueueBackend, Queues, WorkerOptions, WorkerProcess};
use tokio::task::JoinHandle;

use super::{
    protocol::{log_id, number_of},
    runner::{Contender, Log},
};

/// Number of merchants over whose lanes the jobs are spread.
const LANES: usize = 50;
/// Seed of the jitter, which no measurement depends on.
const SEED: u64 = 1;

/// Our queue under measurement.
#[derive(Clone)]
pub(crate) struct Ours {
    queues: Queues,
    lanes: Arc<[MerchantId]>,
}

impl Ours {
    /// Connects to Redis.
    ///
    /// # Errors
    /// Fails when Redis does not answer.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        let queues = Queues::connect(url)?;
        queues.ping().await?;
        let lanes = (0..LANES).map(|lane| MerchantId::parse(&format!("01JD8Q3VN7Z9M0A2B4C6D8E0{lane:02}")));
        Ok(Self { queues, lanes: lanes.collect::<Result<Vec<_>, _>>()?.into() })
    }

    fn job(&self, number: usize) -> Result<NewJob> {
        let log_id = LogId::parse(&log_id(number))?;
        NewJob::of_webhook(JobKind::AwardPoints, log_id, &self.lanes[number % LANES]).context("not of a webhook")
    }
}

/// A worker, prepared or running.
pub(crate) struct Worker {
    context: WorkerContext,
    waiting: Option<BoxFuture<'static, Result<(), WorkerError>>>,
    running: Option<JoinHandle<Result<(), WorkerError>>>,
}

async fn handle(job: Job<AwardPoints>, log: Data<Arc<Log>>) -> Result<(), JobError> {
    log.note(number_of(job.payload.log_id.as_str()));
    Ok(())
}

impl Contender for Ours {
    type Worker = Worker;

    fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    async fn enqueue(&self, jobs: Range<usize>) -> Result<()> {
        let jobs = jobs.map(|number| self.job(number)).collect::<Result<Vec<_>>>()?;
        self.queues.enqueue(&jobs).await?;
        Ok(())
    }

    async fn pending(&self, _count: usize) -> Result<usize> {
        let counts = self.queues.queue(JobKind::AwardPoints).counts().await?;
        Ok(usize::try_from(counts.pending())?)
    }

    async fn prepare(&self, concurrency: usize, log: Arc<Log>) -> Result<Worker> {
        let name = format!("bench-{}", std::process::id());
        let context = WorkerContext::new(&name);
        let process = WorkerProcess::new(self.queues.redis(), &name, SEED);
        let options = WorkerOptions { concurrency: Some(concurrency), ..WorkerOptions::new(name, SEED) };
        let worker = WorkerBuilder::new(&context)
            .backend(QueueBackend::<AwardPoints>::new(&process, &self.queues, options))
            .data(log)
            .build(handle);
        Ok(Worker { context, waiting: Some(worker.run().boxed()), running: None })
    }

    async fn work(&self, worker: &mut Worker) -> Result<()> {
        worker.running = Some(tokio::spawn(worker.waiting.take().context("the worker runs already")?));
        Ok(())
    }

    async fn stop(&self, worker: Worker) -> Result<()> {
        if let Some(running) = worker.running {
            worker.context.stop()?;
            running.await??;
        }
        Ok(())
    }
}
