//! The scheduler process.

use std::process::ExitCode;

use clap::Parser;
use platform::config::SchedulerSettings;
use platform::lifecycle;

/// Runs LoyalNest's reconcilers: webhooks without a job, jobs of workers whose lease expired, gauges. Any number may run.
#[derive(Parser)]
#[command(name = "loyalnest-scheduler", version, about, after_help = SchedulerSettings::help())]
struct Arguments {}

fn main() -> ExitCode {
    Arguments::parse();
    match SchedulerSettings::from_env() {
        Ok(settings) => {
            let (telemetry, drain) = (settings.telemetry.clone(), settings.scheduler.drain());
            lifecycle::run("loyalnest-scheduler", &telemetry, drain, |context| scheduler::serve(settings, context))
        }
        Err(errors) => lifecycle::refuse("loyalnest-scheduler", &errors),
    }
}
