//! Settings of a queue in force. They are kept in Redis, so they hold for all workers and outlive them; the next claim
//! follows a change. Whoever wants them to outlive Redis keeps [`Settings`] and restores them.

use domain::TokenRate;
use redis::Value;

use super::{
    Queue,
    script::{CONTROL, SETTINGS, Script},
    settings::{LaneSettings, SETTINGS_MAX, Settings, some_cap, some_weight},
};
use crate::{
    envelope::Lane,
    error::{InvalidSetting, QueueError},
};

impl Queue {
    /// Makes what is set equal to `wanted`. Returns how many settings differed.
    ///
    /// # Errors
    /// Fails when Redis is unavailable: some may be set already, and the same call sets the rest.
    pub async fn restore(&self, wanted: &Settings) -> Result<u64, QueueError> {
        let is = self.settings().await?;
        let mut changed = 0;
        if is.paused != wanted.paused {
            if wanted.paused {
                self.pause().await?
            } else {
                self.resume().await?
            }
            changed += 1;
        }
        if is.cap != wanted.cap {
            self.set_cap(wanted.cap).await?;
            changed += 1;
        }
        if is.lane_rate != wanted.lane_rate {
            self.set_rate_of_lanes(wanted.lane_rate).await?;
            changed += 1;
        }
        if is.lane_cap != wanted.lane_cap {
            self.set_cap_of_lanes(wanted.lane_cap).await?;
            changed += 1;
        }
        // Those that are no longer wanted first: there is room for so many.
        let gone = is.lanes.keys().filter(|lane| !wanted.lanes.contains_key(*lane));
        let as_others = LaneSettings::default();
        for lane in gone.chain(wanted.lanes.keys()) {
            let [is, wanted] = [&is, wanted].map(|settings| settings.lanes.get(lane).unwrap_or(&as_others));
            changed += self.restore_lane(lane, is, wanted).await?;
        }
        Ok(changed)
    }

    async fn restore_lane(&self, lane: &Lane, is: &LaneSettings, wanted: &LaneSettings) -> Result<u64, QueueError> {
        let mut changed = 0;
        if is.paused != wanted.paused {
            if wanted.paused {
                self.pause_lane(lane).await?
            } else {
                self.resume_lane(lane).await?
            }
            changed += 1;
        }
        if is.weight != wanted.weight {
            self.set_lane_weight(lane, wanted.weight.unwrap_or(1)).await?;
            changed += 1;
        }
        if is.rate != wanted.rate {
            self.set_lane_rate(lane, wanted.rate).await?;
            changed += 1;
        }
        if is.cap != wanted.cap {
            self.set_lane_cap(lane, wanted.cap).await?;
            changed += 1;
        }
        Ok(changed)
    }

    /// Everything that was set.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
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
    /// Fails when Redis is unavailable.
    pub async fn pause(&self) -> Result<(), QueueError> {
        self.control("pause", "", "", "").await
    }

    /// Serves the queue again.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn resume(&self) -> Result<(), QueueError> {
        self.control("resume", "", "", "").await
    }

    /// Serves no job of that lane until [`Queue::resume_lane`].
    ///
    /// # Errors
    /// Fails when Redis is unavailable, or 10,000 lanes are paused already.
    pub async fn pause_lane(&self, lane: &Lane) -> Result<(), QueueError> {
        self.control("halt", lane.as_str(), "", "").await
    }

    /// Serves the lane again.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub async fn resume_lane(&self, lane: &Lane) -> Result<(), QueueError> {
        self.control("unhalt", lane.as_str(), "", "").await
    }

    /// A lane of weight 3 is given three times the jobs of a lane of weight 1, which is what lanes have if not set.
    ///
    /// # Errors
    /// Fails when Redis is unavailable, the weight is not 1 to 100, or 10,000 settings are kept already. So for all that follow.
    pub async fn set_lane_weight(&self, lane: &Lane, weight: u32) -> Result<(), QueueError> {
        self.set_of_lane("weight", lane, some_weight(weight)?).await
    }

    /// Starts jobs of that lane at no more than that rate, over all workers; `None`: at that of all lanes.
    #[expect(clippy::missing_errors_doc, reason = "said once, at `set_lane_weight`")]
    pub async fn set_lane_rate(&self, lane: &Lane, rate: Option<TokenRate>) -> Result<(), QueueError> {
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
    pub async fn set_rate_of_lanes(&self, rate: Option<TokenRate>) -> Result<(), QueueError> {
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
