//! When a failed job runs again: a policy as data, and full jitter from a seeded generator.
//! Refuses: ambient randomness.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// How often and how late a kind of job is retried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RetryPolicy {
    /// Runs in all, the first one included.
    pub attempts: u32,
    /// Ceiling of the delay after the first attempt, in milliseconds.
    pub base_ms: u64,
    /// What each further attempt multiplies the ceiling by.
    pub factor: u32,
    /// The ceiling never grows beyond this, in milliseconds.
    pub cap_ms: u64,
}

impl RetryPolicy {
    /// The longest delay after attempt number `attempt` (the first is 1).
    pub fn ceiling(&self, attempt: u32) -> Duration {
        let mut ceiling_ms = self.base_ms;
        for _ in 1..attempt {
            ceiling_ms = ceiling_ms.saturating_mul(u64::from(self.factor));
            if ceiling_ms >= self.cap_ms {
                break;
            }
        }
        Duration::from_millis(ceiling_ms.min(self.cap_ms))
    }

    /// The delay after attempt number `attempt`: anything from 0 to the ceiling, all equally likely, so that jobs which
    /// failed together do not return together.
    pub fn delay(&self, attempt: u32, jitter: &Jitter) -> Duration {
        jitter.up_to(self.ceiling(attempt))
    }
}

/// A source of random delays. The seed is given by the process, so that tests repeat.
#[derive(Debug)]
pub struct Jitter(Mutex<StdRng>);

impl Jitter {
    /// A generator that always gives the same delays for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A duration from 0 to `ceiling`, in whole milliseconds.
    pub fn up_to(&self, ceiling: Duration) -> Duration {
        let ceiling_ms = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
        let mut rng = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Duration::from_millis(rng.random_range(0..=ceiling_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { attempts: 12, base_ms: 500, factor: 2, cap_ms: 300_000 };

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let ceilings_ms: Vec<u128> = (1..=12).map(|attempt| POLICY.ceiling(attempt).as_millis()).collect();
        assert_eq!(
            ceilings_ms,
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000]
        );
        assert_eq!(POLICY.ceiling(u32::MAX).as_millis(), 300_000);
    }

    #[test]
    fn jitter_is_full_and_repeats_for_a_seed() {
        let delays = |seed| {
            let jitter = Jitter::seeded(seed);
            (0..1_000).map(|_| POLICY.delay(5, &jitter)).collect::<Vec<_>>()
        };
        let first = delays(7);
        assert_eq!(first, delays(7));
        assert_ne!(first, delays(8));
        assert!(first.iter().all(|delay| *delay <= POLICY.ceiling(5)));
        assert!(first.iter().any(|delay| *delay < POLICY.ceiling(5) / 20), "full jitter reaches near zero");
        assert!(first.iter().any(|delay| *delay > POLICY.ceiling(5) * 19 / 20), "full jitter reaches near the ceiling");
    }
}
