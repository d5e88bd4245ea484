//! The workers process: one apalis worker per job kind, all writing through shared batchers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use apalis::prelude::{WorkerBuilder, WorkerContext, WorkerError};
use datastores::Datastores;
use jobs::{JobKind, QueueBackend, WorkerOptions};
use platform::Context;
use platform::config::WorkersSettings;
use platform::health::{Health, HealthServer};
use platform::shutdown::Shutdown;
use store::Store;
use tokio::task::JoinHandle;

use crate::batch::Batcher;
use crate::handlers;
use crate::maintenance::Maintainer;
use crate::meter::Meter;
use crate::orders::OrderProcessor;
use crate::outcomes::OutcomeSink;

/// A started workers role.
#[derive(Debug)]
pub struct Running {
    health: HealthServer,
    workers: Vec<(JobKind, JoinHandle<anyhow::Result<()>>)>,
    store: Store,
}

impl Running {
    /// Where health and metrics are served.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.health.local_addr()
    }

    /// Waits until all workers have drained after the shutdown began.
    ///
    /// # Errors
    /// When a worker ended for another reason.
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
/// When the role cannot start, or a worker ends by itself.
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
/// When a setting cannot be used or the health address is taken.
pub async fn start(settings: WorkersSettings, context: Context) -> anyhow::Result<Running> {
    let datastores = Datastores::new(&settings.database, &settings.redis, context.ids.random_u64())?;
    let (store, queues) = (datastores.store().clone(), datastores.queues());
    datastores.watch_redis(context.shutdown.clone());
    let name = format!("workers-{}", context.ids.ulid());
    let processor = OrderProcessor {
        store: store.clone(),
        keys: datastores::key_ring(&settings.encryption),
        email_index: datastores::email_index(&settings.email_index),
        clock: context.clock.clone(),
        ids: Arc::clone(&context.ids),
        worker: name.clone(),
    };
    let orders = Batcher::start(
        processor,
        settings.workers.batch_rows_max,
        settings.workers.concurrency,
        settings.workers.batch_pace(),
    );

    let maintainer =
        Maintainer { store: store.clone(), retention: settings.retention.clone(), shutdown: context.shutdown.clone() };

    let health = Health::new(datastores.readiness(), context.metrics.clone(), context.shutdown.clone())
        .serve(settings.workers.addr)
        .await
        .with_context(|| format!("LOYALNEST_WORKERS_ADDR {} cannot be used", settings.workers.addr))?;
    let sink = Arc::new(OutcomeSink { store: store.clone(), ids: Arc::clone(&context.ids) });
    // A kind without handler does not compile.
    let workers = JobKind::ALL.map(|kind| {
        let options = WorkerOptions {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            host: platform::host::name(),
            lease_ms: Some(lease_ms(settings.workers.lease())),
            sink: Some(sink.clone()),
            observer: Arc::new(Meter),
            ..WorkerOptions::new(format!("{name}-{kind}"), context.ids.random_u64())
        };
        macro_rules! worker {
            ($handler:path) => {{
                let worker_context = WorkerContext::new(&options.name);
                let worker = WorkerBuilder::new(&worker_context)
                    .backend(QueueBackend::new(queues, options))
                    .data(orders.clone())
                    .data(maintainer.clone())
                    .build($handler);
                tokio::spawn(drive(kind, worker.run(), worker_context, context.shutdown.clone()))
            }};
        }
        let worker = match kind {
            JobKind::AwardPoints => worker!(handlers::award_points),
            JobKind::CancelAdjustment => worker!(handlers::cancel_adjustment),
            JobKind::Maintenance => worker!(handlers::maintenance),
        };
        (kind, worker)
    });
    tracing::info!(name, addr = %health.local_addr(), "workers are up");
    Ok(Running { health, workers: workers.into(), store })
}

/// Runs one worker; when the shutdown drains, it claims no more and finishes what it has.
///
/// # Errors
/// When the worker ends by itself.
pub async fn drive(
    kind: JobKind,
    worker: impl Future<Output = Result<(), WorkerError>>,
    context: WorkerContext,
    shutdown: Shutdown,
) -> anyhow::Result<()> {
    tokio::pin!(worker);
    tokio::select! {
        ended = &mut worker => {
            ended?;
            anyhow::bail!("the {kind} worker ended without being told to");
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
