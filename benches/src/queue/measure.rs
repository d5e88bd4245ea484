//! The measurements: each empties Redis, drives one contender, and verifies that every job ran exactly once.

use std::time::Duration;

use anyhow::{Result, ensure};
use tokio::time::{Instant, sleep};

use super::{contender::Runner, protocol::Command, server::Server};
use crate::{figures::percentile, meter};

/// Jobs per call of a bulk enqueue.
pub(crate) const BULK_BATCH_JOBS: usize = 500;
/// Concurrent calls of a bulk enqueue: preparing one overlaps with executing another.
pub(crate) const BULK_CALLS: usize = 2;
/// Concurrent producers that enqueue one job per call.
pub(crate) const PRODUCERS: usize = 64;
/// Interval of checks whether all jobs have run: the resolution of a processing time.
const POLL: Duration = Duration::from_millis(5);
/// Jobs count as lost when a contender runs none for this long.
const STALL_TIMEOUT: Duration = Duration::from_secs(15);
/// Time after its last job within which a contender must have acknowledged it to Redis.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(10);

/// The processes of a contender, kept warm over the whole run.
pub(crate) struct Team {
    pub(crate) producer: Runner,
    pub(crate) workers: Vec<Runner>,
}

/// The cost of some work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) jobs_per_s: f64,
    /// CPU seconds per 100,000 jobs of the contender's processes.
    pub(crate) client_cpu_s: f64,
    /// CPU seconds per 100,000 jobs of Redis.
    pub(crate) redis_cpu_s: f64,
}

/// Time of jobs from enqueue to start, in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Waits {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

struct Meter {
    clients_s: f64,
    redis_s: f64,
}

impl Meter {
    fn read(team: &Team, server: &Server) -> Self {
        let pids = team.workers.iter().map(|worker| worker.pid).chain([team.producer.pid]);
        Self { clients_s: pids.map(meter::cpu_alone_s).sum(), redis_s: server.cpu_s() }
    }

    fn cost(&self, team: &Team, server: &Server, jobs: usize, seconds: f64) -> Cost {
        let (now, each) = (Self::read(team, server), 100_000.0 / jobs as f64);
        Cost {
            jobs_per_s: jobs as f64 / seconds,
            client_cpu_s: (now.clients_s - self.clients_s) * each,
            redis_cpu_s: (now.redis_s - self.redis_s) * each,
        }
    }
}

/// Enqueues in bulk; returns the cost and Redis' bytes per waiting job.
///
/// # Errors
/// Fails when the contender failed.
pub(crate) async fn bulk(team: &mut Team, server: &mut Server, count: usize) -> Result<(Cost, f64)> {
    server.clear().await?;
    let before = server.data_bytes().await?;
    let meter = Meter::read(team, server);
    let answer = team.producer.tell(&Command::Bulk { count, batch: BULK_BATCH_JOBS, calls: BULK_CALLS }).await?;
    let cost = meter.cost(team, server, count, answer.ms / 1_000.0);
    Ok((cost, (server.data_bytes().await? - before) / count as f64))
}

/// Enqueues one job per call.
///
/// # Errors
/// Fails when the contender failed.
pub(crate) async fn single(team: &mut Team, server: &mut Server, count: usize) -> Result<Cost> {
    server.clear().await?;
    let meter = Meter::read(team, server);
    let answer = team.producer.tell(&Command::Single { count, producers: PRODUCERS }).await?;
    Ok(meter.cost(team, server, count, answer.ms / 1_000.0))
}

/// Processes the jobs that [`bulk`] or [`single`] enqueued with the given number of worker processes.
///
/// # Errors
/// Fails when the contender failed or a job did not run exactly once.
pub(crate) async fn process(
    team: &mut Team,
    server: &Server,
    count: usize,
    workers: usize,
    concurrency: usize,
) -> Result<Cost> {
    for worker in &mut team.workers[..workers] {
        worker.tell(&Command::Prepare { count, concurrency }).await?;
    }
    let (meter, begun) = (Meter::read(team, server), Instant::now());
    for worker in &mut team.workers[..workers] {
        worker.tell(&Command::Work).await?;
    }
    wait_until_handled(team, count, workers).await?;
    wait_until_settled(team, count).await?;
    let cost = meter.cost(team, server, count, begun.elapsed().as_secs_f64());
    check_delivery(team, count, workers).await?;
    Ok(cost)
}

