//! `/v1/api/admin/bulk`: an operation is planned and counted, and nothing is changed until the person has confirmed the count.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::{ParseFromJSON as _, ToJSON as _};
use serde_json::{Value, json};
use store::ops::BulkRow;

use crate::app::State;
use crate::error::{ApiError, Code};
use crate::ops::audit::Entry;
use crate::ops::bulk::{By, PLAN_VALID, Progress, SILENT_MAX, count, fitting, kept_filter, progress_of, run};
use crate::ops::caller::{Caller, Operate, View};
use crate::v1::admin::jobs::{filter::Filter, nothing};
use crate::v1::admin::model::bulk::{
    Bulk, BulkAction, BulkAnswer, BulkConfirm, BulkList, BulkQueuesItem, BulkRequest, BulkSubject,
};
use crate::v1::admin::model::jobs::{Job, JobFilter};
use crate::v1::admin::model::shared::{Actor, JobRef};
use crate::v1::admin::model::snapshot::BulkState;
use crate::v1::admin::{Answer, Tag};
use crate::v1::{OkStatus, listed};

/// Rows of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u64 = 50;
/// The states of an operation that can be cancelled.
const UNDER_WAY: [&str; 3] = ["counting", "planned", "running"];

/// The operations.
#[derive(Default)]
pub(crate) struct BulkApi;

#[OpenApi(tag = "Tag::Bulk")]
impl BulkApi {
    /// Plan a bulk operation
    #[oai(path = "/v1/api/admin/bulk", method = "post", operation_id = "planBulk")]
    async fn plan(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        body: Json<BulkRequest>,
    ) -> Answer<BulkAnswer> {
        let request = body.0;
        let filter = fitting(request.action, filter_of(&request)?)?;
        let resolved = Filter::resolve(&state, filter.clone()).await?;
        let permit = state.ops.bulks.enter()?;
        let now = state.context.clock.now();
        let row = BulkRow {
            bulk_id: state.context.ids.ulid(),
            action: name_of(request.action),
            state: "counting".to_owned(),
            request: filter.to_json_string(),
            progress: json!(Progress::default()).to_string(),
            actor_id: caller.identity.id.clone(),
            actor_name: caller.identity.name.clone(),
            reason: request.reason.clone(),
            error: None,
            created_at: now,
            counted_at: now,
            confirmed_at: None,
            ended_at: None,
            worked_at: now,
        };
        audited(&state, &caller, "bulk_plan", &row).reason(row.reason.as_deref()).write(&state.store).await?;
        state.store.add_ops_bulk(&row).await?;
        count(&state, permit, row.bulk_id.clone(), request.action, resolved);
        Ok(Json(BulkAnswer { status: OkStatus::Ok, bulk: bulk_body(row)? }))
    }

    /// Bulk operations
    #[oai(path = "/v1/api/admin/bulk", method = "get", operation_id = "listBulk")]
    async fn list(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))] limit: Query<Option<u64>>,
        #[oai(validator(max_length = 1024))] cursor: Query<Option<String>>,
    ) -> Answer<BulkList> {
        let limit = limit.0.unwrap_or(PAGE_ROWS_DEFAULT);
        let rows_max = i64::try_from(limit).unwrap_or(1) + 1;
        let mut rows = state.store.ops_bulk(None, cursor.0.as_deref(), rows_max).await?;
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(1));
        let next_cursor = rows.last().filter(|_| more).map(|row| row.bulk_id.clone());
        let now = state.context.clock.now();
        let bulk = rows.into_iter().map(|row| bulk_body(as_of(row, now))).collect::<Result<_, _>>()?;
        Ok(Json(BulkList { status: OkStatus::Ok, bulk, next_cursor }))
    }

    /// One bulk operation
    #[oai(path = "/v1/api/admin/bulk/:bulk_id", method = "get", operation_id = "getBulk")]
    async fn get(&self, state: Data<&Arc<State>>, _caller: Caller<View>, bulk_id: Path<String>) -> Answer<BulkAnswer> {
        let bulk = bulk_body(found(&state, &bulk_id.0).await?)?;
        Ok(Json(BulkAnswer { status: OkStatus::Ok, bulk }))
    }

    /// Start a planned operation
    #[oai(path = "/v1/api/admin/bulk/:bulk_id/confirm", method = "post", operation_id = "confirmBulk")]
    async fn confirm(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        bulk_id: Path<String>,
        body: Json<BulkConfirm>,
    ) -> Answer<BulkAnswer> {
        let row = found(&state, &bulk_id.0).await?;
        let matched = progress_of(&row)?.matched;
        if row.state != "planned" || matched != body.0.matched {
            return Err(ApiError::new(Code::Changed, "the plan is not as you have seen it: look again").into());
        }
        let action: BulkAction = listed(&row.action)?;
        let filter = Filter::resolve(&state, kept_filter(&row)?).await?;
        let permit = state.ops.bulks.enter()?;
        let reason = body.0.reason.or_else(|| row.reason.clone());
        let entry = audited(&state, &caller, "bulk_confirm", &row).count(matched).reason(reason.as_deref());
        moved(&state, entry, &row.bulk_id, &["planned"], "running", reason.as_deref()).await?;
        run(&state, permit, &row, action, filter, By { identity: caller.identity.clone(), reason });
        let bulk = bulk_body(found(&state, &bulk_id.0).await?)?;
        Ok(Json(BulkAnswer { status: OkStatus::Ok, bulk }))
    }

    /// Stop an operation
    #[oai(path = "/v1/api/admin/bulk/:bulk_id/cancel", method = "post", operation_id = "cancelBulk")]
    async fn cancel(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        bulk_id: Path<String>,
    ) -> Answer<BulkAnswer> {
        let row = found(&state, &bulk_id.0).await?;
        let entry = audited(&state, &caller, "bulk_cancel", &row);
        moved(&state, entry, &row.bulk_id, &UNDER_WAY, "cancelled", None).await?;
        let bulk = bulk_body(found(&state, &bulk_id.0).await?)?;
        Ok(Json(BulkAnswer { status: OkStatus::Ok, bulk }))
    }
}

