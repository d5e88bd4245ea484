//! One job: what both stores know of it, and its attempts. The payload is shown to whoever has that right.

use std::sync::Arc;

use domain::MerchantId;
use jobs::{JobId, JobKind, JobRef as Named, JobView};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use store::jobs::{AttemptFound, Timeline};

use super::fit::actions_of;
use super::rows::{name_shops, of_attempt, of_letter, of_view, paused};
use crate::app::State;
use crate::error::{ApiError, Code};
use crate::ops::caller::{Caller, View};
use crate::v1::admin::model::job::{Attempt, Attempts, JobDetail, JobLink, Payload, PayloadVisibility, WebhookLink};
use crate::v1::admin::model::jobs::Job;
use crate::v1::admin::model::session::Right;
use crate::v1::admin::{Answer, Tag, kind_of, lane_of};
use crate::v1::{OkStatus, listed};

/// Attempts of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u64 = 100;

/// The operations.
#[derive(Default)]
pub(crate) struct DetailApi;

#[OpenApi(tag = "Tag::Jobs")]
impl DetailApi {
    /// One job
    #[oai(path = "/v1/api/admin/jobs/:queue/:lane/:job_id", method = "get", operation_id = "getJob")]
    async fn get(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<View>,
        queue: Path<String>,
        lane: Path<String>,
        job_id: Path<String>,
    ) -> Answer<JobDetail> {
        let name = JobName::parse(&queue.0, &lane.0, &job_id.0)?;
        let known = Known::of(&state, &name).await?;
        let mut rows = [known.row(&state).await.ok_or_else(unknown)?];
        name_shops(&state, &mut rows).await;
        let [job] = rows;
        Ok(Json(known.detail(job, &state, caller.identity.may(Right::PayloadRead))))
    }

    /// Attempts of a job
    #[oai(path = "/v1/api/admin/jobs/:queue/:lane/:job_id/attempts", method = "get", operation_id = "listAttempts")]
    #[expect(clippy::too_many_arguments, reason = "the parameters of the operation")]
    async fn attempts(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        queue: Path<String>,
        lane: Path<String>,
        job_id: Path<String>,
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))] limit: Query<Option<u64>>,
        #[oai(validator(max_length = 1024))] cursor: Query<Option<String>>,
    ) -> Answer<Attempts> {
        let name = JobName::parse(&queue.0, &lane.0, &job_id.0)?;
        let invalid = |_| ApiError::new(Code::InvalidParameter, "cursor is not a next_cursor of this list");
        let begin: usize = cursor.0.as_deref().map(str::parse).transpose().map_err(invalid)?.unwrap_or(0);
        let limit = usize::try_from(limit.0.unwrap_or(PAGE_ROWS_DEFAULT)).unwrap_or(1);
        let known = Known::of(&state, &name).await?;
        let all = known.timeline.map(|timeline| timeline.attempts).unwrap_or_default();
        let more = all.len() > begin.saturating_add(limit);
        let page = all.iter().rev().skip(begin).take(limit);
        let attempts = page.map(attempt_body).collect::<Result<_, ApiError>>()?;
        Ok(Json(Attempts { status: OkStatus::Ok, attempts, next_cursor: more.then(|| (begin + limit).to_string()) }))
    }
}

/// A job as its address names it.
pub(super) struct JobName {
    pub(super) kind: JobKind,
    pub(super) job: Named,
}

impl JobName {
    /// # Errors
    /// 404 when there is no such queue; 400 when the lane or the id cannot be one.
    pub(super) fn parse(queue: &str, lane: &str, job_id: &str) -> Result<Self, ApiError> {
        let invalid = |_| ApiError::new(Code::InvalidParameter, "this is not the id of a job");
        let job_id = JobId::parse(job_id).map_err(invalid)?;
        Ok(Self { kind: kind_of(queue)?, job: Named { lane: lane_of(lane)?, job_id } })
    }
}

pub(super) fn unknown() -> ApiError {
    ApiError::new(Code::UnknownThing, "there is no such job: it has ended and its attempts are past their retention")
}

/// What is known of a job.
pub(super) struct Known {
    kind: JobKind,
    pub(super) view: Option<JobView>,
    pub(super) timeline: Option<Timeline>,
}

