//! Klaviyo's API as we call it: events, profiles, subscriptions, deletion. JSON:API with a revision, a tier of limits for each
//! endpoint, and errors that say where. Takes every private key of the right form; delivers nothing.

mod accounts;
mod bodies;
mod calls;
mod errors;

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{Days, NaiveDate};
use hyper::Method;
use serde_json::json;

use self::accounts::Account;
use self::errors::Fault;
use super::{PartnerApi, Refusal, RequestContext};
use crate::bounded::BoundedMap;
use crate::call::{Answer, Call};
use crate::rate::{Bucket, Limit};
use crate::shape::Shape;

/// Media type of requests and answers.
const MEDIA_TYPE: &str = "application/vnd.api+json";
/// Accounts that are kept.
const ACCOUNTS_MAX: usize = 1_000;
/// Events that a listing shows.
const EVENTS_SHOWN_MAX: usize = 200;
/// How long a revision is supported after its day.
const REVISION_DAYS_MAX: u64 = 730;

/// The partner.
pub(super) struct Klaviyo {
    accounts: Mutex<BoundedMap<String, Account>>,
}

/// An endpoint and its tier: requests a second and a minute.
struct Endpoint {
    path: &'static str,
    per_s: u32,
    per_minute: u32,
    body: Shape,
}

const ENDPOINTS: [Endpoint; 6] = [
    Endpoint { path: "/api/events", per_s: 350, per_minute: 3_500, body: bodies::EVENT },
    Endpoint { path: "/api/event-bulk-create-jobs", per_s: 10, per_minute: 150, body: bodies::BULK_EVENTS },
    Endpoint { path: "/api/profile-import", per_s: 75, per_minute: 750, body: bodies::PROFILE },
    Endpoint { path: "/api/profile-bulk-import-jobs", per_s: 10, per_minute: 150, body: bodies::BULK_PROFILES },
    Endpoint {
        path: "/api/profile-subscription-bulk-create-jobs",
        per_s: 75,
        per_minute: 750,
        body: bodies::SUBSCRIPTIONS,
    },
    Endpoint { path: "/api/data-privacy-deletion-jobs", per_s: 3, per_minute: 60, body: bodies::DELETION },
];

impl Klaviyo {
    /// Returns the partner as it is at first.
    pub(super) fn new() -> Self {
        Self { accounts: Mutex::new(BoundedMap::new(ACCOUNTS_MAX)) }
    }

    fn accounts(&self) -> MutexGuard<'_, BoundedMap<String, Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn carry_out(&self, call: &Call, context: &RequestContext<'_>) -> Result<Answer, Fault> {
        let key = authorised(call)?;
        revision(call, context)?;
        let path = call.path.trim_end_matches('/');
        let endpoint = ENDPOINTS.iter().find(|endpoint| endpoint.path == path);
        let endpoint = endpoint.ok_or_else(|| {
            Fault::at_data(404, "not_found", "Not found.", "The requested resource could not be found.")
        })?;
        let mut accounts = self.accounts();
        let account = accounts.entry(&key, Account::new);
        let rate = spend(account, endpoint, context)?;
        let answer = match (&call.method, path) {
            (&Method::GET, "/api/events") => {
                let latest = account.latest(EVENTS_SHOWN_MAX);
                errors::document(200, &json!({ "data": latest, "links": { "self": path, "next": null, "prev": null } }))
            }
            (&Method::POST, _) => calls::post(account, endpoint, call, context)?,
            (method, _) => {
                let detail = format!("Method \"{method}\" not allowed.");
                return Err(Fault::at_data(405, "method_not_allowed", "Method not allowed.", &detail));
            }
        };
        Ok(rate.into_iter().fold(answer, |answer, (name, value)| answer.with(name, value)))
    }
}

impl PartnerApi for Klaviyo {
    fn account(&self, call: &Call) -> String {
        call.header("authorization")
            .and_then(|text| text.strip_prefix("Klaviyo-API-Key "))
            .unwrap_or_default()
            .to_owned()
    }

