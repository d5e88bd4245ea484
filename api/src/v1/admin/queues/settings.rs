//! `PATCH` of a queue's and of a lane's settings: refused when somebody else has changed them since they were read. What is set
//! is kept in PostgreSQL and followed by Redis at once.

use std::sync::Arc;
use std::time::Duration;

use domain::TokenRate;
use jobs::{JobKind, Lane, LaneSetting, Setting, Settings};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use serde_json::json;

use super::figures::{revision, settings_body};
use super::lanes::lane_settings_body;
use crate::app::State;
use crate::error::{ApiError, Code};
use crate::job_admin::configure_if;
use crate::ops::audit::Entry;
use crate::ops::caller::{Caller, Operate};
use crate::v1::OkStatus;
use crate::v1::admin::model::lanes::{LaneChange, LaneChanged};
use crate::v1::admin::model::queues::{QueueSettingsChange, QueueSettingsChanged};
use crate::v1::admin::model::session::Right;
use crate::v1::admin::{Answer, Tag, kind_of, lane_of};

/// Tokens of a full bucket at most.
const BURST_MAX: u64 = 10_000;
/// Longest time in which one token comes back.
const INTERVAL_MAX: Duration = Duration::from_secs(86_400);

/// The operations.
#[derive(Default)]
pub(crate) struct SettingsApi;

#[OpenApi(tag = "Tag::Queues")]
impl SettingsApi {
    /// Change settings of a queue
    #[oai(path = "/v1/api/admin/queues/:queue/settings", method = "patch", operation_id = "changeQueueSettings")]
    async fn change_queue(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        queue: Path<String>,
        body: Json<QueueSettingsChange>,
    ) -> Answer<QueueSettingsChanged> {
        let (kind, change) = (kind_of(&queue.0)?, body.0);
        let pauses_only =
            change.cap.is_undefined() && change.lane_rate.is_undefined() && change.lane_cap.is_undefined();
        if !pauses_only {
            caller.require(Right::QueuesAdmin)?;
        }
        let changes = queue_changes(&change)?;
        let action = match change.paused {
            Some(true) if pauses_only => "queue_pause",
            Some(false) if pauses_only => "queue_resume",
            _ => "queue_settings",
        };
        let entry = Entry::by(&state, &caller, action).queue(kind.name()).reason(change.reason.as_deref());
        let settings = apply(&state, kind, entry, changes, &change.if_revision, described).await?;
        Ok(Json(QueueSettingsChanged { status: OkStatus::Ok, settings: settings_body(&settings) }))
    }

    /// Change settings of a lane
    #[oai(path = "/v1/api/admin/queues/:queue/lanes/:lane", method = "patch", operation_id = "changeLane")]
    async fn change_lane(
        &self,
        state: Data<&Arc<State>>,
        caller: Caller<Operate>,
        queue: Path<String>,
        lane: Path<String>,
        body: Json<LaneChange>,
    ) -> Answer<LaneChanged> {
        let (kind, lane, change) = (kind_of(&queue.0)?, lane_of(&lane.0)?, body.0);
        let changes = lane_changes(&lane, &change)?;
        let action = match (changes.len(), change.paused) {
            (1, Some(true)) => "lane_pause",
            (1, Some(false)) => "lane_resume",
            _ => "lane_settings",
        };
        let entry = Entry::by(&state, &caller, action).queue(kind.name()).lane(lane.as_str());
        let entry = entry.reason(change.reason.as_deref());
        let of_lane = |settings: &Settings| json!(settings.lanes.get(&lane).cloned().unwrap_or_default());
        let settings = apply(&state, kind, entry, changes, &change.if_revision, of_lane).await?;
        Ok(Json(LaneChanged {
            status: OkStatus::Ok,
            settings: lane_settings_body(settings.lanes.get(&lane)),
            revision: revision(&settings),
        }))
    }
}

/// What is set of the whole queue, for the audit log.
fn described(settings: &Settings) -> serde_json::Value {
    let Settings { paused, cap, lane_rate, lane_cap, .. } = settings;
    json!({ "paused": paused, "cap": cap, "lane_rate": lane_rate, "lane_cap": lane_cap })
}

async fn apply(
    state: &State,
    kind: JobKind,
    entry: Entry,
    changes: Vec<Setting>,
    if_revision: &str,
    described: impl Fn(&Settings) -> serde_json::Value,
) -> Result<Settings, ApiError> {
    if changes.is_empty() {
        return Err(ApiError::new(Code::NotAcceptable, "nothing is to be changed"));
    }
    let before = super::figures::kept_settings(state, kind).await?;
    let mut after = before.clone();
    for change in changes.clone() {
        after.set(change).map_err(|error| ApiError::new(Code::NotAcceptable, error.to_string()))?;
    }
    let details = json!({ "before": described(&before), "after": described(&after) });
    let is_as_seen = |settings: &Settings| revision(settings) == if_revision;
    let change = configure_if(&state.store, &state.queues, kind, changes, is_as_seen);
    let counted = async { change.await.map(|settings| (settings, None)) };
    entry.details(&details).around(&state.store, counted).await
}

fn queue_changes(change: &QueueSettingsChange) -> Result<Vec<Setting>, ApiError> {
    let mut changes: Vec<Setting> = change.paused.map(Setting::Paused).into_iter().collect();
    if let Some(cap) = cap_of(&change.cap)? {
        changes.push(Setting::Cap(cap));
    }
    match &change.lane_rate {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => changes.push(Setting::RateOfLanes(None)),
        MaybeUndefined::Value(rate) => changes.push(Setting::RateOfLanes(Some(rate_of(rate.interval_us, rate.burst)?))),
    }
    if let Some(cap) = cap_of(&change.lane_cap)? {
        changes.push(Setting::CapOfLanes(cap));
    }
    Ok(changes)
}

fn lane_changes(lane: &Lane, change: &LaneChange) -> Result<Vec<Setting>, ApiError> {
    let mut changes: Vec<LaneSetting> = change.paused.map(LaneSetting::Paused).into_iter().collect();
    if let Some(weight) = change.weight {
        changes.push(LaneSetting::Weight(u32::try_from(weight).unwrap_or(u32::MAX)));
    }
    match &change.rate {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => changes.push(LaneSetting::Rate(None)),
        MaybeUndefined::Value(rate) => changes.push(LaneSetting::Rate(Some(rate_of(rate.interval_us, rate.burst)?))),
    }
    if let Some(cap) = cap_of(&change.cap)? {
        changes.push(LaneSetting::Cap(cap));
    }
    Ok(changes.into_iter().map(|change| Setting::Lane(lane.clone(), change)).collect())
}

/// None: not to be changed.
fn cap_of(cap: &MaybeUndefined<u64>) -> Result<Option<Option<u32>>, ApiError> {
    let too_large = |_| ApiError::new(Code::NotAcceptable, "a cap is at most 4294967295");
    match cap {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(cap) => Ok(Some(Some(u32::try_from(*cap).map_err(too_large)?))),
    }
}

fn rate_of(interval_us: u64, burst: u64) -> Result<TokenRate, ApiError> {
    let invalid =
        || ApiError::new(Code::NotAcceptable, "a rate has an interval of up to a day and a burst of 1 to 10000");
    let interval = Duration::from_micros(interval_us);
    let burst = u32::try_from(burst.min(BURST_MAX + 1)).unwrap_or(u32::MAX);
    if interval > INTERVAL_MAX || u64::from(burst) > BURST_MAX {
        return Err(invalid());
    }
    TokenRate::of_interval(interval_us, burst).ok_or_else(invalid)
}
