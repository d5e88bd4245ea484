//! BullMQ's official client for Rust as a contender of the benchmark. Driven by the same runner as the others.

use std::time::{SystemTime, UNIX_EPOCH};

mod client;
#[path = "../../src/queue/protocol.rs"]
#[allow(dead_code, reason = "the benchmark's side of it is not used here")]
mod protocol;
#[path = "../../src/queue/runner.rs"]
mod runner;

/// The processes of a machine share it.
#[allow(clippy::disallowed_methods, reason = "this workspace has no clock to be handed in")]
fn clock_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "redis://127.0.0.1:6379".to_owned());
    runner::serve(client::BullMq::connect(&url).await?, clock_us).await
}
