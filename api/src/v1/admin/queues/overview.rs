//! `GET /v1/api/admin/overview`: what the first page shows beside the queues' table.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use store::ops::AuditFilter;

use super::figures::workers_of;
use crate::app::State;
use crate::ops::caller::{Caller, View};
use crate::v1::OkStatus;
use crate::v1::admin::audit::entries;
use crate::v1::admin::model::overview::{Overview, Sparks, WorkerBrief};
use crate::v1::admin::model::queues::Span;
use crate::v1::admin::{Answer, Tag};

/// Rows of each short list.
const BRIEF_ROWS_MAX: usize = 5;
/// Values of a sparkline.
pub(super) const SPARK_VALUES: usize = 16;

/// The operation.
#[derive(Default)]
pub(crate) struct OverviewApi;

#[OpenApi(tag = "Tag::Queues")]
impl OverviewApi {
    /// The platform
    #[oai(path = "/v1/api/admin/overview", method = "get", operation_id = "getOverview")]
    async fn get(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        #[oai(name = "span")] _span: Query<Option<Span>>,
    ) -> Answer<Overview> {
        let frame = state.ops.live.newest(&state).await;
        let workers = workers_of(&state).await.unwrap_or_default();
        let brief = workers.into_iter().take(BRIEF_ROWS_MAX).map(|worker| WorkerBrief {
            worker: worker.name,
            host: worker.host,
            version: worker.version,
            state: worker.state,
            silent_ms: worker.silent_ms,
            running: worker.running,
            slots: worker.slots,
            queues: worker.queues.iter().map(|(queue, ..)| (*queue).to_owned()).collect(),
        });
        let filter = AuditFilter { rows_max: i64::try_from(BRIEF_ROWS_MAX).unwrap_or(1), ..AuditFilter::default() };
        // The page stays useful while PostgreSQL is unavailable.
        let audit = entries(&state, &filter).await.unwrap_or_default();
        let unknown = || vec![None; SPARK_VALUES];
        Ok(Json(Overview {
            status: OkStatus::Ok,
            at: frame.snapshot.at,
            snapshot: frame.snapshot.clone(),
            sparks: Sparks {
                done: unknown(),
                waiting: unknown(),
                oldest_age_ms: unknown(),
                running: unknown(),
                dead: unknown(),
                commit_p99_us: unknown(),
            },
            workers: brief.collect(),
            circuits: Vec::new(),
            audit,
            last_problem: None,
        }))
    }
}
