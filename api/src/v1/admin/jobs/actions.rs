//! What a person does to one job: retry, run now, give up, delete, cancel; check and edit its payload. Refused when the job has
//! moved on since it was looked at.

use std::sync::Arc;

use jobs::{EditError, NewJob};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use serde_json::json;

use super::detail::{JobName, Known, unknown};
use super::fit::{actions_of, in_queue};
use super::rows::name_shops;
use crate::app::State;
use crate::error::{ApiError, Code};
use crate::job_admin::{self, delete_letters, replay};
use crate::ops::audit::Entry;
use crate::ops::caller::{Caller, Operate, ReadPayload};
use crate::v1::OkStatus;
use crate::v1::admin::model::job::{
    Issue, JobAction, JobActionRequest, JobChanged, PayloadChecked, PayloadEdit, PayloadText,
};
use crate::v1::admin::model::jobs::{Job, JobState};
use crate::v1::admin::model::session::Right;
use crate::v1::admin::{Answer, Tag};

/// The operations.
#[derive(Default)]
pub(crate) struct ActionsApi;

#[OpenApi(tag = "Tag::Jobs")]
impl ActionsApi {
    /// Act on a job
    #[oai(path = "/v1/api/admin/jobs/:queue/:lane/:job_id/actions", method = "post", operation_id = "actOnJob")]
    async fn act(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        queue: Path<String>,
        lane: Path<String>,
        job_id: Path<String>,
        body: Json<JobActionRequest>,
    ) -> Answer<JobChanged> {
        let name = JobName::parse(&queue.0, &lane.0, &job_id.0)?;
        let known = expected(&state, &name, body.0.expected_state).await?;
        if !actions_of(body.0.expected_state).contains(&body.0.action) {
            return Err(ApiError::new(Code::NotAcceptable, "this action does not fit a job in this state").into());
        }
        let reason = body.0.reason.as_deref();
        let entry = about(Entry::by(&state, &caller, audit_name(body.0.action)), &name).reason(reason);
        let change = act(&state, &name, &known, body.0.action, reason);
        entry.around(&state.store, async { change.await.map(|()| ((), None)) }).await?;
        Ok(Json(JobChanged { status: OkStatus::Ok, job: now(&state, &name).await }))
    }

    /// Check a payload without saving
    #[oai(
        path = "/v1/api/admin/jobs/:queue/:lane/:job_id/payload/check",
        method = "post",
        operation_id = "checkPayload"
    )]
    async fn check(
        &self,
        _caller: Caller<ReadPayload>,
        queue: Path<String>,
        lane: Path<String>,
        job_id: Path<String>,
        body: Json<PayloadText>,
    ) -> Answer<PayloadChecked> {
        let JobName { kind, job } = JobName::parse(&queue.0, &lane.0, &job_id.0)?;
        let read = NewJob::restore(kind, job.job_id, job.lane, kind.payload_version(), &body.0.json);
        let issues: Vec<Issue> = read.err().map(|error| issue(&error.to_string())).into_iter().collect();
        Ok(Json(PayloadChecked { status: OkStatus::Ok, valid: issues.is_empty(), issues }))
    }

    /// Edit the payload
    #[oai(path = "/v1/api/admin/jobs/:queue/:lane/:job_id/payload", method = "put", operation_id = "editPayload")]
    async fn edit(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        queue: Path<String>,
        lane: Path<String>,
        job_id: Path<String>,
        body: Json<PayloadEdit>,
    ) -> Answer<JobChanged> {
        caller.require(Right::PayloadRead)?;
        let name = JobName::parse(&queue.0, &lane.0, &job_id.0)?;
        let known = expected(&state, &name, body.0.expected_state).await?;
        let entry = about(Entry::by(&state, &caller, "job_edit"), &name).reason(body.0.reason.as_deref());
        entry.around(&state.store, async { edit(&state, &name, &known, &body.0).await.map(|()| ((), None)) }).await?;
        Ok(Json(JobChanged { status: OkStatus::Ok, job: now(&state, &name).await }))
    }
}

fn about(entry: Entry, name: &JobName) -> Entry {
    entry.queue(name.kind.name()).lane(name.job.lane.as_str()).job(name.job.job_id.as_str())
}

