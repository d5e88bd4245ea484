//! Workers with injected faults: the queue's runner, the batches, the sink and the handlers are the real ones,
//! and a fault is injected around each handler: it waits, calls a partner, or ends the process. Used only by
//! the fault matrix.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use datastores::Datastores;
use domain::LogId;
use jobs::{AwardPoints, CancelAdjustment, Job, JobContext, JobError, Payload, WorkerOptions, WorkerProcess};
use platform::Context;
use platform::config::WorkersSettings;
use platform::health::{Health, Readiness};
use tokio::time::sleep;
use workers::{OutcomeSink, WorkerEnv, handlers};

/// Timeout of a call to the partner.
const PARTNER_TIMEOUT: Duration = Duration::from_millis(500);
/// Failed attempts at the partner before its circuit counts as open.
const PARTNER_RETRIES_MAX: u32 = 3;
/// Snooze of a job while the circuit is open.
const CIRCUIT_OPEN: Duration = Duration::from_secs(3);

/// LoyalNest's workers with faults around their handlers, for the fault matrix only.
#[derive(Debug, Clone, Parser)]
#[command(name = "loyalnest-chaos-worker", version, about)]
pub struct Faults {
    /// Wait before the real handler, with the job under lease and nothing done.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    before_ms: u64,
    /// Wait after the real handler, with its work committed and not settled in Redis.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    after_ms: u64,
    /// Abort the process when it runs the job of this webhook.
    #[arg(long, value_name = "LOG_ID")]
    abort_on: Vec<LogId>,
    /// Call a partner at this URL before the real handler; its answer decides the outcome.
    #[arg(long, value_name = "URL")]
    partner: Option<String>,
    /// Concurrency of each kind, instead of its policy's.
    #[arg(long, value_name = "JOBS")]
    concurrency: Option<usize>,
    #[arg(skip = crate::app::http_client())]
    http: reqwest::Client,
}

impl Faults {
    async fn before(&self, log_id: &LogId, context: &JobContext) -> Result<(), JobError> {
        if self.abort_on.contains(log_id) {
            tracing::warn!(%log_id, "this job ends its process");
            std::process::abort();
        }
        if let Some(partner) = &self.partner {
            self.tell(partner, log_id, context).await?;
        }
        sleep(Duration::from_millis(self.before_ms)).await;
        Ok(())
    }

    async fn after(&self) {
        sleep(Duration::from_millis(self.after_ms)).await;
    }

    /// Calls the partner as a handler should: with the job's key; a rate limit snoozes for as long as the partner says,
    /// another failure is retried a few times and then snoozed without counting attempts.
    async fn tell(&self, partner: &str, log_id: &LogId, context: &JobContext) -> Result<(), JobError> {
        let request = self.http.post(format!("{partner}/{log_id}")).timeout(PARTNER_TIMEOUT);
        let failed = |reason: String| {
            if context.attempt > PARTNER_RETRIES_MAX {
                return JobError::snooze(CIRCUIT_OPEN, reason);
            }
            JobError::retry(reason)
        };
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) if answer.status().as_u16() == 429 => {
                let seconds = answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
                Err(JobError::snooze(Duration::from_secs(seconds.unwrap_or(1)), "the partner limits us"))
            }
            Ok(answer) => Err(failed(format!("the partner answers {}", answer.status()))),
            Err(error) => Err(failed(format!("the partner does not answer: {error}"))),
        }
    }
}

/// Runs the workers as `workers::serve` does, with the faults around their handlers.
///
/// # Errors
/// Fails when the role cannot start or a worker ends by itself.
pub async fn serve(faults: Faults, settings: WorkersSettings, context: Context) -> anyhow::Result<()> {
    let datastores = Datastores::new(&settings.database, &settings.redis, context.ids.random_u64())?;
    let name = format!("chaos-{}", context.ids.ulid());
    let env = Arc::new(WorkerEnv::new(name, &settings, &datastores, &context)?);
    let health = Health::new(Readiness::new(), context.metrics.clone(), context.shutdown.clone());
    let health = health.serve(settings.workers.addr).await.context("LOYALNEST_WORKERS_ADDR")?;
    let sink = Arc::new(OutcomeSink::new(env.store.clone(), Arc::clone(&env.ids)));
    let process = WorkerProcess::new(datastores.queues().redis(), &env.worker, context.ids.random_u64());
    macro_rules! start {
        ($module:ident: $payload:ident) => {{
            let options = WorkerOptions {
                concurrency: faults.concurrency,
                lease_ms: Some(settings.workers.lease_seconds * 1_000),
                sink: Some(sink.clone()),
                ..WorkerOptions::new(format!("{}-{}", env.worker, $payload::KIND), context.ids.random_u64())
            };
            let (env, faults) = (Arc::clone(&env), faults.clone());
            let handler = move |job: Job<$payload>| {
                let (env, faults) = (Arc::clone(&env), faults.clone());
                async move {
                    faults.before(&job.payload.log_id, &job.context).await?;
                    handlers::$module::handle(job, &env).await?;
                    faults.after().await;
                    Ok(())
                }
            };
            workers::start_worker(&process, datastores.queues(), options, handler, context.shutdown.clone())
        }};
    }
    // Maintenance is no merchant's job: nothing of a row waits for it.
    let workers = [start!(award_points: AwardPoints), start!(cancel_adjustment: CancelAdjustment)];
    tracing::info!(name = env.worker, addr = %health.local_addr(), ?faults, "workers with faults are up");
    for worker in workers {
        worker.await.context("a worker panicked")??;
    }
    Ok(())
}
