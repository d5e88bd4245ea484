//! One measured run: sends, waits until the ledger has everything, measures every process, and verifies every order.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use tokio::{
    sync::mpsc,
    time::{Instant, interval, sleep},
};

use super::{
    accounts::Accounts,
    load::{Kind, Load, Order, Request},
    sender::{self, Sent},
};
use crate::{figures::percentile, meter};

/// Name of the process whose memory is mostly shared.
const POSTGRES: &str = "postgres";
/// Interval of checks whether the ledger has everything.
const DRAIN_POLL: Duration = Duration::from_millis(100);
/// Jobs count as lost after this time without progress.
const DRAIN_STALL_TIMEOUT: Duration = Duration::from_secs(60);

/// A process whose resource usage is measured.
#[derive(Debug, Clone)]
pub(crate) struct Metered {
    pub(crate) name: String,
    pub(crate) pid: u32,
}

impl std::str::FromStr for Metered {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, pid) = text.split_once('=').ok_or("NAME=PID is wanted")?;
        let pid = pid.parse().map_err(|error| format!("{pid}: {error}"))?;
        Ok(Self { name: name.to_owned(), pid })
    }
}

/// The mode of sending.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) connections: usize,
    /// Requests per second of an open loop; `None`: closed loop.
    pub(crate) per_s: Option<f64>,
    /// Interval of memory samples, which cost PostgreSQL some milliseconds each.
    pub(crate) memory_every: Duration,
}

/// The result of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RunResult {
    pub(crate) orders: usize,
    pub(crate) accepted_per_s: f64,
    pub(crate) awards_per_s: f64,
    pub(crate) answer_ms: Percentiles,
    pub(crate) commit_ms: Percentiles,
    /// CPU milliseconds per award of each process.
    pub(crate) cpu_ms: BTreeMap<String, f64>,
    /// CPU milliseconds per award of the sender, which is not part of the server.
    pub(crate) sender_cpu_ms: f64,
    /// Resident megabytes of each process, counting PostgreSQL's shared pages once.
    pub(crate) memory: Memory,
}

/// Percentiles of samples in milliseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p90: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Percentiles {
    fn of(mut samples: Vec<f64>) -> Self {
        let mut at = |share| percentile(&mut samples, share).unwrap_or_default();
        Self { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1.0) }
    }
}

/// Generates all requests before the measurement starts.
pub(crate) fn prepared(load: &mut Load, requests: usize) -> Result<mpsc::Receiver<Request>> {
    let (sender, receiver) = mpsc::channel(requests.max(1));
    for _ in 0..requests {
        sender.try_send(load.next()).context("the channel holds all")?;
    }
    Ok(receiver)
}

/// Sends, waits, measures and verifies.
///
/// # Errors
/// Fails when an answer or the ledger is wrong, or orders do not reach the ledger.
pub(crate) async fn run(
    requests: mpsc::Receiver<Request>,
    host: &str,
    pace: Pace,
    metered: &[Metered],
    accounts: &mut Accounts,
) -> Result<RunResult> {
    let own = std::process::id();
    let cpu = |pid| meter::cpu_s(pid);
    let before: Vec<f64> = metered.iter().map(|process| cpu(process.pid)).collect();
    let own_before = meter::cpu_alone_s(own);
    let work = async {
        let sent = sender::send(requests, host, pace.connections, pace.per_s).await?;
        let sender_cpu_s = meter::cpu_alone_s(own) - own_before;
        drain(accounts).await?;
        anyhow::Ok((sent, sender_cpu_s))
    };
    let (done, memory) = watching(work, metered, pace.memory_every).await;
    let (sent, sender_cpu_s) = done?;
    let after: Vec<f64> = metered.iter().map(|process| cpu(process.pid)).collect();
    check_answers(&sent)?;
    accounts.check(&sent).await?;
    let orders: Vec<Order> =
        sent.iter().filter(|sent| sent.kind == Kind::Valid && sent.accepted()).map(|sent| sent.order).collect();
    let (commit_ms, last_commit_us) = commits(accounts, &sent, &orders).await?;
    let each_ms = |seconds: f64| seconds * 1_000.0 / orders.len() as f64;
    let costs = before.iter().zip(&after).map(|(before, after)| each_ms(after - before));
    let first_us = sent.iter().map(|sent| sent.sent_us).min().context("nothing was sent")?;
    let last_answer_us = sent.iter().map(answered_us).max().unwrap_or(first_us);
    let accepted = sent.iter().filter(|sent| sent.accepted()).count();
    Ok(RunResult {
        orders: orders.len(),
        accepted_per_s: per_s(accepted, first_us, last_answer_us),
        awards_per_s: per_s(orders.len(), first_us, last_commit_us),
        answer_ms: Percentiles::of(sent.iter().filter(|sent| sent.accepted()).map(|sent| sent.latency_ms).collect()),
        commit_ms,
        cpu_ms: metered.iter().map(|process| process.name.clone()).zip(costs).collect(),
        sender_cpu_ms: each_ms(sender_cpu_s),
        memory,
    })
}

