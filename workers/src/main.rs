//! The workers process.

use std::process::ExitCode;

use clap::Parser;
use platform::config::WorkersSettings;
use platform::lifecycle;

/// Runs LoyalNest's jobs: claims them from Redis, writes their effects to PostgreSQL. Any number may run.
#[derive(Parser)]
#[command(name = "loyalnest-workers", version, about, after_help = WorkersSettings::help())]
struct Arguments {}

fn main() -> ExitCode {
    Arguments::parse();
    match WorkersSettings::from_env() {
        Ok(settings) => {
            let (telemetry, drain) = (settings.telemetry.clone(), settings.workers.drain());
            lifecycle::run("loyalnest-workers", &telemetry, drain, |context| workers::serve(settings, context))
        }
        Err(errors) => lifecycle::refuse("loyalnest-workers", &errors),
    }
}
