//! What is served, at which share and pace: pauses, weights, rates and caps, as values. How a queue is made to follow them
//! is next door, in `control.rs`.

use std::collections::BTreeMap;

use domain::TokenRate;
use serde::{Deserialize, Serialize};

use crate::{envelope::Lane, error::InvalidSetting};

/// Settings that one queue keeps, and lanes that may be paused in it.
pub(super) const SETTINGS_MAX: usize = 10_000;
/// Lanes that may have settings of their own: each may have three beside its pause, and three are the queue's.
const LANES_SET_MAX: usize = (SETTINGS_MAX - 3) / 3;
/// Largest weight: its lane's turn is that many times the turn of others, who wait for it.
const WEIGHT_MAX: u32 = 100;

/// What is served of a queue, at which share and pace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether nothing is served.
    pub paused: bool,
    /// Jobs that run at once in the whole cluster.
    pub cap: Option<u32>,
    /// Starts of each lane that has no rate of its own.
    pub lane_rate: Option<TokenRate>,
    /// Jobs that run at once of each lane that has no cap of its own.
    pub lane_cap: Option<u32>,
    /// Lanes with settings of their own.
    pub lanes: BTreeMap<Lane, LaneSettings>,
}

/// What is served of one lane.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LaneSettings {
    /// Whether nothing is served.
    pub paused: bool,
    /// Its share beside others; 1 where not set.
    pub weight: Option<u32>,
    /// Its starts.
    pub rate: Option<TokenRate>,
    /// Its jobs that run at once.
    pub cap: Option<u32>,
}

/// A change of a queue's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// Serve nothing, or serve again.
    Paused(bool),
    /// See [`super::Queue::set_cap`].
    Cap(Option<u32>),
    /// See [`super::Queue::set_rate_of_lanes`].
    RateOfLanes(Option<TokenRate>),
    /// See [`super::Queue::set_cap_of_lanes`].
    CapOfLanes(Option<u32>),
    /// One lane's.
    Lane(Lane, LaneSetting),
}

/// A change of a lane's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaneSetting {
    /// Serve nothing, or serve again.
    Paused(bool),
    /// See [`super::Queue::set_lane_weight`].
    Weight(u32),
    /// See [`super::Queue::set_lane_rate`].
    Rate(Option<TokenRate>),
    /// See [`super::Queue::set_lane_cap`].
    Cap(Option<u32>),
}

/// A weight that differs from that of others.
pub(super) fn some_weight(weight: u32) -> Result<Option<u32>, InvalidSetting> {
    if !(1..=WEIGHT_MAX).contains(&weight) {
        return Err(InvalidSetting::Weight(weight));
    }
    Ok(Some(weight).filter(|weight| *weight != 1))
}

pub(super) fn some_cap(cap: Option<u32>) -> Result<Option<u32>, InvalidSetting> {
    if cap == Some(0) { Err(InvalidSetting::Cap) } else { Ok(cap) }
}

impl Settings {
    /// Changes one.
    ///
    /// # Errors
    /// It cannot be set, or as many lanes have settings as one queue keeps; nothing is changed then.
    pub fn set(&mut self, setting: Setting) -> Result<(), InvalidSetting> {
        match setting {
            Setting::Paused(paused) => self.paused = paused,
            Setting::Cap(cap) => self.cap = some_cap(cap)?,
            Setting::RateOfLanes(rate) => self.lane_rate = rate,
            Setting::CapOfLanes(cap) => self.lane_cap = some_cap(cap)?,
            Setting::Lane(name, setting) => {
                let mut lane = self.lanes.get(&name).cloned().unwrap_or_default();
                lane.set(setting)?;
                if lane == LaneSettings::default() {
                    self.lanes.remove(&name);
                } else if self.lanes.len() < LANES_SET_MAX || self.lanes.contains_key(&name) {
                    self.lanes.insert(name, lane);
                } else {
                    return Err(InvalidSetting::Full);
                }
            }
        }
        Ok(())
    }

    /// Reads what [`Settings::to_json`] wrote, or `{}`: nothing is set.
    ///
    /// # Errors
    /// It is not that.
    pub fn from_json(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// All of them, as JSON.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Takes in one field as Redis keeps it.
    pub(super) fn put(&mut self, field: &str, value: &str) -> Option<()> {
        let (what, lane) = field.split_once(':').unwrap_or((field, ""));
        if lane.is_empty() {
            match what {
                "cap" => self.cap = Some(value.parse().ok()?),
                "lane_rate" => self.lane_rate = Some(TokenRate::parse(value)?),
                "lane_cap" => self.lane_cap = Some(value.parse().ok()?),
                _ => return None,
            }
            return Some(());
        }
        let lane = self.lanes.entry(Lane::parse(lane).ok()?).or_default();
        match what {
            "weight" => lane.weight = Some(value.parse().ok()?),
            "rate" => lane.rate = Some(TokenRate::parse(value)?),
            "cap" => lane.cap = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }
}

impl LaneSettings {
    fn set(&mut self, setting: LaneSetting) -> Result<(), InvalidSetting> {
        match setting {
            LaneSetting::Paused(paused) => self.paused = paused,
            LaneSetting::Weight(weight) => self.weight = some_weight(weight)?,
            LaneSetting::Rate(rate) => self.rate = rate,
            LaneSetting::Cap(cap) => self.cap = some_cap(cap)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn lane(number: usize) -> Lane {
        Lane::parse(&format!("m{number}")).unwrap()
    }

    #[test]
    fn settings_survive_as_json_and_what_is_no_setting_is_refused() {
        let mut settings = Settings::default();
        let rate = TokenRate::new(3, Duration::from_secs(1), 2).unwrap();
        for setting in [
            Setting::Paused(true),
            Setting::Cap(Some(9)),
            Setting::RateOfLanes(Some(rate)),
            Setting::Lane(lane(1), LaneSetting::Rate(Some(rate))),
            Setting::Lane(lane(1), LaneSetting::Weight(3)),
            Setting::Lane(lane(2), LaneSetting::Paused(true)),
        ] {
            settings.set(setting).unwrap();
        }
        assert_eq!(Settings::from_json(&settings.to_json().unwrap()).unwrap(), settings);
        assert_eq!(Settings::from_json("{}").unwrap(), Settings::default());
        for wrong in [
            r#"{"lanes":{"a b":{}}}"#,
            r#"{"lane_rate":{"interval_us":0,"burst":1}}"#,
            r#"{"lane_rate":{"interval_us":5,"burst":10001}}"#,
        ] {
            assert!(Settings::from_json(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_lane_that_is_as_others_is_not_kept_and_lanes_are_limited() {
        let mut settings = Settings::default();
        for number in 0..LANES_SET_MAX {
            settings.set(Setting::Lane(lane(number), LaneSetting::Weight(2))).unwrap();
        }
        let one_more = || Setting::Lane(lane(LANES_SET_MAX), LaneSetting::Cap(Some(1)));
        assert_eq!(settings.set(one_more()), Err(InvalidSetting::Full));
        assert_eq!(settings.set(Setting::Lane(lane(0), LaneSetting::Weight(101))), Err(InvalidSetting::Weight(101)));
        assert_eq!(settings.set(Setting::Lane(lane(0), LaneSetting::Cap(Some(0)))), Err(InvalidSetting::Cap));
        settings.set(Setting::Lane(lane(0), LaneSetting::Weight(1))).unwrap();
        assert_eq!(settings.lanes.len(), LANES_SET_MAX - 1);
        assert_eq!(settings.set(one_more()), Ok(()));
    }
}
