//! `GET /v1/api/admin/queues` and one queue: figures of a span, beside what the newest snapshot says.

use std::sync::Arc;

use futures::future::{join_all, try_join_all};
use jobs::{JobKind, Percentiles as Measured, Settings, Span as OfJobs, Window};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use sha2::{Digest as _, Sha256};

use super::overview::SPARK_VALUES;
use crate::app::State;
use crate::error::ApiError;
use crate::job_admin::JobAdminError;
use crate::ops::caller::{Caller, View};
use crate::ops::live::{Frame, OLDEST_AGE_LIMIT, millis};
use crate::ops::workers::{WorkerSeen, merged};
use crate::v1::OkStatus;
use crate::v1::admin::model::queues::{Queue, QueuePolicy, QueueRow, QueueSettings, QueueWindow, Queues, Span};
use crate::v1::admin::model::shared::{Percentiles, Rate};
use crate::v1::admin::model::snapshot::{QueueNow, Severity};
use crate::v1::admin::{Answer, Tag, kind_of};

/// The operations.
#[derive(Default)]
pub(crate) struct FiguresApi;

#[OpenApi(tag = "Tag::Queues")]
impl FiguresApi {
    /// All queues
    #[oai(path = "/v1/api/admin/queues", method = "get", operation_id = "listQueues")]
    async fn list(&self, state: Data<&Arc<State>>, _caller: Caller<View>, span: Query<Option<Span>>) -> Answer<Queues> {
        let (span, of_jobs) = span_of(span.0);
        let frame = state.ops.live.newest(&state).await;
        let rows = JobKind::ALL.map(|kind| row(&state, &frame, kind, of_jobs));
        let mut queues = try_join_all(rows).await?;
        let rank = |row: &QueueRow| match row.now.severity {
            Some(Severity::Critical) => 0,
            Some(Severity::Warning) => 1,
            None => 2,
        };
        queues.sort_by(|a, b| (rank(a), &a.now.queue).cmp(&(rank(b), &b.now.queue)));
        Ok(Json(Queues { status: OkStatus::Ok, at: frame.snapshot.at, span, queues }))
    }

    /// One queue
    #[oai(path = "/v1/api/admin/queues/:queue", method = "get", operation_id = "getQueue")]
    async fn get(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        queue: Path<String>,
        span: Query<Option<Span>>,
    ) -> Answer<Queue> {
        let kind = kind_of(&queue.0)?;
        let (span, of_jobs) = span_of(span.0);
        let frame = state.ops.live.newest(&state).await;
        let counts = state.queues.queue(kind).counts().await.map_err(ApiError::from)?;
        let settings = kept_settings(&state, kind).await?;
        Ok(Json(Queue {
            status: OkStatus::Ok,
            at: frame.snapshot.at,
            span,
            queue: row(&state, &frame, kind, of_jobs).await?,
            settings: settings_body(&settings),
            policy: policy(kind),
            active_lanes: counts.active_lanes,
            deduplicated_total: counts.deduplicated_total,
            stale_total: counts.stale_total,
        }))
    }
}

/// The span that was asked for; an hour where none was.
pub(super) fn span_of(span: Option<Span>) -> (Span, OfJobs) {
    match span {
        Some(Span::Minute) => (Span::Minute, OfJobs::Minute),
        None | Some(Span::Hour) => (Span::Hour, OfJobs::Hour),
        Some(Span::Day) => (Span::Day, OfJobs::Day),
    }
}

async fn row(state: &State, frame: &Frame, kind: JobKind, span: OfJobs) -> Result<QueueRow, ApiError> {
    let window = state.queues.queue(kind).window(span).await?;
    let now = frame.snapshot.queues.iter().find(|queue| queue.queue == kind.name()).cloned();
    let now = now.unwrap_or_else(|| unknown(kind));
    let paused_jobs = if now.paused { now.waiting } else { 0 };
    Ok(QueueRow {
        now,
        window: window_body(&window),
        paused_jobs,
        spark: vec![None; SPARK_VALUES],
        oldest_limit_ms: Some(millis(OLDEST_AGE_LIMIT)),
    })
}