fn per_s(count: usize, from_us: i64, to_us: i64) -> f64 {
    count as f64 * 1e6 / (to_us - from_us).max(1) as f64
}

fn answered_us(sent: &Sent) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "a latency of a few seconds")]
    let latency_us = (sent.latency_ms * 1_000.0) as i64;
    sent.sent_us + latency_us
}

/// Returns the time from send to commit of every order, and the time of the last commit.
async fn commits(accounts: &Accounts, sent: &[Sent], orders: &[Order]) -> Result<(Percentiles, i64)> {
    let commits_us = accounts.commits_us(orders).await?;
    let mut waits = Vec::with_capacity(orders.len());
    let mut last_us = 0;
    for sent in sent.iter().filter(|sent| sent.kind == Kind::Valid && sent.accepted()) {
        let commit_us = commits_us.get(&sent.order.order_id).context("an accepted order has no row")?;
        waits.push((commit_us - sent.sent_us) as f64 / 1_000.0);
        last_us = last_us.max(*commit_us);
    }
    Ok((Percentiles::of(waits), last_us))
}

/// Waits until every webhook is processed.
async fn drain(accounts: &Accounts) -> Result<()> {
    let (mut least, mut changed) = (u64::MAX, Instant::now());
    loop {
        let pending = accounts.pending().await?;
        if pending == 0 {
            return Ok(());
        }
        if pending < least {
            (least, changed) = (pending, Instant::now());
        }
        ensure!(
            changed.elapsed() < DRAIN_STALL_TIMEOUT,
            "{pending} webhooks wait for their jobs, for {DRAIN_STALL_TIMEOUT:?}"
        );
        sleep(DRAIN_POLL).await;
    }
}

fn check_answers(sent: &[Sent]) -> Result<()> {
    let wrong: Vec<&Sent> = sent.iter().filter(|sent| !sent.as_expected()).collect();
    let first = wrong.first().map(|sent| format!("{:?} was answered {}", sent.kind, sent.status)).unwrap_or_default();
    ensure!(wrong.is_empty(), "{} of {} answers are wrong: {first}", wrong.len(), sent.len());
    Ok(())
}

/// Memory samples of each process.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Memory {
    /// Seconds since the start, and megabytes in the order of the processes.
    pub(crate) samples: Vec<(f64, Vec<f64>)>,
}

/// Runs `work` while sampling the memory of all processes.
async fn watching<T>(work: impl Future<Output = T>, metered: &[Metered], every: Duration) -> (T, Memory) {
    let (begun, mut ticks) = (Instant::now(), interval(every));
    let sample = || {
        let bytes = metered.iter().map(|process| megabytes(resident_bytes(process)));
        (begun.elapsed().as_secs_f64(), bytes.collect())
    };
    let mut memory = Memory::default();
    tokio::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => {
                memory.samples.push(sample());
                return (done, memory);
            }
            _ = ticks.tick() => memory.samples.push(sample()),
        }
    }
}

fn resident_bytes(process: &Metered) -> u64 {
    if process.name == POSTGRES { meter::proportional_bytes(process.pid) } else { meter::resident_bytes(process.pid) }
}

pub(crate) fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
