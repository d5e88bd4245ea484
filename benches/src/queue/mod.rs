//! `loyalnest-bench queue`: compares our queue with others on one private Redis, alternating, with every delivery verified.

mod apalis;
mod contender;
mod measure;
mod ours;
mod protocol;
mod runner;
mod server;
mod table;

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use platform::{Clock, SystemClock};
use serde::Serialize;
use tokio::time::Instant;

use self::{
    contender::Runner,
    measure::{BULK_BATCH_JOBS, Cost, Team, Waits},
    server::Server,
};
use crate::{
    figures::Figures,
    machine::{Machine, calibrate},
    report::{Output, say},
};

/// Numbers of worker processes and of concurrent jobs per process with which processing is measured.
const PROCESSING: [(usize, usize); 4] = [(1, 50), (1, 100), (1, 300), (2, 100)];
/// Concurrency of the latency measurements.
const USUAL: (usize, usize) = (1, 100);
/// Maximum number of worker processes.
const WORKERS_MAX: usize = 2;
const IDLE_JOBS: usize = 200;
const IDLE_JOBS_PER_S: f64 = 100.0;
/// Duration of the latency measurement at half of a contender's throughput, in seconds.
const LOADED_S: f64 = 2.0;
/// Time after which no further repeat begins unless it would end in time.
const RUN_TIME_MAX: Duration = Duration::from_secs(720);

/// Options of `loyalnest-bench queue`.
#[derive(Debug, Args)]
pub(crate) struct QueueArguments {
    /// URL of the private Redis. All its data are deleted.
    #[arg(long)]
    redis_url: String,
    /// BullMQ's runner for Node.js; without it BullMQ is skipped.
    #[arg(long)]
    bullmq: Option<PathBuf>,
    /// The runner of BullMQ's client for Rust; without it that client is skipped.
    #[arg(long)]
    bullmq_rust: Option<PathBuf>,
    /// Number of repeats.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    repeats: u32,
    /// Run a fifth of the jobs once, to check that everything works. Writes no document.
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    output: Output,
}

