//! `loyalnest-bench orders` and `send`: the main path, from a signed webhook to points in the ledger.

mod accounts;
mod load;
mod run;
mod sender;
mod table;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use clap::Args;
use jobs::Queues;
use platform::{Clock, SystemClock, config::WorkersSettings};
use serde::Serialize;
use serde_json::json;
use tokio::{
    process::Command,
    sync::mpsc,
    time::{Instant, sleep},
};

use self::{
    accounts::Accounts,
    load::{Kind, Load, LoadArguments, Target},
    run::{Metered, Pace, RunResult, prepared, run},
};
use crate::{
    figures::Figures,
    machine::{Machine, calibrate},
    report::{Output, say},
};

const WEBHOOK_PATH: &str = "/v1/api/shopify/webhook";
const WARM_UP_ORDERS: usize = 4_000;
/// Duration of a run at a steady rate, in seconds.
const RATE_S: f64 = 20.0;
/// Requests generated ahead during a long run.
const AHEAD_REQUESTS_MAX: usize = 5_000;
/// Interval of memory samples: long, since a sample costs PostgreSQL some milliseconds.
const MEMORY_EVERY: Duration = Duration::from_secs(10);
/// Pause before each run, in which the servers become idle.
const REST: Duration = Duration::from_millis(500);
/// Time after which no further repeat begins unless it would end in time.
const RUN_TIME_MAX: Duration = Duration::from_secs(300);

/// Options of sending.
#[derive(Debug, Args)]
struct SendOptions {
    /// The server, as http://host:port.
    #[arg(long)]
    url: String,
    /// Path of the webhook.
    #[arg(long, default_value = WEBHOOK_PATH)]
    path: String,
    /// The secret that signs the webhooks.
    #[arg(long)]
    secret: String,
    /// Number of requests of a closed loop.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    n: u64,
    /// Number of keep-alive connections.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u64).range(1..=2_048))]
    conns: u64,
    #[command(flatten)]
    load: LoadArguments,
}

/// Options of `loyalnest-bench send`.
#[derive(Debug, Args)]
pub(crate) struct SendArguments {
    #[command(flatten)]
    options: SendOptions,
    /// Requests per second in an open loop; 0: closed loop, as fast as the connections allow.
    #[arg(long, default_value_t = 0.0)]
    rate: f64,
    /// CSV file for the points that each customer must have at the end.
    #[arg(long)]
    expected: Option<PathBuf>,
}

/// Options of `loyalnest-bench orders`.
#[derive(Debug, Args)]
pub(crate) struct OrdersArguments {
    #[command(flatten)]
    options: SendOptions,
    /// Requests per second of the steady runs.
    #[arg(long, default_value_t = 700.0)]
    rate: f64,
    /// PostgreSQL URL of the owner. The database must hold no orders.
    #[arg(long)]
    database_url: String,
    /// A process whose resource usage is measured, as NAME=PID; may be repeated.
    #[arg(long = "process", value_name = "NAME=PID")]
    processes: Vec<Metered>,
    /// The operators' command, whose `verify` runs at the end with this environment.
    #[arg(long)]
    loyalnest: PathBuf,
    /// Number of repeats.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    repeats: u32,
    /// Run a tenth of the orders once, to check that everything works. Writes no document.
    #[arg(long)]
    quick: bool,
    /// Run a steady load for this many minutes instead, to see whether memory grows.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=600))]
    minutes: Option<u32>,
    #[command(flatten)]
    output: Output,
}

/// The results of all runs.
#[derive(Debug, Serialize)]
struct Results {
    machine: Machine,
    processes: Vec<String>,
    rate_per_s: f64,
    connections: u64,
    /// Calibration (rounds of fixed work per millisecond) before and after each repeat.
    calibration: Figures,
    max: Vec<RunResult>,
    steady: Vec<RunResult>,
    soak: Option<RunResult>,
}

