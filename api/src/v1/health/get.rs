//! `GET /v1/api/health`: what this process depends on, for people and monitors. (`/healthz` and `/readyz` are for
//! orchestrators: see `platform::health`.)

use std::sync::Arc;

use datastores::POSTGRES;
use platform::health::Report;
use poem::web::Data;
use poem_openapi::payload::Json;
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use crate::app::State;
use crate::error::{Code, ErrorBody};
use crate::v1::Tag;

/// Whether a dependency answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "DependencyState", rename_all = "snake_case")]
enum DependencyState {
    Up,
    Down,
}

/// One thing this process depends on.
#[derive(Debug, Object)]
#[oai(rename = "Dependency")]
struct DependencyBody {
    /// `postgres` or `redis`.
    name: String,
    state: DependencyState,
    /// How long its answer took, in milliseconds.
    took_ms: u64,
    /// Why it is down; null while it is up.
    reason: Option<String>,
}

/// The state of this process as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[oai(rename = "HealthStatus", rename_all = "snake_case")]
enum HealthStatus {
    Ok,
    Degraded,
    Error,
}

/// The state of this process.
#[derive(Debug, Object)]
#[oai(rename = "Health", example)]
struct HealthBody {
    /// `ok`; `degraded`: Redis is unavailable, webhooks are recorded and their jobs follow later; `error`: PostgreSQL is
    /// unavailable or the process is stopping, nothing is taken.
    status: HealthStatus,
    /// Version of this build.
    version: String,
    dependencies: Vec<DependencyBody>,
    /// Why nothing is taken; null otherwise.
    error: Option<ErrorBody>,
}

#[derive(ApiResponse)]
enum HealthAnswer {
    /// Webhooks are taken.
    #[oai(status = 200)]
    Serving(Json<HealthBody>),
    /// PostgreSQL is unavailable, or the process is stopping: nothing is taken.
    #[oai(status = 503)]
    Down(Json<HealthBody>),
}

/// The operation.
#[derive(Default)]
pub(crate) struct GetHealth;

#[OpenApi(tag = "Tag::Health")]
impl GetHealth {
    /// Health
    ///
    /// Needs no key; says nothing but what is up.
    #[oai(path = "/v1/api/health", method = "get", operation_id = "get_health")]
    async fn handle(&self, state: Data<&Arc<State>>) -> HealthAnswer {
        let report = state.dependencies.report().await;
        answer(&report, state.context.shutdown.is_draining())
    }
}

fn answer(report: &Report, draining: bool) -> HealthAnswer {
    let down = |name: &str| report.dependencies.iter().any(|one| one.name == name && one.result.is_err());
    let serving = !draining && !down(POSTGRES);
    let status = match (serving, report.is_ready()) {
        (true, true) => HealthStatus::Ok,
        (true, false) => HealthStatus::Degraded,
        (false, _) => HealthStatus::Error,
    };
    let message = if draining { "the process is stopping" } else { "the database is unavailable" };
    let error = (!serving).then(|| ErrorBody { code: Code::Unavailable, message: message.to_owned() });
    let dependencies = report.dependencies.iter().map(|one| DependencyBody {
        name: one.name.to_owned(),
        state: if one.result.is_ok() { DependencyState::Up } else { DependencyState::Down },
        took_ms: u64::try_from(one.took.as_millis()).unwrap_or(u64::MAX),
        reason: one.result.clone().err(),
    });
    let body = HealthBody {
        status,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        dependencies: dependencies.collect(),
        error,
    };
    if serving { HealthAnswer::Serving(Json(body)) } else { HealthAnswer::Down(Json(body)) }
}

impl Example for HealthBody {
    fn example() -> Self {
        let up =
            |name: &str| DependencyBody { name: name.to_owned(), state: DependencyState::Up, took_ms: 1, reason: None };
        Self {
            status: HealthStatus::Ok,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            dependencies: vec![up(POSTGRES), up(datastores::REDIS)],
            error: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::health::Dependency;

    use super::*;

    fn state(postgres: bool, redis: bool, draining: bool) -> (u16, HealthStatus) {
        let one = |name, up| Dependency {
            name,
            result: if up { Ok(()) } else { Err("no answer".to_owned()) },
            took: Duration::from_millis(1),
        };
        let report = Report { dependencies: vec![one(POSTGRES, postgres), one(datastores::REDIS, redis)] };
        match answer(&report, draining) {
            HealthAnswer::Serving(body) => (200, body.0.status),
            HealthAnswer::Down(body) => (503, body.0.status),
        }
    }

    #[test]
    fn redis_may_be_unavailable_and_postgres_may_not() {
        assert_eq!(state(true, true, false), (200, HealthStatus::Ok));
        assert_eq!(state(true, false, false), (200, HealthStatus::Degraded));
        assert_eq!(state(false, true, false), (503, HealthStatus::Error));
        assert_eq!(state(true, true, true), (503, HealthStatus::Error));
    }
}
