//! The life of a process, the same for all roles: logging, metrics, runtime, signals, and an exit code that says how it
//! ended. It keeps each `main` to a few lines; what the role does is the future it hands in.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{SharedClock, SystemClock};
use crate::config::TelemetryConfig;
use crate::ids::Ids;
use crate::metrics::Metrics;
use crate::shutdown::{self, Shutdown, ShutdownHandle};
use crate::telemetry;

/// Exit code of a process whose drain did not end in time or was interrupted by a second signal.
pub const EXIT_ABORTED: u8 = 130;
/// How often histograms are folded.
const METRICS_UPKEEP_INTERVAL: Duration = Duration::from_secs(5);
/// How long blocking work may delay the exit.
const RUNTIME_SHUTDOWN: Duration = Duration::from_secs(1);

/// What a role is handed: everything ambient, as arguments. A test makes its own.
#[derive(Debug, Clone)]
pub struct Context {
    /// Time.
    pub clock: SharedClock,
    /// Identity and randomness.
    pub ids: Arc<Ids>,
    /// The process's recorder.
    pub metrics: Metrics,
    /// When to stop.
    pub shutdown: Shutdown,
    /// Lets a role stop the whole process, when a part of it fails.
    pub stop: ShutdownHandle,
}

/// Runs a role to its end. `role` is polled until it returns, or dropped when the shutdown aborts. Exit code: 0 for a
/// clean end, 1 for an error (logged with its causes), [`EXIT_ABORTED`] when the drain was cut short.
pub fn run<F, R, E>(name: &'static str, telemetry: &TelemetryConfig, drain: Duration, role: F) -> ExitCode
where
    F: FnOnce(Context) -> R,
    R: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    if let Err(error) = telemetry::init(telemetry) {
        return refuse(name, &error);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().thread_name(name).build() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(name, &error),
    };
    let code = runtime.block_on(supervise(name, drain, role));
    runtime.shutdown_timeout(RUNTIME_SHUTDOWN);
    code
}

/// Reports on standard error that a process cannot start (a bad configuration, say) and gives the exit code for it.
pub fn refuse(name: &str, error: &dyn fmt::Display) -> ExitCode {
    #[expect(clippy::print_stderr, reason = "there is no log yet, and a person is looking")]
    {
        eprintln!("{name}: {error}");
    }
    ExitCode::FAILURE
}

async fn supervise<F, R, E>(name: &'static str, drain: Duration, role: F) -> ExitCode
where
    F: FnOnce(Context) -> R,
    R: Future<Output = Result<(), E>>,
    E: Into<Box<dyn Error + Send + Sync>>,
{
    let context = match context(drain) {
        Ok(context) => context,
        Err(error) => return refuse(name, &error),
    };
    let (metrics, shutdown) = (context.metrics.clone(), context.shutdown.clone());
    let upkeep = tokio::spawn(async move {
        loop {
            tokio::time::sleep(METRICS_UPKEEP_INTERVAL).await;
            metrics.upkeep();
        }
    });
    tracing::info!(role = name, version = env!("CARGO_PKG_VERSION"), pid = std::process::id(), "starting");
    let code = tokio::select! {
        result = role(context) => match result {
            Ok(()) => {
                tracing::info!(role = name, "stopped");
                ExitCode::SUCCESS
            }
            Err(error) => {
                tracing::error!(role = name, "failed: {}", with_causes(error.into().as_ref()));
                ExitCode::FAILURE
            }
        },
        () = shutdown.aborting() => {
            tracing::error!(role = name, "aborted with work unfinished");
            ExitCode::from(EXIT_ABORTED)
        }
    };
    upkeep.abort();
    code
}

/// An error and what caused it, the cause last.
fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn context(drain: Duration) -> Result<Context, Box<dyn Error>> {
    let clock = SystemClock::shared();
    let ids = Arc::new(Ids::from_system(Arc::clone(&clock))?);
    let (stop, shutdown) = shutdown::on_signals(drain)?;
    Ok(Context { clock, ids, metrics: Metrics::install()?, shutdown, stop })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::LogFormat;

    fn quiet() -> TelemetryConfig {
        TelemetryConfig { log_format: LogFormat::Text, log_level: "off".to_owned() }
    }

    fn ended(role: impl FnOnce(&Context) -> Result<(), &'static str>) -> String {
        let code = run("test", &quiet(), Duration::from_secs(1), async |context: Context| role(&context));
        format!("{code:?}")
    }

    #[test]
    fn the_exit_code_says_how_it_ended() {
        assert_eq!(ended(|_| Ok(())), format!("{:?}", ExitCode::SUCCESS));
        assert_eq!(ended(|_| Err("broken")), format!("{:?}", ExitCode::FAILURE));
        let code = run("test", &quiet(), Duration::from_secs(1), async |context: Context| {
            context.stop.abort();
            std::future::pending::<Result<(), &str>>().await
        });
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(EXIT_ABORTED)));
    }

    #[test]
    fn a_role_that_heeds_the_drain_ends_cleanly() {
        let code = run("test", &quiet(), Duration::from_secs(5), async |context: Context| {
            context.stop.drain();
            context.shutdown.draining().await;
            Ok::<(), &str>(())
        });
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
    }
}
