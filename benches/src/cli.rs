//! The benchmark's command line. `./dev.sh bench` prepares servers and programs, and calls it.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::queue::{self, QueueArguments, RunnerArguments};

/// Measures LoyalNest.
#[derive(Debug, Parser)]
#[command(name = "loyalnest-bench", version, about)]
pub struct Bench {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure the queue beside its contenders.
    Queue(QueueArguments),
    /// One contender's process, driven over standard input.
    #[command(hide = true)]
    Runner(RunnerArguments),
}

/// Does what was asked for.
///
/// # Errors
/// Whatever went wrong, in words.
pub async fn run(bench: Bench) -> Result<()> {
    match bench.command {
        Command::Queue(arguments) => queue::run(arguments).await,
        Command::Runner(arguments) => queue::serve(arguments).await,
    }
}
