//! Lanes of a queue. Schemas of the monitor's API, as the front end's contract has them; no behaviour.

use poem_openapi::Object;
use poem_openapi::types::MaybeUndefined;

use super::shared::{Change, Percentiles, Rate};
use crate::v1::OkStatus;

/// Lanes with jobs or settings of their own, most waiting jobs first; of more than 10,000 those to be served next.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Lanes {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    /// Of the queue's settings.
    pub(crate) revision: String,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) next_cursor: Option<String>,
}

/// A lane: the jobs of one merchant in a queue.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct Lane {
    pub(crate) lane: String,
    pub(crate) waiting: u64,
    pub(crate) delayed: u64,
    pub(crate) running: u64,
    pub(crate) dead: u64,
    pub(crate) settings: LaneSettings,
    /// Share of the queue's work in the span, 0 to 1.
    pub(crate) share: f64,
    /// In the span, as far as it was among the busy lanes.
    pub(crate) done: u64,
    pub(crate) covered_ms: u64,
    /// Domain of its shop.
    pub(crate) shop: Option<String>,
    pub(crate) oldest_age_ms: Option<u64>,
    pub(crate) wait: Option<Percentiles>,
    pub(crate) run: Option<Percentiles>,
}

/// What is set of a lane.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct LaneSettings {
    pub(crate) paused: bool,
    /// Its share beside others; absent: 1.
    pub(crate) weight: Option<u64>,
    pub(crate) rate: Option<Rate>,
    pub(crate) cap: Option<u64>,
    pub(crate) paused_by: Option<Change>,
}

/// Null: that of all lanes.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct LaneChangeRate {
    /// Microseconds in which one token comes back.
    pub(crate) interval_us: u64,
    /// Tokens of a full bucket.
    pub(crate) burst: u64,
}

/// What is to be changed of a lane: absent stays as it is, null takes the setting away.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct LaneChange {
    #[oai(validator(max_length = 64))]
    pub(crate) if_revision: String,
    pub(crate) paused: Option<bool>,
    pub(crate) weight: Option<u64>,
    /// Null: that of all lanes.
    pub(crate) rate: MaybeUndefined<LaneChangeRate>,
    /// Null: that of all lanes.
    pub(crate) cap: MaybeUndefined<u64>,
    /// For the audit log.
    #[oai(validator(max_length = 500))]
    pub(crate) reason: Option<String>,
}

/// What is set now.
#[derive(Debug, Clone, Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct LaneChanged {
    /// Always `ok`.
    pub(crate) status: OkStatus,
    pub(crate) settings: LaneSettings,
    /// Of the queue's settings now.
    pub(crate) revision: String,
}
