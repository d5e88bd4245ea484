//! The operations of the queue monitor: a folder for each resource. Each names the right that it needs in its signature, and each
//! that changes something writes the audit log. They have a document of their own (`dashboards/ops/contract/openapi.json`), from which
//! the front end's client is generated; they are no part of the partners' API.

pub(crate) mod audit;
pub(crate) mod bulk;
pub(crate) mod dead_letters;
pub(crate) mod jobs;
pub(crate) mod model;
pub(crate) mod queues;
pub(crate) mod schedules;
pub(crate) mod session;
pub(crate) mod workers;

use ::jobs::{JobKind, Lane};
use poem::endpoint::make;
use poem_openapi::Tags;

use crate::error::{ApiError, Code, refusal};
use crate::routes::Routes;

/// All operations.
pub(crate) type Api =
    (session::Api, queues::Api, jobs::Api, dead_letters::Api, bulk::Api, schedules::Api, workers::Api, audit::Api);

/// What operations are grouped by.
#[derive(Tags)]
pub(crate) enum Tag {
    /// Who is signed in.
    Session,
    /// Queues, lanes and their settings.
    Queues,
    /// Jobs of every state, and what can be done to them.
    Jobs,
    /// Bulk operations.
    Bulk,
    /// What recurs.
    Schedules,
    /// Worker processes and what they run.
    Workers,
    /// The audit log.
    Audit,
}

refusal! {
    /// Why an operation of the monitor is refused.
    AdminRefusal: Unauthorized, RightMissing, CsrfRefused, UnknownThing, Changed, Conflict, NotAcceptable, InvalidJson,
        RateLimited
}

/// Answers of the monitor's operations.
pub(crate) type Answer<T> = Result<poem_openapi::payload::Json<T>, AdminRefusal>;

/// The queue of that name.
///
/// # Errors
/// 404 when there is none.
pub(crate) fn kind_of(queue: &str) -> Result<JobKind, ApiError> {
    JobKind::parse(queue).ok_or_else(|| ApiError::new(Code::UnknownThing, "there is no queue of this name"))
}

/// The lane of that name.
///
/// # Errors
/// 400 when it cannot be one.
pub(crate) fn lane_of(lane: &str) -> Result<Lane, ApiError> {
    Lane::parse(lane).map_err(|_| ApiError::new(Code::InvalidParameter, "this is not the name of a lane"))
}

/// Paths of the contract that are read by a page and not served yet: the page says so.
const NOT_SERVED: [&str; 5] = [
    "/v1/api/admin/series",
    "/v1/api/admin/circuits",
    "/v1/api/admin/jobs/:queue/:lane/:job_id/timeline",
    "/v1/api/admin/schedules/:name/ticks",
    "/v1/api/admin/webhooks/:merchant_id/:log_id",
];

/// Adds an answer for each path that is not served yet.
pub(crate) fn add_not_served(routes: Routes) -> Routes {
    NOT_SERVED.iter().fold(routes, |routes, path| {
        let refuse = make(|_| async {
            let message = "this version of the api does not serve this yet";
            Err::<(), _>(poem::Error::from(ApiError::new(Code::NotFound, message)))
        });
        routes.get(path, refuse)
    })
}