async fn moved(
    state: &State,
    entry: Entry,
    bulk_id: &str,
    from: &[&str],
    to: &str,
    reason: Option<&str>,
) -> Result<(), ApiError> {
    let now = state.context.clock.now();
    let change = async {
        match state.store.move_ops_bulk(bulk_id, from, to, reason, now).await? {
            true => Ok(((), None)),
            false => Err(ApiError::new(Code::Changed, "the operation has gone on meanwhile: look again")),
        }
    };
    entry.around(&state.store, change).await
}

fn name_of(action: BulkAction) -> String {
    action.to_json().and_then(|json| json.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The jobs that a request names, as a filter.
fn filter_of(request: &BulkRequest) -> Result<JobFilter, ApiError> {
    match (&request.jobs, &request.refs) {
        (Some(filter), None) => Ok(filter.clone()),
        (None, Some(refs)) if !refs.is_empty() => {
            let ids = refs.iter().map(|job: &JobRef| job.job_id.clone()).collect();
            Ok(JobFilter { id: Some(ids), ..nothing() })
        }
        _ => Err(ApiError::new(Code::NotAcceptable, "name the jobs: `jobs` is a filter, `refs` a list of jobs")),
    }
}

async fn found(state: &State, bulk_id: &str) -> Result<BulkRow, ApiError> {
    let row = state.store.ops_bulk(Some(bulk_id), None, 1).await?.pop();
    let unknown = || ApiError::new(Code::UnknownThing, "there is no such bulk operation");
    Ok(as_of(row.ok_or_else(unknown)?, state.context.clock.now()))
}

/// An operation that lost its process, or was never confirmed, is shown as what it is.
fn as_of(mut row: BulkRow, now: chrono::DateTime<chrono::Utc>) -> BulkRow {
    let silent = now - row.worked_at > SILENT_MAX;
    match row.state.as_str() {
        "counting" | "running" if silent => {
            row.state = "failed".to_owned();
            row.error = Some("the process that worked on it ended: plan it again".to_owned());
        }
        "planned" if now - row.counted_at > PLAN_VALID => row.state = "expired".to_owned(),
        _ => {}
    }
    row
}

fn audited<R>(state: &State, caller: &Caller<R>, action: &str, row: &BulkRow) -> Entry {
    let filter: Value = serde_json::from_str(&row.request).unwrap_or_default();
    let details = json!({ "jobs": filter, "bulk_action": row.action });
    Entry::by(state, caller, action).bulk(&row.bulk_id).details(&details)
}

fn bulk_body(row: BulkRow) -> Result<Bulk, ApiError> {
    let kept: Progress = serde_json::from_str(&row.progress).unwrap_or_default();
    let progress = progress_of(&row)?;
    let filter = kept_filter(&row)?;
    let sample = kept.sample.into_iter().filter_map(|job| Job::parse_from_json(Some(job)).ok());
    let queues = kept.queues.into_iter().map(|(queue, count)| BulkQueuesItem { queue, count });
    let is_under_way = matches!(progress.state, BulkState::Counting | BulkState::Planned | BulkState::Running);
    Ok(Bulk {
        bulk_id: row.bulk_id,
        action: listed(&row.action)?,
        subject: BulkSubject::Jobs,
        progress,
        by: Actor { id: row.actor_id, name: row.actor_name },
        created_at: row.created_at,
        sample: sample.collect(),
        queues: queues.collect(),
        counted_at: row.counted_at,
        refs_count: filter.id.as_ref().map(|ids| ids.len() as u64),
        jobs: Some(filter),
        webhooks: None,
        effect_ms: None,
        confirmed_at: row.confirmed_at,
        ended_at: row.ended_at.filter(|_| !is_under_way),
        reason: row.reason,
        error: row.error,
    })
}