impl Known {
    /// # Errors
    /// Both stores are unavailable, or the one that answers does not know the job.
    pub(super) async fn of(state: &State, name: &JobName) -> Result<Self, ApiError> {
        let JobName { kind, job } = name;
        let merchant = MerchantId::parse(job.lane.as_str());
        let history = async {
            match &merchant {
                Ok(merchant) => state.store.timeline(merchant, job.job_id.as_str()).await,
                Err(_) => Ok(None),
            }
        };
        let queue = state.queues.queue(*kind);
        let (held, timeline) = tokio::join!(queue.jobs(std::slice::from_ref(job)), history);
        let (view, timeline) = match (held, timeline) {
            (Ok(mut held), Ok(timeline)) => (held.pop(), timeline),
            // One store is enough to show what it knows.
            (Ok(mut held), Err(_)) if !held.is_empty() => (held.pop(), None),
            (Err(_), Ok(Some(timeline))) => (None, Some(timeline)),
            (Err(error), _) => return Err(error.into()),
            (_, Err(error)) => return Err(error.into()),
        };
        Ok(Self { kind: *kind, view, timeline })
    }

    /// The job as a row: where Redis has it, as it is there; else its dead letter; else its last attempt.
    pub(super) async fn row(&self, state: &State) -> Option<Job> {
        if let Some(view) = &self.view {
            return Some(of_view(view, &paused(state).await, state.context.clock.now()));
        }
        let timeline = self.timeline.as_ref()?;
        let letter = timeline.dead_letter.as_ref().filter(|letter| letter.replayed_at.is_none());
        let ended = || timeline.attempts.iter().rev().find_map(of_attempt);
        letter.map(of_letter).or_else(ended).or_else(|| timeline.dead_letter.as_ref().map(of_letter))
    }

    fn detail(self, job: Job, state: &State, sees_payload: bool) -> JobDetail {
        let letter = self.timeline.as_ref().and_then(|timeline| timeline.dead_letter.as_ref());
        let view = self.view.as_ref();
        let stored = view.map(|view| (u64::from(view.version), view.payload.as_str()));
        let stored =
            stored.or_else(|| letter.map(|letter| (u64::from(letter.version.unsigned_abs()), letter.payload.as_str())));
        let (version, payload) = stored.unwrap_or((u64::from(self.kind.payload_version()), ""));
        let attempts = self.timeline.as_ref().map(|timeline| timeline.attempts.as_slice()).unwrap_or_default();
        let last_error = attempts.iter().rev().find_map(|attempt| attempt.error.as_deref());
        let error = letter.map(|letter| letter.reason.as_str()).or(last_error).or(job.error.as_deref());
        let trace = view.and_then(|view| view.trace.clone());
        let trace = trace.or_else(|| attempts.iter().rev().find_map(|attempt| attempt.trace_id.clone()));
        let links = self.timeline.as_ref().map(|timeline| timeline.children.as_slice()).unwrap_or_default();
        JobDetail {
            status: OkStatus::Ok,
            at: state.context.clock.now(),
            payload: Payload {
                version,
                bytes: payload.len() as u64,
                // Payloads hold ids and small facts, never personal data: there is nothing to mask.
                visibility: if sees_payload { PayloadVisibility::Full } else { PayloadVisibility::Hidden },
                masked: Vec::new(),
                json: (sees_payload && !payload.is_empty()).then(|| payload.to_owned()),
            },
            actions: actions_of(job.state),
            snoozes: attempts.iter().filter(|attempt| attempt.outcome == "snoozed").count() as u64,
            children: links
                .iter()
                .map(|child| JobLink {
                    job_id: child.job_id.clone(),
                    queue: child.queue.clone(),
                    lane: job.lane.clone(),
                    state: None,
                })
                .collect(),
            error_chain: error.map(|error| error.split(": ").map(str::to_owned).collect()),
            // The queue of the parent is not recorded beside its id.
            parent: None,
            webhook: webhook_link(self.timeline.as_ref(), &job),
            trace_id: trace,
            idempotency_key: view.and_then(|view| view.idempotency_key.clone()),
            alike: None,
            job,
        }
    }
}

fn webhook_link(timeline: Option<&Timeline>, job: &Job) -> Option<WebhookLink> {
    let webhook = timeline?.webhook.as_ref()?;
    Some(WebhookLink {
        merchant_id: job.lane.clone(),
        log_id: job.job_id.clone(),
        topic: webhook.topic.clone(),
        status: listed(&webhook.status).ok()?,
        created_at: webhook.created_at,
    })
}

fn attempt_body(attempt: &AttemptFound) -> Result<Attempt, ApiError> {
    let error = attempt.error.as_deref().map(|error| error.split(": ").map(str::to_owned).collect());
    Ok(Attempt {
        attempt: u64::from(attempt.attempt.unsigned_abs()),
        counted: attempt.outcome != "snoozed",
        outcome: listed(&attempt.outcome)?,
        worker: attempt.worker.clone(),
        started_at: attempt.started_at,
        attempt_id: (!attempt.attempt_id.is_empty()).then(|| attempt.attempt_id.clone()),
        finished_at: Some(attempt.finished_at),
        waited_ms: None,
        error_class: attempt.error_class.clone(),
        error_chain: error,
        trace_id: attempt.trace_id.clone(),
    })
}
