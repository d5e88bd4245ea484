//! What is served, at which share and pace: pauses, weights, rates and caps. Kept in Redis, so they hold for all workers
//! and outlive them; the next claim follows a change.

use std::collections::BTreeMap;

use redis::Value;
use serde::Serialize;

use super::{
    Queue,
    script::{CONTROL, SETTINGS, Script},
};
use crate::{
    envelope::Lane,
    error::{InvalidSetting, QueueError},
    rate::Rate,
};

/// Settings that one queue keeps, and lanes that may be paused in it.
const SETTINGS_MAX: usize = 10_000;
/// Largest weight: its lane's turn is that many times the turn of others, who wait for it.
const WEIGHT_MAX: u32 = 100;

/// What is served of a queue, at which share and pace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Whether nothing is served.
    pub paused: bool,
    /// Jobs that run at once in the whole cluster.
    pub cap: Option<u32>,
    /// Starts of each lane that has no rate of its own.
    pub lane_rate: Option<Rate>,
    /// Jobs that run at once of each lane that has no cap of its own.
    pub lane_cap: Option<u32>,
    /// Lanes with settings of their own.
    pub lanes: BTreeMap<Lane, LaneSettings>,
}

/// What is served of one lane.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LaneSettings {
    /// Whether nothing is served.
    pub paused: bool,
    /// Its share beside others; 1 where not set.
    pub weight: Option<u32>,
    /// Its starts.
    pub rate: Option<Rate>,
    /// Its jobs that run at once.
    pub cap: Option<u32>,
}

impl Queue {
    /// Everything that was set.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn settings(&self) -> Result<Settings, QueueError> {
        let script: &Script = &SETTINGS;
        let answer = script.run(&self.connection, &script.call(&self.keys)).await?;
        let mut parts = script.array(answer)?.into_iter();
        let paused = script.count(parts.next().as_ref())? == 1;
        let mut settings = Settings { paused, ..Settings::default() };
        let mut part = || script.array(parts.next().unwrap_or(Value::Nil));
        let (mut fields, halted) = (part()?.into_iter(), part()?);
        while let Some(field) = fields.next() {
            let (field, value) = (script.text(Some(field))?, script.text(fields.next())?);
            settings.put(&field, &value).ok_or_else(|| script.unexpected("not a setting"))?;
        }
        for lane in halted {
            let lane = Lane::parse(&script.text(Some(lane))?)?;
            settings.lanes.entry(lane).or_default().paused = true;
        }
        Ok(settings)
    }

    /// Serves no job of this queue until [`Queue::resume`]; running jobs go on.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn pause(&self) -> Result<(), QueueError> {
        self.control("pause", "", "", "").await
    }

    /// Serves the queue again.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn resume(&self) -> Result<(), QueueError> {
        self.control("resume", "", "", "").await
    }

    /// Serves no job of that lane until [`Queue::resume_lane`].
    ///
    /// # Errors
    /// Redis is away, or 10,000 lanes are paused already.
    pub async fn pause_lane(&self, lane: &Lane) -> Result<(), QueueError> {
        self.control("halt", lane.as_str(), "", "").await
    }

    /// Serves the lane again.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn resume_lane(&self, lane: &Lane) -> Result<(), QueueError> {
        self.control("unhalt", lane.as_str(), "", "").await
    }

    /// A lane of weight 3 is given three times the jobs of a lane of weight 1, which is what lanes have if not set.
    ///
    /// # Errors
    /// Redis is away, the weight is not 1 to 100, or 10,000 settings are kept already. So for all that follow.
    pub async fn set_lane_weight(&self, lane: &Lane, weight: u32) -> Result<(), QueueError> {
        if !(1..=WEIGHT_MAX).contains(&weight) {
            return Err(InvalidSetting::Weight(weight).into());
        }
        self.set_of_lane("weight", lane, Some(weight).filter(|weight| *weight != 1)).await
    }

    /// Starts jobs of that lane at no more than that rate, over all workers; `None`: at that of all lanes.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `set_lane_weight`")]
    pub async fn set_lane_rate(&self, lane: &Lane, rate: Option<Rate>) -> Result<(), QueueError> {
        self.set_of_lane("rate", lane, rate).await
    }

    /// Runs no more jobs of that lane at once, over all workers; `None`: as many as of all lanes. Jobs that run already
    /// when their lane has its first cap are not counted.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `set_lane_weight`")]
    pub async fn set_lane_cap(&self, lane: &Lane, cap: Option<u32>) -> Result<(), QueueError> {
        self.set_of_lane("cap", lane, some_cap(cap)?).await
    }

    /// Starts jobs of each lane without a rate of its own at no more than that rate; `None`: at any.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `set_lane_weight`")]
    pub async fn set_rate_of_lanes(&self, rate: Option<Rate>) -> Result<(), QueueError> {
        self.set("", "lane_rate", rate).await
    }

    /// Runs no more jobs at once of each lane without a cap of its own; `None`: any number.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `set_lane_weight`")]
    pub async fn set_cap_of_lanes(&self, cap: Option<u32>) -> Result<(), QueueError> {
        self.set("", "lane_cap", some_cap(cap)?).await
    }

    /// Runs no more jobs of this queue at once, over all workers; `None`: any number.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `set_lane_weight`")]
    pub async fn set_cap(&self, cap: Option<u32>) -> Result<(), QueueError> {
        self.set("", "cap", some_cap(cap)?).await
    }

    /// Takes a worker that ended off the list of workers.
    pub(crate) async fn forget_worker(&self, worker: &str) -> Result<(), QueueError> {
        self.control("forget", worker, "", "").await
    }

    async fn set_of_lane(&self, what: &str, lane: &Lane, value: Option<impl ToString>) -> Result<(), QueueError> {
        self.set(lane.as_str(), &format!("{what}:{lane}"), value).await
    }

    async fn set(&self, lane: &str, field: &str, value: Option<impl ToString>) -> Result<(), QueueError> {
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        self.control("set", lane, field, &value).await
    }

    async fn control(&self, action: &str, lane: &str, field: &str, value: &str) -> Result<(), QueueError> {
        let mut command = CONTROL.call(&self.keys);
        command.arg(action).arg(lane).arg(field).arg(value).arg(SETTINGS_MAX);
        let done = CONTROL.run(&self.connection, &command).await?;
        if CONTROL.integer(Some(&done))? == 1 { Ok(()) } else { Err(InvalidSetting::Full.into()) }
    }
}

fn some_cap(cap: Option<u32>) -> Result<Option<u32>, InvalidSetting> {
    if cap == Some(0) { Err(InvalidSetting::Cap) } else { Ok(cap) }
}

impl Settings {
    /// Takes in one field as Redis keeps it.
    fn put(&mut self, field: &str, value: &str) -> Option<()> {
        let (what, lane) = field.split_once(':').unwrap_or((field, ""));
        if lane.is_empty() {
            match what {
                "cap" => self.cap = Some(value.parse().ok()?),
                "lane_rate" => self.lane_rate = Some(Rate::parse(value)?),
                "lane_cap" => self.lane_cap = Some(value.parse().ok()?),
                _ => return None,
            }
            return Some(());
        }
        let lane = self.lanes.entry(Lane::parse(lane).ok()?).or_default();
        match what {
            "weight" => lane.weight = Some(value.parse().ok()?),
            "rate" => lane.rate = Some(Rate::parse(value)?),
            "cap" => lane.cap = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }
}
