//! Logs: one JSON object (or text line) per event on standard error, with the fields of the spans around it, so that
//! `request_id` and `job_id` follow the work. Panics are logged, too. No log line carries personal data: say ids.

use std::panic::PanicHookInfo;
use std::sync::Once;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

use crate::config::{LogFormat, TelemetryConfig};

/// Starts logging for this process. A second call changes nothing, so that tests can run all roles in one process.
///
/// # Errors
/// When `LOG_LEVEL` cannot be understood.
pub fn init(config: &TelemetryConfig) -> Result<(), TelemetryError> {
    let targets: Targets =
        config.log_level.parse().map_err(|source| TelemetryError { level: config.log_level.clone(), source })?;
    let layer = match config.log_format {
        LogFormat::Json => fmt::layer()
            .with_writer(std::io::stderr)
            .json()
            .flatten_event(true)
            .with_span_list(true)
            .with_current_span(false)
            .boxed(),
        LogFormat::Text => fmt::layer().with_writer(std::io::stderr).with_ansi(false).boxed(),
    };
    // An error means that a subscriber is there already: the first one stays.
    let _ = tracing_subscriber::registry().with(layer.with_filter(targets)).try_init();
    log_panics();
    Ok(())
}

/// `LOG_LEVEL` is not a level or a list of `target=level`.
#[derive(Debug, thiserror::Error)]
#[error("LOG_LEVEL must be a level or a list such as `info,store=debug`, but is `{level}`")]
pub struct TelemetryError {
    level: String,
    source: tracing_subscriber::filter::ParseError,
}

fn log_panics() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| std::panic::set_hook(Box::new(log_panic)));
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    crate::metrics::process_panics(1);
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let message = panic.payload_as_str().unwrap_or("(no message)");
    let thread = std::thread::current();
    tracing::error!(location, thread = thread.name().unwrap_or("unnamed"), "panic: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(level: &str) -> TelemetryConfig {
        TelemetryConfig { log_format: LogFormat::Json, log_level: level.to_owned() }
    }

    #[test]
    fn a_level_that_cannot_be_understood_is_refused_with_the_remedy() {
        let error = init(&config("store=loudly")).unwrap_err();
        assert!(error.to_string().contains("LOG_LEVEL must be a level"), "{error}");
    }

    #[test]
    fn it_can_start_twice_and_survives_a_panic() {
        init(&config("off")).unwrap();
        init(&config("info,store=debug")).unwrap();
        assert!(std::panic::catch_unwind(|| panic!("on purpose")).is_err());
    }
}
