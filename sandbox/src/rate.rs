//! A token bucket in continuous time: how partners limit their callers. Time is an argument.

use chrono::{DateTime, Utc};

/// How many tokens a bucket holds, and how fast it fills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    /// Tokens that can be taken at once from a full bucket.
    pub(crate) burst: f64,
    /// Tokens added each second.
    pub(crate) per_s: f64,
}

/// A bucket, full at first.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    level: f64,
    filled_at: DateTime<Utc>,
}

impl Bucket {
    /// Returns a full bucket.
    pub(crate) fn full(limit: Limit, now: DateTime<Utc>) -> Self {
        Self { level: limit.burst, filled_at: now }
    }

    /// Takes `cost` tokens if they are there.
    ///
    /// # Errors
    /// The seconds until they would be.
    pub(crate) fn take(&mut self, cost: f64, limit: Limit, now: DateTime<Utc>) -> Result<(), f64> {
        self.fill(limit, now);
        if self.level < cost {
            return Err(((cost - self.level) / limit.per_s).max(0.001));
        }
        self.level -= cost;
        Ok(())
    }

    /// Puts tokens back that were taken and not used.
    pub(crate) fn give_back(&mut self, tokens: f64, limit: Limit) {
        self.level = (self.level + tokens).min(limit.burst);
    }

    /// Returns the tokens that are there.
    pub(crate) fn available(&mut self, limit: Limit, now: DateTime<Utc>) -> f64 {
        self.fill(limit, now);
        self.level
    }

    fn fill(&mut self, limit: Limit, now: DateTime<Utc>) {
        let elapsed = (now - self.filled_at).as_seconds_f64().max(0.0);
        self.level = (self.level + elapsed * limit.per_s).min(limit.burst);
        self.filled_at = now;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let limit = Limit { burst: 3.0, per_s: 2.0 };
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut bucket = Bucket::full(limit, start);
        assert_eq!((0..4).filter(|_| bucket.take(1.0, limit, start).is_ok()).count(), 3);
        assert_eq!(bucket.take(1.0, limit, start), Err(0.5));
        let later = start + TimeDelta::milliseconds(500);
        assert_eq!(bucket.take(1.0, limit, later), Ok(()));
        assert_eq!(bucket.available(limit, later + TimeDelta::hours(1)), 3.0);
    }

    #[test]
    fn a_clock_that_steps_back_takes_nothing_from_a_bucket() {
        let limit = Limit { burst: 1.0, per_s: 1.0 };
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut bucket = Bucket::full(limit, start);
        assert_eq!(bucket.available(limit, start - TimeDelta::hours(1)), 1.0);
    }
}