/// A queue of which nothing is known.
fn unknown(kind: JobKind) -> QueueNow {
    QueueNow {
        queue: kind.name().to_owned(),
        waiting: 0,
        delayed: 0,
        running: 0,
        dead: 0,
        paused: false,
        paused_lanes: 0,
        slots: 0,
        workers: 0,
        done_per_second: 0.0,
        enqueued_per_second: 0.0,
        oldest_age_ms: None,
        severity: None,
    }
}

fn window_body(window: &Window) -> QueueWindow {
    QueueWindow {
        covered_ms: millis(window.covered),
        enqueued: window.enqueued,
        done: window.done,
        retried: window.retried,
        snoozed: window.snoozed,
        cancelled: window.cancelled,
        dead: window.dead,
        rescued: window.rescued,
        wait: window.wait.as_ref().map(percentiles),
        run: window.run.as_ref().map(percentiles),
    }
}

pub(super) fn percentiles(measured: &Measured) -> Percentiles {
    let micros = |duration: std::time::Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
    Percentiles {
        count: measured.count,
        p50_us: micros(measured.p50),
        p95_us: micros(measured.p95),
        p99_us: micros(measured.p99),
    }
}

fn policy(kind: JobKind) -> QueuePolicy {
    let policy = kind.policy();
    QueuePolicy {
        attempts: u64::from(policy.retry.attempts),
        backoff_base_ms: policy.retry.base_ms,
        backoff_factor: u64::from(policy.retry.factor),
        backoff_cap_ms: policy.retry.cap_ms,
        timeout_ms: policy.timeout_ms,
        lease_ms: policy.lease_ms,
        concurrency: policy.concurrency as u64,
        payload_version: u64::from(kind.payload_version()),
    }
}

/// Names the settings as they are: a change that was made meanwhile gives them another name.
pub(super) fn revision(settings: &Settings) -> String {
    let text = settings.to_json().unwrap_or_default();
    Sha256::digest(text.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What PostgreSQL keeps of a queue's settings, which is what changes are made to; what Redis has while that is unavailable.
///
/// # Errors
/// Neither store answers.
pub(super) async fn kept_settings(state: &State, kind: JobKind) -> Result<Settings, ApiError> {
    match state.store.queue_settings().await {
        Ok(kept) => {
            let text = kept.into_iter().find(|(queue, _)| queue == kind.name()).map(|(_, text)| text);
            let settings = Settings::from_json(text.as_deref().unwrap_or("{}"));
            settings.map_err(|error| JobAdminError::from(error).into())
        }
        Err(_) => Ok(state.queues.queue(kind).settings().await?),
    }
}

pub(super) fn settings_body(settings: &Settings) -> QueueSettings {
    QueueSettings {
        revision: revision(settings),
        paused: settings.paused,
        cap: settings.cap.map(u64::from),
        lane_rate: settings.lane_rate.map(rate_body),
        lane_cap: settings.lane_cap.map(u64::from),
        paused_by: None,
    }
}

pub(super) fn rate_body(rate: domain::TokenRate) -> Rate {
    Rate { interval_us: rate.interval_us(), burst: u64::from(rate.burst().get()) }
}

/// The workers of all queues.
///
/// # Errors
/// 503 when Redis is unavailable.
pub(crate) async fn workers_of(state: &State) -> Result<Vec<WorkerSeen>, ApiError> {
    let each = JobKind::ALL.map(|kind| async move { (kind, state.queues.queue(kind).workers().await) });
    let mut all = Vec::new();
    for (kind, workers) in join_all(each).await {
        all.push((kind, workers?));
    }
    Ok(merged(all.iter().map(|(kind, workers)| (*kind, workers.as_slice()))))
}
