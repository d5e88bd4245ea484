//! `./dev.sh chaos`: runs the rows of the fault matrix one after the other, tells how each went, and writes the table.
//! Exit code 0 only when every row held.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Parser;
use futures::FutureExt as _;
use platform::clock::{Clock as _, SystemClock};
use tests::chaos::report::{self, Machine, Outcome};
use tests::chaos::rows::ROWS;
use tests::chaos::{ChaosRun, PARTNER_OUTAGE, Row};
use tests::environment::root;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, timeout};

/// A row that takes longer, beside a partner's outage, hangs.
const ROW_MAX: Duration = Duration::from_secs(600);
const REPEATS_MAX: u32 = 100;
const TABLE: &str = "docs/fault-matrix.md";

/// Breaks LoyalNest on purpose, row by row, and proves that nothing was lost and nothing was done twice.
///
/// A run of every row writes its counts to docs/fault-matrix.md. Everything it starts is its own: a PostgreSQL, a Redis a
/// row, api, workers, schedulers; all of it is gone when it ends.
#[derive(Debug, Parser)]
#[command(name = "chaos", bin_name = "./dev.sh chaos")]
struct Arguments {
    /// Write machine, versions and every row's counts to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Run this row only (may be given more than once); docs/fault-matrix.md stays as it is.
    #[arg(long, value_name = "ROW")]
    only: Vec<String>,
    /// Run each row so many times.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(REPEATS_MAX)))]
    repeat: u32,
    /// How long the partner of `partner-down` is ill, in seconds. 600 is what the matrix asks for.
    #[arg(long, value_name = "SECONDS", default_value_t = PARTNER_OUTAGE.as_secs(), value_parser = clap::value_parser!(u64).range(15..=3_600))]
    partner_outage: u64,
    /// List the rows and end.
    #[arg(long)]
    list: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return complain("signals cannot be handled");
    };
    // Dropping the run ends every process it started.
    tokio::select! {
        ended = run(&arguments) => match ended {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(error) => complain(&format!("{error:#}")),
        },
        _ = terminate.recv() => complain("interrupted"),
        _ = interrupt.recv() => complain("interrupted"),
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let rows = chosen(&arguments.only)?;
    if arguments.list {
        rows.iter().for_each(|row| say(&format!("{:26} {}", row.name, row.fault)));
        return Ok(true);
    }
    // A row that fails says so itself, in one place.
    std::panic::set_hook(Box::new(|_| {}));
    let outage = Duration::from_secs(arguments.partner_outage);
    let chaos_run = ChaosRun::start().await.with_partner_outage(outage);
    let machine = Machine::here(SystemClock.now()).await;
    let begun = Instant::now();
    let mut runs: Vec<(&Row, Outcome)> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        for time in 1..=arguments.repeat {
            let again = if arguments.repeat > 1 { format!(", {time} of {}", arguments.repeat) } else { String::new() };
            say(&format!("[{:2}/{}{again}] {}: {}", n + 1, rows.len(), row.name, row.fault));
            let row_begun = Instant::now();
            let outcome = play(row, &chaos_run, ROW_MAX + outage).await;
            say(&format!("        {} [{:.1} s]", report::line(&outcome), row_begun.elapsed().as_secs_f64()));
            runs.push((row, outcome));
        }
    }
    let failed = runs.iter().filter(|(_, outcome)| outcome.is_err()).count();
    say(&format!("{} runs, {failed} failed, in {} s", runs.len(), begun.elapsed().as_secs()));
    if let Some(file) = &arguments.json {
        let json = format!("{:#}\n", report::as_json(&machine, &runs));
        std::fs::write(file, json).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    if arguments.only.is_empty() && failed == 0 {
        std::fs::write(root().join(TABLE), report::as_markdown(&machine, &runs)).context(TABLE)?;
        say(&format!("{TABLE} is written"));
    }
    Ok(failed == 0)
}

/// The rows of these names, in the order of the matrix; all when none is named.
fn chosen(only: &[String]) -> anyhow::Result<Vec<&'static Row>> {
    if let Some(unknown) = only.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        let known: Vec<_> = ROWS.iter().map(|row| row.name).collect();
        bail!("there is no row `{unknown}`: choose of {}", known.join(", "));
    }
    Ok(ROWS.iter().filter(|row| only.is_empty() || only.iter().any(|name| name == row.name)).collect())
}

/// Runs a row to its end. A row fails by panicking, as tests do.
async fn play(row: &Row, chaos_run: &ChaosRun, row_max: Duration) -> Outcome {
    let playing = AssertUnwindSafe((row.run)(chaos_run.clone())).catch_unwind();
    match timeout(row_max, playing).await {
        Ok(Ok(tally)) => Ok(tally),
        Ok(Err(panic)) => {
            let text = panic.downcast_ref::<String>().cloned();
            Err(text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default())
        }
        Err(_) => Err(format!("it did not end within {} s", row_max.as_secs())),
    }
}

#[expect(clippy::print_stdout, reason = "a command line tool speaks on standard output")]
fn say(line: &str) {
    println!("{line}");
}

#[expect(clippy::print_stderr, reason = "a command line tool complains on standard error")]
fn complain(problem: &str) -> ExitCode {
    eprintln!("chaos: {problem}");
    ExitCode::FAILURE
}
