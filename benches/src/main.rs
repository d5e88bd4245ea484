//! The benchmark: `loyalnest-bench queue | orders | send | parts`.

use benches::cli::{self, Bench};
use clap::Parser;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    cli::run(Bench::parse()).await
}
