//! The process of a contender: reads commands, drives a [`Contender`], answers. Shared by all contenders in Rust, so that
//! all are driven alike; included as source by `bullmq-rust`, which is a workspace of its own.

use std::{
    future::Future,
    io::{BufRead, Write},
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::{sync::mpsc, time::Instant};

use super::protocol::{Answer, Command};

/// Interval at which a paced producer enqueues what is due.
const PACE_TICK: Duration = Duration::from_millis(1);
/// Concurrent calls of a paced producer.
const PACED_CALLS_MAX: usize = 64;

/// A queue under measurement. Cheap to clone.
pub(crate) trait Contender: Clone + Send + Sync + 'static {
    /// The type of its workers.
    type Worker: Send;
    /// Returns the version of the measured library.
    fn version() -> String;
    /// Enqueues these jobs with one call.
    fn enqueue(&self, jobs: Range<usize>) -> impl Future<Output = Result<()>> + Send;
    /// Returns the jobs among the first `count` that are not finished.
    fn pending(&self, count: usize) -> impl Future<Output = Result<usize>> + Send;
    /// Connects a worker that records each job it runs.
    fn prepare(&self, concurrency: usize, log: Arc<Log>) -> impl Future<Output = Result<Self::Worker>> + Send;
    /// Starts the worker.
    fn work(&self, worker: &mut Self::Worker) -> impl Future<Output = Result<()>> + Send;
    /// Stops the worker after its running jobs have ended.
    fn stop(&self, worker: Self::Worker) -> impl Future<Output = Result<()>> + Send;
}

/// The record of the jobs that a worker ran.
#[derive(Debug)]
pub(crate) struct Log {
    clock_us: fn() -> i64,
    handled: AtomicUsize,
    runs: Vec<AtomicU32>,
    started_us: Vec<AtomicI64>,
}

impl Log {
    fn new(count: usize, clock_us: fn() -> i64) -> Self {
        let runs = (0..count).map(|_| AtomicU32::new(0)).collect();
        let started_us = (0..count).map(|_| AtomicI64::new(0)).collect();
        Self { clock_us, handled: AtomicUsize::new(0), runs, started_us }
    }

