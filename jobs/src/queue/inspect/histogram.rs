//! Durations in buckets that grow with what they hold: every octave of microseconds is cut into equal parts, so that a
//! percentile is wrong by at most a part of itself, from 64 microseconds to half a day, in a bounded number of buckets.

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

/// Bucket 0 holds all below 2^6 microseconds.
const OCTAVE_MIN: u32 = 6;
/// The last octave, 2^35 microseconds (9.5 hours), holds all above.
const OCTAVE_MAX: u32 = 35;

/// How finely durations are distinguished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    /// An octave has 2 to the power of this many buckets.
    bits: u32,
}

/// For a queue: a bucket is an eighth of its octave, at most 12.5 % wide.
pub(super) const FINE: Scale = Scale { bits: 3 };
/// For a lane, of which there are many: at most 50 % wide.
pub(super) const COARSE: Scale = Scale { bits: 1 };

impl Scale {
    /// Number of buckets.
    pub(super) const fn buckets(self) -> usize {
        1 + ((OCTAVE_MAX - OCTAVE_MIN + 1) << self.bits) as usize
    }

    /// The bucket of a duration.
    pub(super) fn bucket(self, duration: Duration) -> usize {
        let micros = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        if micros < 1 << OCTAVE_MIN {
            return 0;
        }
        let octave = micros.ilog2();
        if octave > OCTAVE_MAX {
            return self.buckets() - 1;
        }
        let part = (micros >> (octave - self.bits)) & ((1 << self.bits) - 1);
        1 + ((octave - OCTAVE_MIN) << self.bits) as usize + usize::try_from(part).unwrap_or(0)
    }

    /// Where a bucket begins, in microseconds.
    fn begin(self, bucket: usize) -> u64 {
        let Some(n) = bucket.checked_sub(1) else { return 0 };
        let octave = OCTAVE_MIN + u32::try_from(n >> self.bits).unwrap_or(OCTAVE_MAX);
        let part = n & ((1 << self.bits) - 1);
        ((1 << self.bits) + part as u64) << (octave - self.bits)
    }

    /// The percentiles of counts by bucket. None where there are none.
    pub(super) fn percentiles(self, counts: &BTreeMap<usize, u64>) -> Option<Percentiles> {
        let total: u64 = counts.values().sum();
        let at = |share: f64| {
            #[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "counts far below 2^52")]
            #[expect(clippy::cast_possible_truncation, reason = "a share of a count")]
            let rank = ((total as f64 * share).ceil() as u64).max(1);
            let mut below = 0;
            for (bucket, count) in counts {
                if below + count >= rank {
                    // All of a bucket are taken to lie evenly in it.
                    let (begin, end) = (self.begin(*bucket), self.begin(bucket + 1));
                    return Duration::from_micros(begin + (end - begin) * (rank - below) / count);
                }
                below += count;
            }
            Duration::ZERO
        };
        (total > 0).then(|| Percentiles { count: total, p50: at(0.5), p95: at(0.95), p99: at(0.99) })
    }
}

/// How long things took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Of how many.
    pub count: u64,
    /// Half took no longer.
    pub p50: Duration,
    /// 95 of a hundred took no longer.
    pub p95: Duration,
    /// 99 of a hundred took no longer.
    pub p99: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_in_its_bucket_and_buckets_follow_each_other() {
        for scale in [FINE, COARSE] {
            for bucket in 0..scale.buckets() {
                let begin = scale.begin(bucket);
                assert!(begin < scale.begin(bucket + 1), "{bucket}");
                assert_eq!(scale.bucket(Duration::from_micros(begin)), bucket);
                assert_eq!(scale.bucket(Duration::from_micros(scale.begin(bucket + 1) - 1)), bucket);
            }
            assert_eq!(scale.bucket(Duration::MAX), scale.buckets() - 1);
        }
        assert_eq!((FINE.buckets(), COARSE.buckets()), (241, 61));
    }

    #[test]
    fn percentiles_are_right_to_an_eighth() {
        let mut counts = BTreeMap::new();
        for micros in (1..=10_000_u64).map(|n| n * 100) {
            *counts.entry(FINE.bucket(Duration::from_micros(micros))).or_default() += 1;
        }
        let found = FINE.percentiles(&counts).unwrap();
        assert_eq!(found.count, 10_000);
        for (found, exact) in [(found.p50, 500_000_u64), (found.p95, 950_000), (found.p99, 990_000)] {
            let (found, exact) = (found.as_micros() as f64, exact as f64);
            assert!((found / exact - 1.0).abs() < 0.125, "{found} for {exact}");
        }
        assert_eq!(FINE.percentiles(&BTreeMap::new()), None);
    }
}
