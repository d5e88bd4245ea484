//! The benchmark's command line. `./dev.sh bench` prepares servers and programs, and calls it.

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{
    orders::{self, OrdersArguments, SendArguments},
    parts::{self, PartsArguments},
    queue::{self, QueueArguments, RunnerArguments},
};

/// Measures LoyalNest.
#[derive(Debug, Parser)]
#[command(name = "loyalnest-bench", version, about)]
pub struct Bench {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compare the queue with other queues.
    Queue(QueueArguments),
    /// Measure the main path, from a signed webhook to the ledger.
    Orders(OrdersArguments),
    /// Send signed orders to any server.
    Send(SendArguments),
    /// Measure each part of the main path alone.
    Parts(PartsArguments),
    /// Run as the process of one contender, driven over standard input (used by `queue` itself).
    #[command(hide = true)]
    Runner(RunnerArguments),
}

/// Runs the chosen benchmark.
///
/// # Errors
/// Fails with a description of what went wrong.
pub async fn run(bench: Bench) -> Result<()> {
    match bench.command {
        Command::Queue(arguments) => queue::run(arguments).await,
        Command::Orders(arguments) => orders::measure(arguments).await,
        Command::Send(arguments) => orders::send(arguments).await,
        Command::Parts(arguments) => parts::measure(arguments).await,
        Command::Runner(arguments) => queue::serve(arguments).await,
    }
}
