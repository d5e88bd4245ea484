//! The scheduler process: its passes side by side, and its health.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use datastores::Datastores;
use jobs::{EVENT_CONSUMERS, EventConsumer, Queues};
use platform::Context;
use platform::config::{SchedulerConfig, SchedulerSettings};
use platform::health::{Health, HealthServer};
use store::Store;
use tokio::task::JoinSet;

use crate::cron::Cron;
use crate::passes::repeat;
use crate::relay::{DeliverySweep, Relay};
use crate::sweep::Sweep;
use crate::{gauges, rescue, settings};

/// Interval between two measurements of the queues.
const GAUGES_INTERVAL: Duration = Duration::from_secs(5);
/// Interval between two searches for due ticks, which is how late a tick may be.
const CRON_INTERVAL: Duration = Duration::from_secs(1);
/// Interval between two checks that Redis has the settings of the queues.
const SETTINGS_INTERVAL: Duration = Duration::from_secs(2);

/// A started scheduler role.
#[derive(Debug)]
pub struct Running {
    health: HealthServer,
    passes: JoinSet<()>,
    store: Store,
}

impl Running {
    /// Returns the address at which health and metrics are served.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.health.local_addr()
    }

    /// Waits until the running passes have ended after the shutdown began.
    ///
    /// # Errors
    /// Fails when a pass panicked.
    pub async fn finished(mut self) -> anyhow::Result<()> {
        while let Some(pass) = self.passes.join_next().await {
            pass.context("a pass panicked")?;
        }
        self.store.close().await;
        Ok(())
    }
}

/// Runs until the shutdown has drained.
///
/// # Errors
/// Fails when the role cannot start, or a pass panicked.
pub async fn serve(settings: SchedulerSettings, context: Context) -> anyhow::Result<()> {
    serve_with(EVENT_CONSUMERS, settings, context).await
}

/// As [`serve`], with other consumers of events.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with(
    consumers: &'static [EventConsumer],
    settings: SchedulerSettings,
    context: Context,
) -> anyhow::Result<()> {
    let shutdown = context.shutdown.clone();
    let running = start_with(consumers, settings, context).await?;
    tokio::select! {
        ended = running.finished() => ended,
        () = shutdown.aborting() => Ok(()), // a pass may be cut off anywhere: the next one finds the same work
    }
}

/// Starts the role and returns; it stops when `context`'s shutdown drains.
///
/// # Errors
/// Fails when a setting cannot be used, or the health address is in use.
pub async fn start(settings: SchedulerSettings, context: Context) -> anyhow::Result<Running> {
    start_with(EVENT_CONSUMERS, settings, context).await
}

/// As [`start`], with other consumers of events.
///
/// # Errors
/// As [`start`].
pub async fn start_with(
    consumers: &'static [EventConsumer],
    settings: SchedulerSettings,
    context: Context,
) -> anyhow::Result<Running> {
    let SchedulerSettings { scheduler, cron, database, redis, .. } = settings;
    let datastores = Datastores::new(&database, &redis, context.ids.random_u64())?;
    let (store, queues) = (datastores.store().clone(), datastores.queues().clone());
    datastores.watch_redis(context.shutdown.clone());
    let health = Health::new(datastores.readiness(), context.metrics.clone(), context.shutdown.clone())
        .serve(scheduler.addr)
        .await
        .with_context(|| format!("LOYALNEST_SCHEDULER_ADDR {} cannot be used", scheduler.addr))?;

    let mut passes = JoinSet::new();
    let sweep = Sweep::new(store.clone(), queues.clone(), scheduler.sweep_after(), scheduler.sweep_rows_max);
    let sweep = Arc::new(tokio::sync::Mutex::new(sweep));
    passes.spawn(repeat("sweep", scheduler.sweep_interval(), context.shutdown.clone(), move || {
        let sweep = Arc::clone(&sweep);
        async move { sweep.lock().await.pass().await }
    }));
    let cron = Arc::new(tokio::sync::Mutex::new(Cron::new(store.clone(), queues.clone(), &cron)));
    passes.spawn(repeat("cron", CRON_INTERVAL, context.shutdown.clone(), move || {
        let cron = Arc::clone(&cron);
        async move { cron.lock().await.pass().await }
    }));
    let of = queues.clone();
    passes.spawn(repeat("rescue", scheduler.rescue_interval(), context.shutdown.clone(), move || {
        let queues = of.clone();
        async move { rescue::pass(&queues).await }
    }));
    spawn_relay(&mut passes, consumers, &store, &queues, &scheduler, &context);
    let (of, kept) = (queues.clone(), store.clone());
    passes.spawn(repeat("gauges", GAUGES_INTERVAL, context.shutdown.clone(), move || {
        let (store, queues) = (kept.clone(), of.clone());
        async move { gauges::pass(&store, &queues).await }
    }));
    let (of, kept) = (queues.clone(), store.clone());
    passes.spawn(repeat("settings", SETTINGS_INTERVAL, context.shutdown.clone(), move || {
        let (store, queues) = (kept.clone(), of.clone());
        async move { settings::pass(&store, &queues).await }
    }));
    tracing::info!(addr = %health.local_addr(), "scheduler is up");
    Ok(Running { health, passes, store })
}

/// Starts the relay of events, and the pass that enqueues lost deliveries again.
fn spawn_relay(
    passes: &mut JoinSet<()>,
    consumers: &'static [EventConsumer],
    store: &Store,
    queues: &Queues,
    scheduler: &SchedulerConfig,
    context: &Context,
) {
    let name = context.ids.ulid();
    let relay = Relay::new(store.clone(), queues.clone(), consumers, name, scheduler.relay_rows_max);
    let relay = Arc::new(relay);
    passes.spawn(repeat("relay", scheduler.relay_interval(), context.shutdown.clone(), move || {
        let relay = Arc::clone(&relay);
        async move { relay.pass().await }
    }));
    let (after, rows_max) = (scheduler.sweep_after(), scheduler.sweep_rows_max);
    let sweep = DeliverySweep::new(store.clone(), queues.clone(), consumers, after, rows_max);
    let sweep = Arc::new(tokio::sync::Mutex::new(sweep));
    passes.spawn(repeat("event-deliveries", scheduler.sweep_interval(), context.shutdown.clone(), move || {
        let sweep = Arc::clone(&sweep);
        async move { sweep.lock().await.pass().await }
    }));
}
