//! A rate as the queue's limits know it: a token bucket's burst and the time in which one token comes back.
//! Refuses: counting; that is Redis' (`lua/claim.lua`, `lua/bucket.lua`) and, within a process, `governor`'s.

use std::{fmt, num::NonZeroU32, time::Duration};

use serde::{Deserialize, Serialize};

use crate::error::InvalidSetting;

/// Longest time in which one token comes back.
const INTERVAL_US_MAX: u64 = 24 * 60 * 60 * 1_000_000;
/// Largest burst. With the longest interval, times still fit what Lua counts exactly.
const BURST_TOKENS_MAX: u32 = 10_000;

/// So many in so much time, and at most a burst at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct Rate {
    interval_us: u64,
    burst: NonZeroU32,
}

/// What may or may not be a rate.
#[derive(Deserialize)]
struct Parts {
    interval_us: u64,
    burst: u32,
}

impl TryFrom<Parts> for Rate {
    type Error = &'static str;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::of_interval(parts.interval_us, parts.burst).ok_or("interval or burst of a rate out of its range")
    }
}

impl Rate {
    /// `count` in each span of `per`, of which at most `burst` at once.
    ///
    /// # Errors
    /// None at all, more than one a microsecond, fewer than one a day, or a burst of 0 or beyond 10,000.
    pub fn new(count: u32, per: Duration, burst: u32) -> Result<Self, InvalidSetting> {
        let wrong = || InvalidSetting::Rate { count, per, burst };
        let per_us = u64::try_from(per.as_micros()).map_err(|_| wrong())?;
        // Rounded up, so that the rate is never above the one asked for.
        let interval_us = if count == 0 { 0 } else { per_us.div_ceil(u64::from(count)) };
        if per_us < u64::from(count) {
            return Err(wrong());
        }
        Self::of_interval(interval_us, burst).ok_or_else(wrong)
    }

    /// As Redis keeps it.
    pub(crate) fn of_interval(interval_us: u64, burst: u32) -> Option<Self> {
        let burst = NonZeroU32::new(burst).filter(|burst| burst.get() <= BURST_TOKENS_MAX)?;
        (1..=INTERVAL_US_MAX).contains(&interval_us).then_some(Self { interval_us, burst })
    }

    /// The time in which one token comes back, in microseconds.
    pub fn interval_us(&self) -> u64 {
        self.interval_us
    }

    /// The same as a duration.
    pub fn interval(&self) -> Duration {
        Duration::from_micros(self.interval_us)
    }

    /// Tokens of a full bucket.
    pub fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// `interval_us|burst`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (interval, burst) = text.split_once('|')?;
        Self::of_interval(interval.parse().ok()?, burst.parse().ok()?)
    }
}

/// As Redis keeps it: `interval_us|burst`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.interval_us, self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_rate_is_never_above_what_was_asked_for() {
        let rate = Rate::new(3, SECOND, 10).unwrap();
        assert_eq!((rate.interval_us(), rate.burst().get()), (333_334, 10));
        assert_eq!(Rate::parse(&rate.to_string()), Some(rate));
    }

    #[test]
    fn what_cannot_be_a_rate_is_refused() {
        for (count, per, burst) in [
            (0, SECOND, 1),
            (1, Duration::ZERO, 1),
            (1, SECOND, 0),
            (1, SECOND, BURST_TOKENS_MAX + 1),
            (2_000_000, SECOND, 1),
            (1, Duration::from_secs(48 * 60 * 60), 1),
        ] {
            assert!(Rate::new(count, per, burst).is_err(), "{count} per {per:?}, burst {burst}");
        }
        for text in ["", "5", "0|1", "5|0", "x|1", "-5|1"] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
    }
}