    /// Records the start of a job. A job that was never enqueued counts as handled but not as seen, so that the verification fails.
    pub(crate) fn note(&self, number: Option<usize>) {
        if let Some(number) = number.filter(|number| *number < self.runs.len()) {
            self.runs[number].fetch_add(1, Ordering::Relaxed);
            self.started_us[number].store((self.clock_us)(), Ordering::Relaxed);
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
    }

    fn report(&self) -> Answer {
        let runs: Vec<u32> = self.runs.iter().map(|runs| runs.load(Ordering::Relaxed)).collect();
        let digit = |four: &[u32]| four.iter().enumerate().map(|(bit, runs)| u32::from(*runs > 0) << bit).sum();
        Answer {
            handled: self.handled.load(Ordering::Relaxed),
            doubled: runs.iter().map(|runs| runs.saturating_sub(1) as usize).sum(),
            seen: runs.chunks(4).filter_map(|four| char::from_digit(digit(four), 16)).collect(),
            started_us: self.started_us.iter().map(|at| at.load(Ordering::Relaxed)).collect(),
            ..Answer::default()
        }
    }
}

/// Serves commands from standard input until it ends. `clock_us` must be comparable between processes of this machine.
///
/// # Errors
/// Fails when standard output is closed.
pub(crate) async fn serve<C: Contender>(contender: C, clock_us: fn() -> i64) -> Result<()> {
    let (sender, mut lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    tell(&Answer { version: C::version(), ..Answer::default() })?;
    let mut worker = None;
    let mut log = Arc::new(Log::new(0, clock_us));
    while let Some(line) = lines.recv().await {
        let command = serde_json::from_str(&line).context("not a command");
        let answer = match command {
            Ok(command) => carry_out(&contender, command, &mut worker, &mut log, clock_us).await,
            Err(error) => Err(error),
        };
        tell(&answer.unwrap_or_else(|error| Answer { error: Some(format!("{error:#}")), ..Answer::default() }))?;
    }
    Ok(())
}

fn tell(answer: &Answer) -> Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    let mut output = std::io::stdout().lock();
    output.write_all(&line)?;
    Ok(output.flush()?)
}

async fn carry_out<C: Contender>(
    contender: &C,
    command: Command,
    worker: &mut Option<C::Worker>,
    log: &mut Arc<Log>,
    clock_us: fn() -> i64,
) -> Result<Answer> {
    let begun = Instant::now();
    let mut answer = Answer::default();
    match command {
        Command::Bulk { count, batch, calls } => bulk(contender, count, batch, calls).await?,
        Command::Single { count, producers } => single(contender, count, producers).await?,
        Command::Paced { count, jobs_per_s, batch } => {
            answer.sent_us = paced(contender, count, jobs_per_s, batch, clock_us).await?;
        }
        Command::Prepare { count, concurrency } => {
            *log = Arc::new(Log::new(count, clock_us));
            *worker = Some(contender.prepare(concurrency, Arc::clone(log)).await?);
        }
        Command::Work => match worker {
            Some(worker) => contender.work(worker).await?,
            None => bail!("there is no worker: `prepare` comes first"),
        },
        Command::Handled => answer.handled = log.handled.load(Ordering::Relaxed),
        Command::Pending { count } => answer.pending = contender.pending(count).await?,
        Command::Report => answer = log.report(),
        Command::Stop => match worker.take() {
            Some(worker) => contender.stop(worker).await?,
            None => bail!("there is no worker"),
        },
    }
    answer.ms = begun.elapsed().as_secs_f64() * 1_000.0;
    Ok(answer)
}

/// Returns the numbers from 0 to `count` in batches.
fn batches(count: usize, batch: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(batch.max(1)).map(move |from| from..(from + batch.max(1)).min(count))
}

async fn bulk<C: Contender>(contender: &C, count: usize, batch: usize, calls: usize) -> Result<()> {
    let all = stream::iter(batches(count, batch).map(|jobs| contender.enqueue(jobs)));
    all.buffer_unordered(calls.max(1)).try_collect().await
}

async fn single<C: Contender>(contender: &C, count: usize, producers: usize) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let tasks = (0..producers.max(1)).map(|_| {
        let (contender, next) = (contender.clone(), Arc::clone(&next));
        tokio::spawn(async move {
            loop {
                let job = next.fetch_add(1, Ordering::Relaxed);
                if job >= count {
                    return anyhow::Ok(());
                }
                contender.enqueue(job..job + 1).await?;
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    Ok(())
}

/// Returns when each job was due to be enqueued, so that waiting for the client counts.
async fn paced<C: Contender>(
    contender: &C,
    count: usize,
    jobs_per_s: f64,
    batch: usize,
    clock_us: fn() -> i64,
) -> Result<Vec<i64>> {
    if !(jobs_per_s.is_finite() && jobs_per_s > 0.0) {
        bail!("a rate of {jobs_per_s} jobs/s");
    }
    let (begun, begun_us) = (Instant::now(), clock_us());
    let mut ticks = tokio::time::interval(PACE_TICK);
    let mut calls = tokio::task::JoinSet::new();
    let mut sent_us = Vec::with_capacity(count);
    while sent_us.len() < count {
        ticks.tick().await;
        let elapsed_s = begun.elapsed().as_secs_f64();
        let from = sent_us.len();
        let mut to = from;
        while to < count && to as f64 / jobs_per_s <= elapsed_s {
            to += 1;
        }
        // Timers are no finer than the tick: what it finds due is due now, before any waiting for a free call.
        sent_us.resize(to, begun_us + i64::try_from(begun.elapsed().as_micros())?);
        for jobs in batches(to - from, batch) {
            while calls.len() >= PACED_CALLS_MAX {
                calls.join_next().await.context("no call is under way")???;
            }
            let contender = contender.clone();
            calls.spawn(async move { contender.enqueue(from + jobs.start..from + jobs.end).await });
        }
    }
    while let Some(call) = calls.join_next().await {
        call??;
    }
    Ok(sent_us)
}