const fn audit_name(action: JobAction) -> &'static str {
    match action {
        JobAction::Retry => "job_retry",
        JobAction::RunNow => "job_run_now",
        JobAction::MoveToDead => "job_move_to_dead",
        JobAction::Delete => "job_delete",
        JobAction::Cancel => "job_cancel",
    }
}

fn issue(message: &str) -> Issue {
    Issue { message: message.to_owned(), path: None, line: None, suggestion: None }
}

/// The job, if it is in the state that the person has seen.
async fn expected(state: &State, name: &JobName, expected: JobState) -> Result<Known, ApiError> {
    let known = Known::of(state, name).await?;
    let row = known.row(state).await.ok_or_else(unknown)?;
    if row.state != expected {
        return Err(ApiError::new(Code::Changed, "the job has moved on meanwhile: look again"));
    }
    Ok(known)
}

async fn now(state: &State, name: &JobName) -> Option<Job> {
    let row = Known::of(state, name).await.ok()?.row(state).await?;
    let mut rows = [row];
    name_shops(state, &mut rows).await;
    let [row] = rows;
    Some(row)
}

async fn act(
    state: &State,
    name: &JobName,
    known: &Known,
    action: JobAction,
    reason: Option<&str>,
) -> Result<(), ApiError> {
    let (store, queues) = (&state.store, &state.queues);
    let JobName { kind, job } = name;
    let jobs = std::slice::from_ref(job);
    let why = reason.filter(|reason| !reason.is_empty()).unwrap_or("by an operator");
    let letter = known.timeline.as_ref().and_then(|timeline| timeline.dead_letter.as_ref());
    let letter = letter.filter(|letter| letter.replayed_at.is_none());
    let changed = match (action, letter) {
        (JobAction::Retry, Some(letter)) => {
            let replayed = replay(store, queues, std::slice::from_ref(letter), state.context.clock.now()).await?;
            if let Some((_, refused)) = replayed.refused.first() {
                return Err(ApiError::new(Code::NotAcceptable, format!("it cannot be retried: {refused}")));
            }
            1
        }
        (action, letter) => {
            let in_redis = job_admin::act(store, queues, *kind, &in_queue(action, why), jobs, why).await?.len() as u64;
            let deleted = letter.filter(|_| action == JobAction::Delete);
            in_redis + delete_letters(store, deleted.map(std::slice::from_ref).unwrap_or_default()).await?
        }
    };
    if changed == 0 {
        return Err(ApiError::new(Code::Changed, "the job has moved on meanwhile: look again"));
    }
    Ok(())
}

async fn edit(state: &State, name: &JobName, known: &Known, body: &PayloadEdit) -> Result<(), ApiError> {
    if known.view.is_none() {
        // A dead letter that Redis no longer has is enqueued with the new payload.
        let letter = known.timeline.as_ref().and_then(|timeline| timeline.dead_letter.clone()).ok_or_else(unknown)?;
        if !body.retry {
            let message = "a job that is dead in PostgreSQL alone can be edited and retried in one step only";
            return Err(ApiError::new(Code::NotAcceptable, message));
        }
        let version = i32::from(name.kind.payload_version());
        let letter = store::jobs::DeadLetterFound { payload: body.json.clone(), version, ..letter };
        let replayed = replay(&state.store, &state.queues, &[letter], state.context.clock.now()).await?;
        return replayed.refused.first().map_or(Ok(()), |(_, refused)| Err(not_taken(&refused.to_string())));
    }
    let queue = state.queues.queue(name.kind);
    queue.edit(&name.job, &body.json).await.map_err(|error| match error {
        EditError::Payload(error) => not_taken(&error.to_string()),
        EditError::NotFound => unknown(),
        EditError::Running => ApiError::new(Code::Changed, "the job runs: cancel it, or wait until it ends"),
        EditError::Changed => ApiError::new(Code::Changed, "the job was changed at the same moment: look again"),
        EditError::Queue(error) => error.into(),
    })?;
    match (body.retry, body.expected_state) {
        (true, JobState::Dead) => act(state, name, known, JobAction::Retry, None).await,
        (true, JobState::Delayed) => act(state, name, known, JobAction::RunNow, None).await,
        _ => Ok(()),
    }
}

fn not_taken(message: &str) -> ApiError {
    let issues = json!([{ "message": message }]);
    ApiError::new(Code::NotAcceptable, "the kind does not take this payload").with("issues", issues)
}