impl SendOptions {
    fn target(&self) -> Result<Target> {
        let host = self.url.strip_prefix("http://").context("--url begins with http://")?.trim_end_matches('/');
        Ok(Target { host: host.to_owned(), path: self.path.clone(), secret: self.secret.clone() })
    }

    /// Returns a generator whose order ids do not overlap with those of other parts.
    fn load(&self, part: u64) -> Result<Load> {
        let arguments = LoadArguments { seed: self.load.seed + part, ..self.load.clone() };
        Ok(Load::new(self.target()?, arguments, SystemClock.now()))
    }

    fn pace(&self, per_s: Option<f64>) -> Result<Pace> {
        Ok(Pace { connections: usize::try_from(self.conns)?, per_s, memory_every: MEMORY_EVERY })
    }
}

/// Returns bodies of orders as they are sent, for measurements without a server.
pub(crate) fn sample_bodies(seed: u64, count: usize) -> Vec<Vec<u8>> {
    let target = Target { host: String::new(), path: String::new(), secret: String::new() };
    let arguments = LoadArguments { dup: 0.0, bad: 0.0, shops: 50, customers: 5_000, seed };
    let mut load = Load::new(target, arguments, SystemClock.now());
    (0..count).map(|_| load.next().body().to_vec()).collect()
}

/// Sends orders to any server and prints statistics of its answers.
///
/// # Errors
/// Fails when the server cannot be reached or an answer is not as expected.
pub(crate) async fn send(arguments: SendArguments) -> Result<()> {
    let SendArguments { options, rate, expected } = arguments;
    let count = usize::try_from(options.n)?;
    let requests = prepared(&mut options.load(0)?, count)?;
    let per_s = (rate > 0.0).then_some(rate);
    let begun = Instant::now();
    let sent = sender::send(requests, &options.target()?.host, usize::try_from(options.conns)?, per_s).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let mut latencies: Vec<f64> = sent.iter().map(|sent| sent.latency_ms).collect();
    let mut at = |share| crate::figures::percentile(&mut latencies, share);
    let of = |kind| sent.iter().filter(|sent| sent.kind == kind).count();
    let accepted = sent.iter().filter(|sent| sent.accepted()).count();
    let wrong = sent.iter().filter(|sent| !sent.as_expected()).count();
    let summary = json!({
        "requests": { "valid": of(Kind::Valid), "duplicate": of(Kind::Duplicate), "bad": of(Kind::Bad) },
        "seconds": seconds, "accepted": accepted, "accepted_per_s": accepted as f64 / seconds, "unexpected": wrong,
        "latency_ms": { "p50": at(0.5), "p90": at(0.9), "p99": at(0.99), "max": at(1.0) },
    });
    say(&serde_json::to_string_pretty(&summary)?);
    if let Some(file) = expected {
        std::fs::write(&file, table::expected_csv(&sent)).with_context(|| file.display().to_string())?;
    }
    ensure!(wrong == 0, "{wrong} answers are not right");
    Ok(())
}

/// Measures the main path.
///
/// # Errors
/// Fails when an order was lost, doubled or miscounted, or a file cannot be written.
pub(crate) async fn measure(arguments: OrdersArguments) -> Result<()> {
    let redis = WorkersSettings::from_env().map_err(|errors| anyhow::anyhow!("{errors}"))?.redis;
    let queues = Queues::connect_prefixed(redis.url.expose(), &redis.key_prefix)?;
    let mut accounts = Accounts::connect(&arguments.database_url, queues).await?;
    say("warm-up");
    let warm_up = if arguments.quick { WARM_UP_ORDERS / 10 } else { WARM_UP_ORDERS };
    let options = &arguments.options;
    let metered = &arguments.processes;
    let host = options.target()?.host;
    run(prepared(&mut options.load(0)?, warm_up)?, &host, options.pace(None)?, metered, &mut accounts).await?;
    let mut results = Results {
        machine: machine(),
        processes: metered.iter().map(|process| process.name.clone()).collect(),
        rate_per_s: arguments.rate,
        connections: options.conns,
        calibration: Figures::default(),
        max: Vec::new(),
        steady: Vec::new(),
        soak: None,
    };
    match arguments.minutes {
        Some(minutes) => results.soak = Some(soak(&arguments, minutes, &mut accounts, &mut results.calibration).await?),
        None => repeat(&arguments, &mut accounts, &mut results).await?,
    }
    verify(&arguments).await?;
    finish(&arguments, &results)
}

