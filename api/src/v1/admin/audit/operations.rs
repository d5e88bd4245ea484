//! `GET /v1/api/admin/audit`: who did what, newest first.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use jobs::Lane;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::types::{ParseFromJSON, ToJSON as _};
use serde_json::Value;
use store::ops::{AuditFilter, AuditRecord};
use tokio::time::Instant;

use crate::app::State;
use crate::error::{ApiError, Code};
use crate::ops::caller::{Caller, View};
use crate::ops::live::millis;
use crate::v1::admin::model::audit::{Audit, AuditEntry, AuditEntryAction};
use crate::v1::admin::model::shared::{Actor, JobRef, Searched};
use crate::v1::admin::queues::shops_of;
use crate::v1::admin::{Answer, Tag};
use crate::v1::{OkStatus, listed};

/// Rows of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u64 = 100;

/// The operation.
#[derive(Default)]
pub(crate) struct AuditApi;

#[OpenApi(tag = "Tag::Audit")]
impl AuditApi {
    /// Audit log
    #[oai(path = "/v1/api/admin/audit", method = "get", operation_id = "listAudit")]
    #[expect(clippy::too_many_arguments, reason = "the parameters of the operation")]
    async fn list(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        #[oai(validator(max_length = 128))] actor: Query<Option<String>>,
        action: Query<Option<Vec<AuditEntryAction>>>,
        #[oai(validator(max_length = 64))] queue: Query<Option<String>>,
        #[oai(validator(max_length = 255))] shop: Query<Option<String>>,
        #[oai(validator(max_length = 26))] job_id: Query<Option<String>>,
        #[oai(validator(max_length = 26))] bulk_id: Query<Option<String>>,
        since: Query<Option<DateTime<Utc>>>,
        before: Query<Option<DateTime<Utc>>>,
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))] limit: Query<Option<u64>>,
        #[oai(validator(max_length = 1024))] cursor: Query<Option<String>>,
    ) -> Answer<Audit> {
        let begun = Instant::now();
        let limit = limit.0.unwrap_or(PAGE_ROWS_DEFAULT);
        let lane = match shop.0.as_deref() {
            Some(shop) => Some(lane_of_shop(&state, shop).await?),
            None => None,
        };
        let name = |action: AuditEntryAction| action.to_json().and_then(|json| json.as_str().map(str::to_owned));
        let filter = AuditFilter {
            actor: actor.0,
            actions: action.0.unwrap_or_default().into_iter().filter_map(name).collect(),
            queue: queue.0,
            lane,
            job_id: job_id.0,
            bulk_id: bulk_id.0,
            since: since.0,
            before: before.0,
            after_id: cursor.0,
            rows_max: i64::try_from(limit).unwrap_or(1) + 1,
        };
        let mut entries = entries(&state, &filter).await?;
        let more = entries.len() as u64 > limit;
        entries.truncate(usize::try_from(limit).unwrap_or(1));
        let next_cursor = entries.last().filter(|_| more).map(|entry| entry.audit_id.clone());
        let rows = entries.len() as u64;
        let searched = Searched { rows, took_ms: millis(begun.elapsed()), complete: !more, until: None };
        Ok(Json(Audit { status: OkStatus::Ok, entries, searched, next_cursor }))
    }
}

/// The lane of a shop; a shop that is unknown has a lane that no entry has.
async fn lane_of_shop(state: &State, shop: &str) -> Result<String, ApiError> {
    let domain = if shop.contains('.') { shop.to_owned() } else { format!("{shop}.myshopify.com") };
    let domain = shopify::headers::shop_domain(&domain)
        .ok_or_else(|| ApiError::new(Code::InvalidParameter, "shop is not a *.myshopify.com domain"))?;
    let merchant = state.merchants.merchant(&domain).await?;
    Ok(merchant.map_or_else(|| "-".to_owned(), |merchant| merchant.to_string()))
}

/// Entries that match.
///
/// # Errors
/// 503 when PostgreSQL is unavailable.
pub(crate) async fn entries(state: &State, filter: &AuditFilter) -> Result<Vec<AuditEntry>, ApiError> {
    let rows = state.store.ops_audit(filter).await?;
    let lanes: Vec<Lane> = rows.iter().filter_map(|row| Lane::parse(row.lane.as_deref()?).ok()).collect();
    let shops = shops_of(state, lanes.iter()).await;
    let shop = |row: &AuditRecord| {
        let lane = Lane::parse(row.lane.as_deref()?).ok()?;
        shops.get(&lane).cloned()
    };
    rows.into_iter()
        .map(|row| {
            let shop = shop(&row);
            entry_body(row, shop)
        })
        .collect()
}

fn entry_body(row: AuditRecord, shop: Option<String>) -> Result<AuditEntry, ApiError> {
    let details: Value = serde_json::from_str(&row.details).unwrap_or_default();
    let text = |name: &str| details.get(name).map(Value::to_string);
    let job = match (&row.queue, &row.lane, &row.job_id) {
        (Some(queue), Some(lane), Some(job_id)) => {
            Some(JobRef { queue: queue.clone(), lane: lane.clone(), job_id: job_id.clone() })
        }
        _ => None,
    };
    Ok(AuditEntry {
        audit_id: row.audit_id,
        at: row.at,
        actor: Actor { id: row.actor_id, name: row.actor_name },
        action: listed(&row.action)?,
        outcome: listed(&row.outcome)?,
        role: row.role.as_deref().map(listed).transpose()?,
        queue: row.queue,
        shop,
        job,
        target: row.target,
        bulk_id: row.bulk_id,
        jobs: detail(&details, "jobs"),
        webhooks: None,
        bulk_action: detail(&details, "bulk_action"),
        count: row.count.map(i64::unsigned_abs),
        reason: row.reason,
        before: text("before"),
        after: text("after"),
        request_id: row.request_id,
    })
}

/// A value that was written with an entry, if this version still reads it.
fn detail<T: ParseFromJSON>(details: &Value, name: &str) -> Option<T> {
    T::parse_from_json(Some(details.get(name)?.clone())).ok()
}
