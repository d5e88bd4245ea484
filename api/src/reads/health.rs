//! `GET /v1/api/health`: what this process depends on, for people and monitors. (`/healthz` and `/readyz` are for
//! orchestrators: see `platform::health`.)

use std::sync::Arc;

use datastores::POSTGRES;
use platform::health::Report;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use crate::app::State;
use crate::error::{Code, ErrorBody};

/// One thing this process depends on.
#[derive(Debug, Object)]
#[oai(rename = "Dependency")]
struct DependencyBody {
    /// `postgres` or `redis`.
    name: String,
    /// `up` or `down`.
    state: String,
    /// How long its answer took, in milliseconds.
    took_ms: u64,
    /// Why it is down.
    reason: Option<String>,
}

/// The state of this process.
#[derive(Debug, Object)]
#[oai(rename = "Health")]
struct HealthBody {
    /// `ok`; `degraded`: Redis is away, webhooks are recorded and their jobs follow later; `error`: PostgreSQL is away.
    status: String,
    /// Version of this build.
    version: String,
    dependencies: Vec<DependencyBody>,
    error: Option<ErrorBody>,
}

#[derive(ApiResponse)]
enum HealthAnswer {
    /// Webhooks are taken.
    #[oai(status = 200)]
    Serving(Json<HealthBody>),
    /// PostgreSQL is away, or the process is stopping: nothing is taken.
    #[oai(status = 503)]
    Down(Json<HealthBody>),
}

/// The health of this process.
pub(crate) struct HealthApi(pub(crate) Arc<State>);

#[OpenApi]
impl HealthApi {
    /// Health
    ///
    /// Needs no key; says nothing but what is up.
    #[oai(path = "/v1/api/health", method = "get", operation_id = "get_health")]
    async fn health(&self) -> HealthAnswer {
        let report = self.0.dependencies.report().await;
        answer(&report, self.0.context.shutdown.is_draining())
    }
}

fn answer(report: &Report, draining: bool) -> HealthAnswer {
    let away = |name: &str| report.dependencies.iter().any(|one| one.name == name && one.result.is_err());
    let serving = !draining && !away(POSTGRES);
    let status = match (serving, report.is_ready()) {
        (true, true) => "ok",
        (true, false) => "degraded",
        (false, _) => "error",
    };
    let message = if draining { "the process is stopping" } else { "the database is away" };
    let error =
        (!serving).then(|| ErrorBody { code: Code::Unavailable.as_str().to_owned(), message: message.to_owned() });
    let dependencies = report.dependencies.iter().map(|one| DependencyBody {
        name: one.name.to_owned(),
        state: if one.result.is_ok() { "up" } else { "down" }.to_owned(),
        took_ms: u64::try_from(one.took.as_millis()).unwrap_or(u64::MAX),
        reason: one.result.clone().err(),
    });
    let body = HealthBody {
        status: status.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        dependencies: dependencies.collect(),
        error,
    };
    if serving { HealthAnswer::Serving(Json(body)) } else { HealthAnswer::Down(Json(body)) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use platform::health::Dependency;

    use super::*;

    fn state(postgres: bool, redis: bool, draining: bool) -> (u16, String) {
        let one = |name, up| Dependency {
            name,
            result: if up { Ok(()) } else { Err("away".to_owned()) },
            took: Duration::from_millis(1),
        };
        let report = Report { dependencies: vec![one(POSTGRES, postgres), one(datastores::REDIS, redis)] };
        match answer(&report, draining) {
            HealthAnswer::Serving(body) => (200, body.0.status),
            HealthAnswer::Down(body) => (503, body.0.status),
        }
    }

    #[test]
    fn redis_may_be_away_and_postgres_may_not() {
        assert_eq!(state(true, true, false), (200, "ok".to_owned()));
        assert_eq!(state(true, false, false), (200, "degraded".to_owned()));
        assert_eq!(state(false, true, false), (503, "error".to_owned()));
        assert_eq!(state(true, true, true), (503, "error".to_owned()));
    }
}
