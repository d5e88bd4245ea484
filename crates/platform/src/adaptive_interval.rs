//! When the next of several batches may begin: the busier the resource, the further apart and the larger they are.
//!
//! Batches share their fixed cost among their items, so on a loaded machine larger ones are cheaper, and on an idle one small
//! ones are quicker. A fixed interval is wrong for one of the two; this one follows how long a batch takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// The pace of one sequence of batches. The first, and one after a rest, may begin at once.
#[derive(Debug)]
pub struct AdaptiveInterval {
    durations_apart: u32,
    apart_max: Duration,
    began: Option<Instant>,
    took: LastDuration,
}

/// How long the last batch took; its runner says so.
#[derive(Debug, Clone, Default)]
pub struct LastDuration(Arc<AtomicU64>);

impl LastDuration {
    /// Notes the duration of a batch that ended.
    pub fn note(&self, took: Duration) {
        self.0.store(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn last(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

impl AdaptiveInterval {
    /// Batches begin so many durations of the last one apart (1: one after the other; 4: three quarters of the time belong to
    /// others), and at most `apart_max`, while there is work.
    #[must_use]
    pub fn new(durations_apart: u32, apart_max: Duration) -> Self {
        Self { durations_apart, apart_max, began: None, took: LastDuration::default() }
    }

    /// Where to note how long a batch took.
    #[must_use]
    pub fn last_duration(&self) -> LastDuration {
        self.took.clone()
    }

    /// From when on the next batch may begin.
    #[must_use]
    pub fn due(&self) -> Instant {
        let apart = self.took.last().saturating_mul(self.durations_apart).min(self.apart_max);
        self.began.map_or_else(Instant::now, |began| began + apart)
    }

    /// A batch begins now.
    pub fn begin(&mut self) {
        self.began = Some(Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn batches_begin_twice_their_duration_apart_and_never_further_than_the_limit() {
        let mut interval = AdaptiveInterval::new(2, Duration::from_millis(10));
        let started = Instant::now();
        assert_eq!(interval.due(), started, "the first begins at once");
        interval.begin();
        assert_eq!(interval.due(), started, "nothing is known of the first yet");
        for (took_ms, apart_ms) in [(2, 4), (5, 10), (60, 10)] {
            interval.last_duration().note(Duration::from_millis(took_ms));
            assert_eq!(interval.due(), started + Duration::from_millis(apart_ms));
        }
    }
}
