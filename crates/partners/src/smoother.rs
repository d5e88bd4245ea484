//! Smooths the calls of one process with one credential (`governor`), so that what the shared bucket grants in a burst does
//! not arrive as one. Refuses to limit a rate, which N processes would make N times as large.

use std::{ops::Add, time::Duration};

use domain::TokenRate;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, Reference},
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use tokio::time::{Instant, sleep};

/// How one process spreads its calls with one credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Smoothing {
    /// The rate of these calls.
    pub rate: TokenRate,
    /// The longest wait for a turn. A call that would wait longer is refused instead.
    pub wait_max: Duration,
}

/// Gives the calls of one process their turns.
pub(crate) struct Smoother {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Moment>>,
    wait_max: Duration,
}

impl Smoother {
    pub(crate) fn new(policy: Smoothing) -> Self {
        let quota = Quota::with_period(policy.rate.interval()).expect("a rate has an interval above 0");
        let quota = quota.allow_burst(policy.rate.burst());
        Self { limiter: RateLimiter::direct_with_clock(quota, TokioClock), wait_max: policy.wait_max }
    }

    /// Waits for this call's turn and returns how long that took; or fails, where it would take too long, with how long it
    /// would take.
    pub(crate) async fn wait(&self) -> Result<Duration, Duration> {
        let mut waited = Duration::ZERO;
        loop {
            let Err(early) = self.limiter.check() else { return Ok(waited) };
            let wait = early.wait_time_from(TokioClock.now());
            if waited + wait > self.wait_max {
                return Err(wait);
            }
            sleep(wait).await;
            waited += wait;
        }
    }
}

impl std::fmt::Debug for Smoother {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smoother").field("wait_max", &self.wait_max).finish_non_exhaustive()
    }
}

/// The clock of Tokio, which a test can pause.
#[derive(Debug, Clone, Copy)]
struct TokioClock;

impl Clock for TokioClock {
    type Instant = Moment;

    fn now(&self) -> Moment {
        Moment(Instant::now())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Moment(Instant);

impl Add<Nanos> for Moment {
    type Output = Self;

    fn add(self, nanos: Nanos) -> Self {
        Self(self.0 + Duration::from(nanos))
    }
}

impl Reference for Moment {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_duration_since(earlier.0).into()
    }

    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.checked_sub(duration.into()).unwrap_or(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn calls_are_spaced() {
        let rate = TokenRate::new(100, Duration::from_secs(1), 2).unwrap();
        let smoother = Smoother::new(Smoothing { rate, wait_max: Duration::from_secs(10) });
        let begun = Instant::now();
        let waits = futures::future::join_all((0..8).map(|_| smoother.wait())).await;
        assert!(begun.elapsed() >= rate.interval() * 6, "two at once, then one each 10 ms: {:?}", begun.elapsed());
        assert_eq!(waits.iter().filter(|wait| **wait == Ok(Duration::ZERO)).count(), 2, "{waits:?}");
    }

    #[tokio::test]
    async fn a_call_that_would_wait_too_long_is_refused_with_the_time() {
        let rate = TokenRate::new(1, Duration::from_secs(60), 1).unwrap();
        let smoother = Smoother::new(Smoothing { rate, wait_max: Duration::from_secs(5) });
        assert_eq!(smoother.wait().await, Ok(Duration::ZERO));
        let wait = smoother.wait().await.unwrap_err();
        assert!(wait > Duration::from_secs(5) && wait <= rate.interval(), "{wait:?}");
    }
}
