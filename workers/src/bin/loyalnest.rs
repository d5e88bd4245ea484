//! The operator's tool: `loyalnest migrate | seed | verify | cron`.

use std::process::ExitCode;

use clap::Parser;
use platform::config::ToolSettings;
use platform::lifecycle;
use workers::tool::{self, Tool};

/// A command that is interrupted stops at once: each is safe to repeat.
const DRAIN: std::time::Duration = std::time::Duration::ZERO;

fn main() -> ExitCode {
    let arguments = Tool::parse();
    match ToolSettings::from_env() {
        Ok(settings) => {
            let telemetry = settings.telemetry.clone();
            lifecycle::run("loyalnest", &telemetry, DRAIN, |context| tool::run(arguments, settings, context))
        }
        Err(errors) => lifecycle::refuse("loyalnest", &errors),
    }
}