/// Options of a contender's process.
#[derive(Debug, Args)]
pub(crate) struct RunnerArguments {
    contender: Name,
    redis_url: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Name {
    Ours,
    ApalisRedis,
}

/// A contender and the amount of work it is measured with.
struct Contestant {
    name: &'static str,
    command: Vec<String>,
    jobs: usize,
    singles: usize,
    /// Whether an idle worker is notified of new jobs.
    wakes: bool,
}

/// The results of a contender.
#[derive(Debug, Serialize)]
struct Outcome {
    name: &'static str,
    version: String,
    jobs: usize,
    singles: usize,
    /// Results of each measurement by name, one value per repeat.
    figures: BTreeMap<String, Figures>,
    /// The reason why it was skipped after some repeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

#[derive(Debug, Serialize)]
struct Results {
    machine: Machine,
    repeats: u32,
    calibration: Figures,
    contenders: Vec<Outcome>,
}

/// Runs as the process of one contender.
///
/// # Errors
/// Fails when Redis does not answer.
pub(crate) async fn serve(arguments: RunnerArguments) -> Result<()> {
    let clock_us = || SystemClock.now().timestamp_micros();
    match arguments.contender {
        Name::Ours => runner::serve(ours::Ours::connect(&arguments.redis_url).await?, clock_us).await,
        Name::ApalisRedis => runner::serve(apalis::Apalis::connect(&arguments.redis_url).await?, clock_us).await,
    }
}

/// Measures all contenders.
///
/// # Errors
/// Fails when Redis is misconfigured, a file cannot be written, or our own queue failed.
pub(crate) async fn run(arguments: QueueArguments) -> Result<()> {
    let contestants = contestants(&arguments)?;
    let mut server = Server::connect(&arguments.redis_url).await?;
    let mut teams = Vec::new();
    let mut outcomes: Vec<Outcome> = Vec::new();
    server.clear().await?;
    for contestant in &contestants {
        let (team, failure) = match start(contestant, &mut server).await {
            Ok(team) => (Some(team), None),
            Err(error) => (None, Some(format!("{error:#}"))),
        };
        let version = team.as_ref().map(|team| team.producer.version.clone()).unwrap_or_default();
        say(&format!("{} {version}: {}", contestant.name, failure.as_deref().unwrap_or("warm")));
        let Contestant { name, jobs, singles, .. } = *contestant;
        outcomes.push(Outcome { name, version, jobs, singles, figures: BTreeMap::new(), failure });
        teams.push(team);
    }
    let repeats = if arguments.quick { 1 } else { arguments.repeats };
    let (mut calibration, mut done) = (Figures::default(), 0);
    let (begun, mut longest) = (Instant::now(), Duration::ZERO);
    while done < repeats && begun.elapsed() + longest <= RUN_TIME_MAX {
        let turn = Instant::now();
        calibration.push(calibrate());
        server.compact().await?;
        for ((contestant, outcome), place) in contestants.iter().zip(&mut outcomes).zip(&mut teams) {
            let Some(team) = place else { continue };
            say(&format!("repeat {} of {repeats}: {}", done + 1, contestant.name));
            if let Err(error) = measure(contestant, team, &mut server, &mut outcome.figures).await {
                let failure = format!("repeat {}: {error:#}", done + 1);
                say(&format!("{} is left out from here: {failure}", contestant.name));
                outcome.failure = Some(failure);
                *place = None;
            }
        }
        (done, longest) = (done + 1, longest.max(turn.elapsed()));
    }
    if done < repeats {
        say(&format!("{done} of {repeats} repeats fitted into {} s", RUN_TIME_MAX.as_secs()));
    }
    let programs: [(&str, &[&str]); 3] = [
        ("Redis", &["redis-server", "--version"]),
        ("Node.js", &["node", "--version"]),
        ("Rust", &["rustc", "--version"]),
    ];
    let machine = Machine::read(SystemClock.now(), &programs);
    finish(&arguments, &Results { machine, repeats: done, calibration, contenders: outcomes })
}

fn finish(arguments: &QueueArguments, results: &Results) -> Result<()> {
    let text = table::show(results);
    arguments.output.publish("queue", &text, results, arguments.quick)?;
    match &results.contenders[0].failure {
        Some(failure) => bail!("our queue failed: {failure}"),
        None => Ok(()),
    }
}

fn contestants(arguments: &QueueArguments) -> Result<Vec<Contestant>> {
    let share = if arguments.quick { 5 } else { 1 };
    let (jobs, singles) = (30_000 / share, 10_000 / share);
    let program = std::env::current_exe()?.to_str().context("the program's path is not text")?.to_owned();
    let own = |name: &str| [&program, "runner", name, &arguments.redis_url].map(str::to_owned).to_vec();
    let few = apalis::DUE_JOBS_MAX.min(7_000) / share;
    // Ours are four times as many, since they would be done too soon to be timed well.
    let mut all = vec![
        Contestant { name: "ours", command: own("ours"), jobs: 4 * jobs, singles: 4 * singles, wakes: true },
        Contestant { name: "apalis-redis", command: own("apalis-redis"), jobs: few, singles: few, wakes: false },
    ];
    if let Some(path) = &arguments.bullmq {
        let path = path.to_str().context("a path that is not text")?;
        let command = ["node", path, &arguments.redis_url].map(str::to_owned).to_vec();
        all.push(Contestant { name: "BullMQ", command, jobs, singles, wakes: true });
    }
    if let Some(path) = &arguments.bullmq_rust {
        let path = path.to_str().context("a path that is not text")?;
        let command = [path, &arguments.redis_url].map(str::to_owned).to_vec();
        all.push(Contestant { name: "BullMQ for Rust", command, jobs, singles, wakes: true });
    }
    Ok(all)
}

/// Starts the processes of a contender and runs everything once, so that no result includes a warm-up.
async fn start(contestant: &Contestant, server: &mut Server) -> Result<Team> {
    let mut workers = Vec::new();
    for _ in 0..WORKERS_MAX {
        workers.push(Runner::start(&contestant.command).await?);
    }
    let mut team = Team { producer: Runner::start(&contestant.command).await?, workers };
    let jobs = contestant.jobs.min(6_000);
    measure::bulk(&mut team, server, jobs).await?;
    measure::process(&mut team, server, jobs, WORKERS_MAX, USUAL.1).await?;
    measure::single(&mut team, server, BULK_BATCH_JOBS).await?;
    measure::process(&mut team, server, BULK_BATCH_JOBS, 1, USUAL.1).await?;
    Ok(team)
}

/// Runs one repeat of a contender.
async fn measure(
    contestant: &Contestant,
    team: &mut Team,
    server: &mut Server,
    figures: &mut BTreeMap<String, Figures>,
) -> Result<()> {
    let mut put = |name: &str, figure: f64| figures.entry(name.to_owned()).or_default().push(figure);
    let mut usual_jobs_per_s = 0.0;
    for (index, (workers, concurrency)) in PROCESSING.into_iter().enumerate() {
        let (cost, bytes) = measure::bulk(team, server, contestant.jobs).await?;
        if index == 0 {
            put_cost(&mut put, "bulk", cost);
            put("bytes a waiting job", bytes);
        }
        let cost = measure::process(team, server, contestant.jobs, workers, concurrency).await?;
        put_cost(&mut put, &table::processing(workers, concurrency), cost);
        if (workers, concurrency) == USUAL {
            usual_jobs_per_s = cost.jobs_per_s;
        }
    }
    put_cost(&mut put, "single", measure::single(team, server, contestant.singles).await?);
    if !contestant.wakes {
        return Ok(());
    }
    put_waits(&mut put, "idle", &measure::waits(team, server, IDLE_JOBS, IDLE_JOBS_PER_S, USUAL.1).await?);
    let rate = usual_jobs_per_s / 2.0;
    ensure!(rate >= 1.0, "half of {usual_jobs_per_s:.1} jobs/s is no load");
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let loaded_jobs = (rate * LOADED_S) as usize;
    put("half load jobs/s", rate);
    put_waits(&mut put, "half load", &measure::waits(team, server, loaded_jobs, rate, USUAL.1).await?);
    Ok(())
}

fn put_cost(put: &mut impl FnMut(&str, f64), name: &str, cost: Cost) {
    put(&format!("{name} jobs/s"), cost.jobs_per_s);
    put(&format!("{name} client CPU s"), cost.client_cpu_s);
    put(&format!("{name} Redis CPU s"), cost.redis_cpu_s);
}

fn put_waits(put: &mut impl FnMut(&str, f64), name: &str, waits: &Waits) {
    put(&format!("{name} p50 ms"), waits.p50_ms);
    put(&format!("{name} p99 ms"), waits.p99_ms);
    put(&format!("{name} max ms"), waits.max_ms);
}