/// Alternates runs at full speed and at the steady rate.
async fn repeat(arguments: &OrdersArguments, accounts: &mut Accounts, results: &mut Results) -> Result<()> {
    let OrdersArguments { options, rate, processes, .. } = arguments;
    let host = options.target()?.host;
    let share = if arguments.quick { 10 } else { 1 };
    let most = usize::try_from(options.n)? / share;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds of a positive rate")]
    let steady = (rate * RATE_S) as usize / share;
    let repeats = if arguments.quick { 1 } else { arguments.repeats };
    let (begun, mut longest) = (Instant::now(), Duration::ZERO);
    for done in 0..repeats {
        if begun.elapsed() + longest > RUN_TIME_MAX {
            say(&format!("{done} of {repeats} repeats fitted into {} s", RUN_TIME_MAX.as_secs()));
            break;
        }
        let turn = Instant::now();
        results.calibration.push(calibrate());
        for (part, count, per_s) in [(1, most, None), (2, steady, Some(*rate))] {
            let requests = prepared(&mut options.load(u64::from(done) * 2 + part)?, count)?;
            accounts.checkpoint().await?;
            sleep(REST).await;
            let result = run(requests, &host, options.pace(per_s)?, processes, accounts).await?;
            say(&format!("repeat {} of {repeats}: {}", done + 1, table::one_line(&result)));
            if per_s.is_none() { results.max.push(result) } else { results.steady.push(result) }
        }
        results.calibration.push(calibrate());
        longest = longest.max(turn.elapsed());
    }
    Ok(())
}

/// Runs the steady rate for a long time; generates the requests meanwhile.
async fn soak(
    arguments: &OrdersArguments,
    minutes: u32,
    accounts: &mut Accounts,
    calibration: &mut Figures,
) -> Result<RunResult> {
    let OrdersArguments { options, rate, processes, .. } = arguments;
    let host = options.target()?.host;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "minutes of a positive rate")]
    let count = (rate * f64::from(minutes) * 60.0) as u64;
    calibration.push(calibrate());
    say(&format!("{count} orders at {rate}/s, {minutes} minutes"));
    let mut load = options.load(1)?;
    let (sender, requests) = mpsc::channel(AHEAD_REQUESTS_MAX);
    let made = tokio::task::spawn_blocking(move || {
        for _ in 0..count {
            if sender.blocking_send(load.next()).is_err() {
                return;
            }
        }
    });
    let result = run(requests, &host, options.pace(Some(*rate))?, processes, accounts).await?;
    made.await?;
    calibration.push(calibrate());
    Ok(result)
}

/// Runs `loyalnest verify`, which checks all accounts.
async fn verify(arguments: &OrdersArguments) -> Result<()> {
    let output = Command::new(&arguments.loyalnest).arg("verify").output().await?;
    let text = String::from_utf8_lossy(&output.stdout);
    say(text.trim_end());
    ensure!(output.status.success(), "verify found drift:\n{text}{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn machine() -> Machine {
    let programs: [(&str, &[&str]); 3] = [
        ("PostgreSQL", &["pg_config", "--version"]),
        ("Redis", &["redis-server", "--version"]),
        ("Rust", &["rustc", "--version"]),
    ];
    Machine::read(SystemClock.now(), &programs)
}

fn finish(arguments: &OrdersArguments, results: &Results) -> Result<()> {
    let text = table::show(results);
    let section = if results.soak.is_some() { "soak" } else { "orders" };
    arguments.output.publish(section, &text, results, arguments.quick)
}
