//! A rate as limits know it: the burst of a token bucket, and the time in which one token comes back.
//! Refuses to count tokens: Redis does that (`jobs/src/lua`) and, within one process, `governor` (`crates/partners`).

use std::{fmt, num::NonZeroU32, time::Duration};

use serde::{Deserialize, Serialize};

/// Longest time in which one token comes back.
const INTERVAL_US_MAX: u64 = 24 * 60 * 60 * 1_000_000;
/// Largest burst. With the longest interval, times still fit what Lua counts exactly.
const BURST_TOKENS_MAX: u32 = 10_000;

/// A number of tokens in each span of time, of which at most a burst at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct TokenRate {
    interval_us: u64,
    burst: NonZeroU32,
}

/// No token bucket can be made of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{count} in {per:?} with a burst of {burst} is not a rate: from 1 a day to 1 a microsecond, bursts of 1 to 10,000"
)]
pub struct InvalidRate {
    count: u32,
    per: Duration,
    burst: u32,
}

/// What may or may not be a rate.
#[derive(Deserialize)]
struct Parts {
    interval_us: u64,
    burst: u32,
}

impl TryFrom<Parts> for TokenRate {
    type Error = &'static str;

    fn try_from(parts: Parts) -> Result<Self, Self::Error> {
        Self::of_interval(parts.interval_us, parts.burst).ok_or("interval or burst of a rate out of its range")
    }
}

impl TokenRate {
    /// Makes the rate of `count` in each span of `per`, of which at most `burst` at once.
    ///
    /// # Errors
    /// Fails for no token at all, more than one a microsecond, fewer than one a day, or a burst of 0 or beyond 10,000.
    pub const fn new(count: u32, per: Duration, burst: u32) -> Result<Self, InvalidRate> {
        match Self::checked(count, per, burst) {
            Some(rate) => Ok(rate),
            None => Err(InvalidRate { count, per, burst }),
        }
    }

    /// Makes a rate that is written in the code.
    ///
    /// # Panics
    /// Panics where [`TokenRate::new`] fails: at compile time in a constant.
    #[must_use]
    pub const fn fixed(count: u32, per: Duration, burst: u32) -> Self {
        match Self::checked(count, per, burst) {
            Some(rate) => rate,
            None => panic!("not a rate"),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "compared with the longest before")]
    const fn checked(count: u32, per: Duration, burst: u32) -> Option<Self> {
        let per_us = per.as_micros();
        if count == 0 || per_us < count as u128 {
            return None;
        }
        // Rounded up, so that the rate is never above the one asked for.
        let interval_us = per_us.div_ceil(count as u128);
        if interval_us > INTERVAL_US_MAX as u128 {
            return None;
        }
        Self::of_interval(interval_us as u64, burst)
    }

    /// Makes the rate at which one token comes back in that many microseconds, if there is such a rate.
    #[must_use]
    pub const fn of_interval(interval_us: u64, burst: u32) -> Option<Self> {
        if interval_us == 0 || interval_us > INTERVAL_US_MAX || burst > BURST_TOKENS_MAX {
            return None;
        }
        match NonZeroU32::new(burst) {
            Some(burst) => Some(Self { interval_us, burst }),
            None => None,
        }
    }

    /// Returns the time in which one token comes back, in microseconds.
    #[must_use]
    pub const fn interval_us(&self) -> u64 {
        self.interval_us
    }

    /// Returns the time in which one token comes back.
    #[must_use]
    pub const fn interval(&self) -> Duration {
        Duration::from_micros(self.interval_us)
    }

    /// Returns the number of tokens in a full bucket.
    #[must_use]
    pub const fn burst(&self) -> NonZeroU32 {
        self.burst
    }

    /// Reads a rate as Redis keeps it, `interval_us|burst`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (interval, burst) = text.split_once('|')?;
        Self::of_interval(interval.parse().ok()?, burst.parse().ok()?)
    }
}

/// Writes a rate as Redis keeps it: `interval_us|burst`.
impl fmt::Display for TokenRate {
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
        let rate = TokenRate::new(3, SECOND, 10).unwrap();
        assert_eq!((rate.interval_us(), rate.burst().get()), (333_334, 10));
        assert_eq!(TokenRate::parse(&rate.to_string()), Some(rate));
        assert_eq!(TokenRate::fixed(3, SECOND, 10), rate);
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
            (1, Duration::MAX, 1),
        ] {
            assert!(TokenRate::new(count, per, burst).is_err(), "{count} per {per:?}, burst {burst}");
        }
        for text in ["", "5", "0|1", "5|0", "x|1", "-5|1"] {
            assert_eq!(TokenRate::parse(text), None, "{text}");
        }
    }
}