    fn answer(&self, call: &Call, context: &RequestContext<'_>) -> Answer {
        self.carry_out(call, context).unwrap_or_else(|fault| fault.answer(context))
    }

    fn refuse(&self, _call: &Call, refusal: Refusal, context: &RequestContext<'_>) -> Answer {
        match refusal {
            Refusal::Status(429) => Fault::throttled(1.0).answer(context),
            Refusal::Gone | Refusal::Status(401) => {
                unauthenticated("The API key specified is invalid.").answer(context)
            }
            Refusal::Status(status) => {
                let (code, title) = match status {
                    403 => ("permission_denied", "You do not have permission to perform this action."),
                    404 => ("not_found", "Not found."),
                    410 => ("gone", "Gone."),
                    400..500 => ("invalid", "Invalid input."),
                    _ => ("error", "A server error occurred."),
                };
                Fault::at_data(status, code, title, title).answer(context)
            }
        }
    }
}

/// Returns the private key.
fn authorised(call: &Call) -> Result<String, Fault> {
    let header = call.header("authorization").unwrap_or_default();
    match header.strip_prefix("Klaviyo-API-Key ").map(str::trim) {
        Some(key) if key.starts_with("pk_") && key.len() > 3 => Ok(key.to_owned()),
        Some(_) => Err(unauthenticated("The API key specified is invalid.")),
        None => Err(unauthenticated("Missing or invalid authorization scheme. Please use Klaviyo-API-Key.")),
    }
}

fn unauthenticated(detail: &str) -> Fault {
    let title = "Authentication credentials were not provided or are invalid.";
    Fault::at_data(401, "not_authenticated", title, detail)
}

/// Checks the header `revision`: there, a day, not from the future and not retired.
fn revision(call: &Call, context: &RequestContext<'_>) -> Result<(), Fault> {
    let source = json!({ "parameter": "revision" });
    let invalid = |detail: &str| Fault::new(400, "invalid", "Invalid input.", detail, source.clone());
    let text = call.header("revision").ok_or_else(|| invalid("The 'revision' header is required."))?;
    let day = text.strip_suffix(".pre").unwrap_or(text).parse::<NaiveDate>();
    let day = day.map_err(|_| invalid("The 'revision' header must be a date such as 2026-07-15."))?;
    let today = context.now.date_naive();
    if day > today {
        return Err(invalid("The 'revision' header names a revision that does not exist."));
    }
    if day.checked_add_days(Days::new(REVISION_DAYS_MAX)).is_none_or(|end| end < today) {
        let detail = format!("The revision {day} is no longer supported.");
        return Err(Fault::new(410, "gone", "API revision has been retired.", &detail, source));
    }
    Ok(())
}

/// Takes a request from the endpoint's limits. Returns the headers that tell what is left.
fn spend(
    account: &mut Account,
    endpoint: &Endpoint,
    context: &RequestContext<'_>,
) -> Result<Vec<(&'static str, String)>, Fault> {
    let per_s = context.limits.rate_per_s.unwrap_or(f64::from(endpoint.per_s));
    let per_minute = context.limits.rate_per_s.map_or(f64::from(endpoint.per_minute), |rate| rate * 60.0);
    let burst = Limit { burst: per_s.max(1.0), per_s };
    let steady = Limit { burst: per_minute.max(1.0), per_s: per_minute / 60.0 };
    let full = || (Bucket::full(burst, context.now), Bucket::full(steady, context.now));
    let (second, minute) = account.buckets.entry(&endpoint.path, full);
    if second.available(burst, context.now) >= 1.0 {
        minute.take(1.0, steady, context.now).map_err(Fault::throttled)?;
    }
    second.take(1.0, burst, context.now).map_err(Fault::throttled)?;
    let left = second.available(burst, context.now).min(minute.available(steady, context.now)).floor();
    Ok(vec![
        ("ratelimit-limit", format!("{per_s}, {per_s};w=1, {per_minute};w=60")),
        ("ratelimit-remaining", format!("{left}")),
        ("ratelimit-reset", "1".to_owned()),
    ])
}
