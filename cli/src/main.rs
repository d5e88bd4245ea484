//! The operators' command `loyalnest`.

use std::process::ExitCode;

use clap::Parser;
use cli::Cli;
use platform::config::ToolSettings;
use platform::lifecycle;

/// A command that is interrupted stops at once: each is safe to repeat.
const DRAIN: std::time::Duration = std::time::Duration::ZERO;

fn main() -> ExitCode {
    let arguments = Cli::parse();
    match ToolSettings::from_env() {
        Ok(settings) => {
            let telemetry = settings.telemetry.clone();
            lifecycle::run("loyalnest", &telemetry, DRAIN, |context| cli::run(arguments, settings, context))
        }
        Err(errors) => lifecycle::refuse("loyalnest", &errors),
    }
}
