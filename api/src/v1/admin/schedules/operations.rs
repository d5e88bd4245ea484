//! `GET /v1/api/admin/schedules`: what recurs, with its next, last and missed ticks.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use store::cron::CronEntry;

use crate::app::State;
use crate::error::ApiError;
use crate::ops::caller::{Caller, View};
use crate::v1::admin::model::schedules::{Schedule, ScheduleCatchUp, Schedules, TickState};
use crate::v1::admin::{Answer, Tag};
use crate::v1::{OkStatus, listed};

/// Schedules shown.
const SCHEDULES_MAX: usize = 500;

/// The operations.
#[derive(Default)]
pub(crate) struct SchedulesApi;

#[OpenApi(tag = "Tag::Schedules")]
impl SchedulesApi {
    /// What recurs
    #[oai(path = "/v1/api/admin/schedules", method = "get", operation_id = "listSchedules")]
    async fn list(&self, state: Data<&Arc<State>>, _caller: Caller<View>) -> Answer<Schedules> {
        let entries = state.store.cron_entries().await?;
        let shown = entries.into_iter().filter(|entry| entry.retired_at.is_none()).take(SCHEDULES_MAX);
        let schedules = shown.map(schedule_body).collect::<Result<_, ApiError>>()?;
        Ok(Json(Schedules { status: OkStatus::Ok, at: state.context.clock.now(), schedules }))
    }
}

fn schedule_body(entry: CronEntry) -> Result<Schedule, ApiError> {
    let catch_up: ScheduleCatchUp = listed(&entry.catch_up)?;
    let last_state: Option<TickState> = entry.last_state.as_deref().map(listed).transpose()?;
    Ok(Schedule {
        name: entry.name,
        schedule: entry.schedule,
        time_zone: entry.time_zone,
        catch_up,
        paused: false,
        missed_ticks: entry.missed_ticks.unsigned_abs(),
        last_tick: entry.last_tick,
        last_state,
        next_tick: entry.next_tick,
        last_missed: entry.last_missed,
        paused_by: None,
        queue: None,
    })
}
