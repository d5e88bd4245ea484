//! `GET /v1/api/admin/workers`, and the jobs that one runs.

use std::sync::Arc;

use chrono::TimeDelta;
use jobs::{JobKind, JobState, PageQuery};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;

use crate::app::State;
use crate::error::{ApiError, Code};
use crate::ops::caller::{Caller, View};
use crate::v1::OkStatus;
use crate::v1::admin::jobs::rows::of_views;
use crate::v1::admin::model::workers::{Worker, WorkerJobs, WorkerQueuesItem, Workers};
use crate::v1::admin::queues::workers_of;
use crate::v1::admin::{Answer, Tag};

/// Pages of running jobs that are looked at in a queue.
const PAGES_MAX: usize = 10;
/// Jobs of a worker that are shown.
const JOBS_MAX: usize = 500;

/// The operations.
#[derive(Default)]
pub(crate) struct WorkersApi;

#[OpenApi(tag = "Tag::Workers")]
impl WorkersApi {
    /// Workers
    #[oai(path = "/v1/api/admin/workers", method = "get", operation_id = "listWorkers")]
    async fn list(&self, state: Data<&Arc<State>>, _caller: Caller<View>) -> Answer<Workers> {
        let at = state.context.clock.now();
        let each = workers_of(&state).await?.into_iter().map(|worker| Worker {
            seen_at: at - TimeDelta::milliseconds(i64::try_from(worker.silent_ms).unwrap_or(0)),
            worker: worker.name,
            host: worker.host,
            version: worker.version,
            state: worker.state,
            silent_ms: worker.silent_ms,
            running: worker.running,
            slots: worker.slots,
            queues: worker
                .queues
                .into_iter()
                .map(|(queue, running, slots)| WorkerQueuesItem { queue: queue.to_owned(), running, slots })
                .collect(),
            started_at: None,
        });
        Ok(Json(Workers { status: OkStatus::Ok, at, workers: each.collect() }))
    }

    /// Jobs a worker runs
    #[oai(path = "/v1/api/admin/workers/:worker/jobs", method = "get", operation_id = "listWorkerJobs")]
    async fn jobs(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        #[oai(validator(max_length = 128))] worker: Path<String>,
    ) -> Answer<WorkerJobs> {
        let seen = workers_of(&state).await?.into_iter().find(|seen| seen.name == worker.0);
        let seen = seen.ok_or_else(|| ApiError::new(Code::UnknownThing, "there is no such worker"))?;
        let (mut views, mut complete) = (Vec::new(), true);
        for kind in seen.queues.iter().filter_map(|(queue, ..)| JobKind::parse(queue)) {
            let mut query = PageQuery::of(JobState::Running, JOBS_MAX);
            for _ in 0..PAGES_MAX {
                let page = state.queues.queue(kind).page(&query).await.map_err(ApiError::from)?;
                let of_worker = |view: &jobs::JobView| view.run.as_ref().is_some_and(|run| run.worker == worker.0);
                views.extend(page.jobs.into_iter().filter(of_worker));
                query.cursor = page.cursor;
                if query.cursor.is_none() {
                    break;
                }
            }
            complete &= query.cursor.is_none();
        }
        views.sort_by_key(|view| view.run.as_ref().map(|run| run.claimed_at));
        complete &= views.len() <= JOBS_MAX;
        views.truncate(JOBS_MAX);
        let at = state.context.clock.now();
        Ok(Json(WorkerJobs { status: OkStatus::Ok, at, jobs: of_views(&state, &views, at).await, complete }))
    }
}
