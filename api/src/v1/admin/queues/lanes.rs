//! `GET /v1/api/admin/queues/{queue}/lanes`: lanes with jobs or settings of their own, page by page, with the shops they are of.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::try_join_all;
use jobs::{Lane as LaneName, LaneSettings as Kept, LaneView, LaneWindow, Queue, Settings};
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::figures::{kept_settings, percentiles, rate_body, revision, span_of};
use crate::app::State;
use crate::error::ApiError;
use crate::ops::caller::{Caller, View};
use crate::ops::live::millis;
use crate::v1::OkStatus;
use crate::v1::admin::model::lanes::{Lane, LaneSettings, Lanes};
use crate::v1::admin::model::queues::Span;
use crate::v1::admin::{Answer, Tag, kind_of, lane_of};

/// Rows of a page when the caller does not say.
const PAGE_ROWS_DEFAULT: u64 = 100;
/// Lanes of one page that are found by their settings alone.
const SET_LANES_MAX: usize = 200;
/// Lanes looked at for a part of a shop's name.
const SEARCHED_LANES_MAX: usize = 500;

/// The operation.
#[derive(Default)]
pub(crate) struct LanesApi;

#[OpenApi(tag = "Tag::Queues")]
impl LanesApi {
    /// Lanes of a queue
    #[oai(path = "/v1/api/admin/queues/:queue/lanes", method = "get", operation_id = "listLanes")]
    #[expect(clippy::too_many_arguments, reason = "the parameters of the operation")]
    async fn list(
        &self,
        state: Data<&Arc<State>>,
        _caller: Caller<View>,
        queue: Path<String>,
        span: Query<Option<Span>>,
        #[oai(validator(max_length = 255))] search: Query<Option<String>>,
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))] limit: Query<Option<u64>>,
        #[oai(validator(max_length = 1024))] cursor: Query<Option<String>>,
    ) -> Answer<Lanes> {
        let kind = kind_of(&queue.0)?;
        let after = cursor.0.as_deref().map(lane_of).transpose()?;
        let settings = kept_settings(&state, kind).await?;
        let limit = usize::try_from(limit.0.unwrap_or(PAGE_ROWS_DEFAULT)).unwrap_or(1);
        let looked = if search.0.is_some() { SEARCHED_LANES_MAX } else { limit };
        let queue = state.queues.queue(kind);
        let (mut views, more) = queue.lanes(after.as_ref(), looked).await.map_err(ApiError::from)?;
        let next_cursor = views.last().filter(|_| more).map(|view| view.lane.to_string());
        if after.is_none() {
            add_set_lanes(queue, &settings, &mut views).await?;
        }
        let shops = shops_of(&state, views.iter().map(|view| &view.lane)).await;
        if let Some(part) = search.0.as_deref().map(str::to_lowercase) {
            let has = |text: &str| text.to_lowercase().contains(&part);
            views.retain(|view| has(view.lane.as_str()) || shops.get(&view.lane).is_some_and(|shop| has(shop)));
            views.truncate(limit);
        }
        views.sort_by(|a, b| (b.waiting, &a.lane).cmp(&(a.waiting, &b.lane)));
        let (_, of_jobs) = span_of(span.0);
        let windows = try_join_all(views.iter().map(|view| queue.lane_window(&view.lane, of_jobs)));
        let (windows, total) = tokio::join!(windows, queue.window(of_jobs));
        let (windows, total) = (windows.map_err(ApiError::from)?, total.map_err(ApiError::from)?);
        let rows = views.iter().zip(&windows).map(|(view, window)| {
            let shop = shops.get(&view.lane).cloned();
            lane_body(view, window, total.done, settings.lanes.get(&view.lane), shop)
        });
        let lanes = rows.collect();
        Ok(Json(Lanes { status: OkStatus::Ok, revision: revision(&settings), lanes, next_cursor }))
    }
}

/// Lanes that have settings and no waiting jobs are shown, too, or nobody could take the settings away.
async fn add_set_lanes(queue: &Queue, settings: &Settings, views: &mut Vec<LaneView>) -> Result<(), ApiError> {
    let shown: BTreeSet<&LaneName> = views.iter().map(|view| &view.lane).collect();
    let set: Vec<_> = settings.lanes.keys().filter(|lane| !shown.contains(lane)).take(SET_LANES_MAX).collect();
    views.extend(try_join_all(set.into_iter().map(|lane| queue.lane(lane))).await?);
    Ok(())
}

/// The shops whose lanes these are, as far as PostgreSQL answers.
pub(crate) async fn shops_of(state: &State, lanes: impl Iterator<Item = &LaneName>) -> HashMap<LaneName, String> {
    let merchants: BTreeMap<&str, &LaneName> = lanes.map(|lane| (lane.as_str(), lane)).collect();
    let names: Vec<&str> = merchants.keys().copied().collect();
    let found = state.store.domains_of(&names).await.unwrap_or_default();
    let named =
        found.into_iter().filter_map(|(merchant, shop)| Some(((*merchants.get(merchant.as_str())?).clone(), shop)));
    named.collect()
}

fn lane_body(view: &LaneView, window: &LaneWindow, total: u64, set: Option<&Kept>, shop: Option<String>) -> Lane {
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let share = if total == 0 { 0.0 } else { (window.done as f64 / total as f64).min(1.0) };
    Lane {
        lane: view.lane.to_string(),
        waiting: view.waiting,
        delayed: view.delayed,
        running: view.running,
        dead: view.dead,
        settings: lane_settings_body(set),
        share,
        done: window.done,
        covered_ms: millis(window.covered),
        shop,
        oldest_age_ms: view.oldest_age_ms,
        wait: window.wait.as_ref().map(percentiles),
        run: window.run.as_ref().map(percentiles),
    }
}

pub(super) fn lane_settings_body(set: Option<&Kept>) -> LaneSettings {
    let set = set.cloned().unwrap_or_default();
    LaneSettings {
        paused: set.paused,
        weight: set.weight.map(u64::from),
        rate: set.rate.map(rate_body),
        cap: set.cap.map(u64::from),
        paused_by: None,
    }
}
