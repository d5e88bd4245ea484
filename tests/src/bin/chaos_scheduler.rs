//! The scheduler process with the consumers of events that only tests have. Never for use.

use std::process::ExitCode;

use platform::config::SchedulerSettings;
use platform::lifecycle;
use tests::event_consumers::CONSUMERS;

fn main() -> ExitCode {
    match SchedulerSettings::from_env() {
        Ok(settings) => {
            let (telemetry, drain) = (settings.telemetry.clone(), settings.scheduler.drain());
            lifecycle::run("loyalnest-chaos-scheduler", &telemetry, drain, |context| {
                scheduler::serve_with(&CONSUMERS, settings, context)
            })
        }
        Err(errors) => lifecycle::refuse("loyalnest-chaos-scheduler", &errors),
    }
}
