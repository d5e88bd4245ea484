//! The workers process: one apalis worker for each kind of the catalogue, all with the same services.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use apalis::prelude::{WorkerBuilder, WorkerContext, WorkerError};
use datastores::Datastores;
use jobs::{Job, JobError, JobKind, Payload, QueueBackend, Queues, WorkerOptions, WorkerProcess};
use platform::Context;
use platform::config::WorkersSettings;
use platform::health::{Health, HealthServer};
use platform::shutdown::Shutdown;
use store::Store;
use tokio::task::JoinHandle;

use crate::env::WorkerEnv;
use crate::handlers;
use crate::meter::Meter;
use crate::outcomes::OutcomeSink;

/// A started worker. It returns an error when the worker ended for another reason than the shutdown.
pub type WorkerHandle = JoinHandle<anyhow::Result<()>>;

type Worker = (JobKind, WorkerHandle);

/// A started workers role.
#[derive(Debug)]
pub struct Running {
    health: HealthServer,
    workers: Vec<Worker>,
    store: Store,
}

impl Running {
    /// Returns the address at which health and metrics are served.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.health.local_addr()
    }

    /// Waits until all workers have drained after the shutdown began.
    ///
    /// # Errors
    /// Fails when a worker ended for another reason.
    pub async fn finished(self) -> anyhow::Result<()> {
        for (kind, worker) in self.workers {
            worker.await.with_context(|| format!("the {kind} worker panicked"))??;
        }
        self.store.close().await;
        Ok(())
    }
}

/// Runs until the shutdown has drained.
///
/// # Errors
/// Fails when the role cannot start, or a worker ends before the shutdown.
pub async fn serve(settings: WorkersSettings, context: Context) -> anyhow::Result<()> {
    let shutdown = context.shutdown.clone();
    let running = start(settings, context).await?;
    let finished = running.finished();
    tokio::pin!(finished);
    tokio::select! {
        ended = &mut finished => ended,
        () = shutdown.aborting() => anyhow::bail!("stopped before all jobs had drained; they will be rescued"),
    }
}

/// Starts the role and returns; it stops when `context`'s shutdown drains.
///
/// # Errors
/// Fails when a setting cannot be used, or the health address is in use.
pub async fn start(settings: WorkersSettings, context: Context) -> anyhow::Result<Running> {
    let datastores = Datastores::new(&settings.database, &settings.redis, context.ids.random_u64())?;
    datastores.watch_redis(context.shutdown.clone());
    let name = format!("workers-{}", context.ids.ulid());
    let env = Arc::new(WorkerEnv::new(name, &settings, &datastores, &context)?);
    let health = Health::new(datastores.readiness(), context.metrics.clone(), context.shutdown.clone())
        .serve(settings.workers.addr)
        .await
        .with_context(|| format!("LOYALNEST_WORKERS_ADDR {} cannot be used", settings.workers.addr))?;
    let workers = start_workers(&env, datastores.queues(), &settings, &context.shutdown);
    tracing::info!(name = env.worker, addr = %health.local_addr(), "workers are up");
    Ok(Running { health, workers, store: env.store.clone() })
}

/// Starts a worker for each kind of the catalogue. A kind without a handler does not compile.
fn start_workers(
    env: &Arc<WorkerEnv>,
    queues: &Queues,
    settings: &WorkersSettings,
    shutdown: &Shutdown,
) -> Vec<Worker> {
    let sink = Arc::new(OutcomeSink::new(env.store.clone(), Arc::clone(&env.ids)));
    let process = WorkerProcess::new(queues.redis(), &env.worker, env.ids.random_u64());
    let options = |kind: JobKind| WorkerOptions {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        host: platform::host::name(),
        lease_ms: Some(lease_ms(settings.workers.lease())),
        sink: Some(sink.clone()),
        observer: Arc::new(Meter::start(kind)),
        ..WorkerOptions::new(format!("{}-{kind}", env.worker), env.ids.random_u64())
    };
    macro_rules! start_each {
        ($($module:ident::$payload:ident($($entry:tt)*);)*) => {
            vec![$({
                let env = Arc::clone(env);
                let handler = move |job: Job<jobs::$payload>| {
                    let env = Arc::clone(&env);
                    async move { handlers::$module::handle(job, &env).await }
                };
                (JobKind::$payload, start_worker(&process, queues, options(JobKind::$payload), handler, shutdown.clone()))
            },)*]
        };
    }
    jobs::catalogue!(start_each)
}

/// Starts the worker of `P`'s kind in that process. It ends when the shutdown has drained.
pub fn start_worker<P, H, F>(
    process: &WorkerProcess,
    queues: &Queues,
    options: WorkerOptions,
    handler: H,
    shutdown: Shutdown,
) -> WorkerHandle
where
    P: Payload,
    H: FnMut(Job<P>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<(), JobError>> + Send + 'static,
{
    let context = WorkerContext::new(&options.name);
    let worker = WorkerBuilder::new(&context).backend(QueueBackend::<P>::new(process, queues, options)).build(handler);
    tokio::spawn(drive(P::KIND, worker.run(), context, shutdown))
}

/// Runs one worker; when the shutdown drains, it claims no more jobs and finishes those it has claimed.
async fn drive(
    kind: JobKind,
    worker: impl Future<Output = Result<(), WorkerError>>,
    context: WorkerContext,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    tokio::pin!(worker);
    tokio::select! {
        ended = &mut worker => {
            ended?;
            anyhow::bail!("the {kind} worker ended before the shutdown began");
        }
        () = shutdown.draining() => {
            // Stopping fails only where the worker has ended already.
            if let Err(error) = context.stop() {
                tracing::debug!(%kind, %error, "worker was not running");
            }
            worker.await?;
            tracing::info!(%kind, "worker has drained");
            Ok(())
        }
    }
}

fn lease_ms(lease: Duration) -> u64 {
    u64::try_from(lease.as_millis()).unwrap_or(u64::MAX)
}
