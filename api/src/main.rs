//! The api process.

use std::process::ExitCode;

use clap::Parser;
use platform::config::ApiSettings;
use platform::lifecycle;

/// Takes Shopify's webhooks in and serves partners' reads.
#[derive(Parser)]
#[command(name = "loyalnest-api", version, about, after_help = ApiSettings::help())]
struct Arguments {}

fn main() -> ExitCode {
    Arguments::parse();
    match ApiSettings::from_env() {
        Ok(settings) => {
            let (telemetry, drain) = (settings.telemetry.clone(), settings.api.drain());
            lifecycle::run("loyalnest-api", &telemetry, drain, |context| api::serve(settings, context))
        }
        Err(errors) => lifecycle::refuse("loyalnest-api", &errors),
    }
}