/// Enqueues at a steady rate while one worker runs; returns how long the jobs waited.
///
/// # Errors
/// As [`process`].
pub(crate) async fn waits(
    team: &mut Team,
    server: &mut Server,
    count: usize,
    jobs_per_s: f64,
    concurrency: usize,
) -> Result<Waits> {
    server.clear().await?;
    team.workers[0].tell(&Command::Prepare { count, concurrency }).await?;
    team.workers[0].tell(&Command::Work).await?;
    // A worker that has nothing to do first has to find that out.
    sleep(Duration::from_millis(200)).await;
    let sent_us = team.producer.tell(&Command::Paced { count, jobs_per_s, batch: BULK_BATCH_JOBS }).await?.sent_us;
    wait_until_handled(team, count, 1).await?;
    wait_until_settled(team, count).await?;
    let started_us = check_delivery(team, count, 1).await?;
    ensure!(sent_us.len() == started_us.len(), "{} sent, {} started", sent_us.len(), started_us.len());
    let mut waits: Vec<f64> =
        sent_us.iter().zip(&started_us).map(|(sent, started)| (started - sent) as f64 / 1_000.0).collect();
    let mut at = |share| percentile(&mut waits, share).unwrap_or_default();
    Ok(Waits { p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1.0) })
}

async fn wait_until_handled(team: &mut Team, count: usize, workers: usize) -> Result<()> {
    let (mut last, mut changed) = (0, Instant::now());
    loop {
        let mut handled = 0;
        for worker in &mut team.workers[..workers] {
            handled += worker.tell(&Command::Handled).await?.handled;
        }
        if handled >= count {
            return Ok(());
        }
        if handled > last {
            (last, changed) = (handled, Instant::now());
        }
        ensure!(changed.elapsed() < STALL_TIMEOUT, "{handled} of {count} jobs ran, then none for {STALL_TIMEOUT:?}");
        sleep(POLL).await;
    }
}

async fn wait_until_settled(team: &mut Team, count: usize) -> Result<()> {
    let begun = Instant::now();
    loop {
        let pending = team.producer.tell(&Command::Pending { count }).await?.pending;
        if pending == 0 {
            return Ok(());
        }
        ensure!(
            begun.elapsed() < SETTLE_TIMEOUT,
            "{pending} jobs have run, but Redis does not know after {SETTLE_TIMEOUT:?}"
        );
        sleep(POLL).await;
    }
}

/// Stops the workers and verifies that they saw every enqueued number exactly once. Returns when each
/// job started.
async fn check_delivery(team: &mut Team, count: usize, workers: usize) -> Result<Vec<i64>> {
    let mut runs = vec![0_u32; count];
    let mut started_us = vec![0_i64; count];
    let (mut handled, mut doubled) = (0, 0);
    for worker in &mut team.workers[..workers] {
        worker.tell(&Command::Stop).await?;
        let report = worker.tell(&Command::Report).await?;
        handled += report.handled;
        doubled += report.doubled;
        for (number, runs) in runs.iter_mut().enumerate() {
            let digit = report.seen.as_bytes().get(number / 4).and_then(|digit| char::from(*digit).to_digit(16));
            *runs += digit.unwrap_or(0) >> (number % 4) & 1;
        }
        for (all, one) in started_us.iter_mut().zip(&report.started_us) {
            *all = (*all).max(*one);
        }
    }
    let missing = runs.iter().filter(|runs| **runs == 0).count();
    doubled += runs.iter().map(|runs| runs.saturating_sub(1) as usize).sum::<usize>();
    ensure!(
        missing == 0 && doubled == 0 && handled == count,
        "of {count} jobs {missing} never ran and {doubled} runs were doubled ({handled} runs in all)"
    );
    Ok(started_us)
}
