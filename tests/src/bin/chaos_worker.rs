//! The workers process of the fault matrix: the real one with faults around its handlers. Never for use.

use std::process::ExitCode;

use clap::Parser as _;
use platform::config::WorkersSettings;
use platform::lifecycle;
use tests::chaos::faulty::{self, Faults};

fn main() -> ExitCode {
    let faults = Faults::parse();
    match WorkersSettings::from_env() {
        Ok(settings) => {
            let (telemetry, drain) = (settings.telemetry.clone(), settings.workers.drain());
            lifecycle::run("loyalnest-chaos-worker", &telemetry, drain, |context| {
                faulty::serve(faults, settings, context)
            })
        }
        Err(errors) => lifecycle::refuse("loyalnest-chaos-worker", &errors),
    }
}
