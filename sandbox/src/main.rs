//! The sandbox process.

use std::process::ExitCode;

use clap::Parser;
use platform::config::SandboxSettings;
use platform::lifecycle;

/// Plays the partners that LoyalNest calls, for development.
#[derive(Parser)]
#[command(name = "loyalnest-sandbox", version, about, after_help = SandboxSettings::help())]
struct Arguments {}

fn main() -> ExitCode {
    Arguments::parse();
    match SandboxSettings::from_env() {
        Ok(settings) => {
            let (telemetry, drain) = (settings.telemetry.clone(), settings.sandbox.drain());
            lifecycle::run("loyalnest-sandbox", &telemetry, drain, |context| sandbox::serve(settings, context))
        }
        Err(errors) => lifecycle::refuse("loyalnest-sandbox", &errors),
    }
}
