//! Identity and randomness as an argument: ULIDs (26 characters, sortable by creation) from a clock and a generator
//! that a test can seed. One generator's ids sort in the order they were made, also within a millisecond.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};
use ulid::Ulid;

use crate::clock::SharedClock;

/// Makes identifiers and random numbers. Shared by reference (or in an `Arc`) between threads.
pub struct Ids {
    clock: SharedClock,
    generator: Mutex<StdRng>,
    last: Mutex<Ulid>,
}

impl Ids {
    /// Seeded by the operating system: for processes.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn from_system(clock: SharedClock) -> Result<Self, RandomnessError> {
        let generator = StdRng::try_from_rng(&mut SysRng).map_err(|source| RandomnessError(source.to_string()))?;
        Ok(Self::new(clock, generator))
    }

    /// Seeded by a number, so that a test repeats: the same seed and clock make the same ids.
    #[must_use]
    pub fn seeded(clock: SharedClock, seed: u64) -> Self {
        Self::new(clock, StdRng::seed_from_u64(seed))
    }

    fn new(clock: SharedClock, generator: StdRng) -> Self {
        Self { clock, generator: Mutex::new(generator), last: Mutex::new(Ulid::nil()) }
    }

    /// A new ULID: 26 characters of Crockford's base 32, 48 bits of the clock's milliseconds and 80 random bits. Greater
    /// than all before it from here: within one millisecond (or when the clock steps back) it is the last one plus 1.
    #[must_use]
    pub fn ulid(&self) -> String {
        let milliseconds = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = match last.increment() {
            Ok(next) if milliseconds <= last.timestamp_ms() => next,
            _ => {
                let mut bytes = [0_u8; 16];
                self.fill(&mut bytes);
                Ulid::from_parts(milliseconds, u128::from_le_bytes(bytes))
            }
        };
        last.to_string()
    }

    /// Fills `bytes` with random bytes: cryptographically strong when made by [`Ids::from_system`].
    pub fn fill(&self, bytes: &mut [u8]) {
        self.generator.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    /// Random bytes, as [`Ids::fill`] makes them.
    #[must_use]
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A random number over the whole range, for jitter and seeds of other generators.
    #[must_use]
    pub fn random_u64(&self) -> u64 {
        self.generator.lock().unwrap_or_else(PoisonError::into_inner).next_u64()
    }
}

/// The least ULID that can be made at that moment or later: where a range of ids by age ends.
#[must_use]
pub fn least_ulid_at(moment: DateTime<Utc>) -> String {
    Ulid::from_parts(u64::try_from(moment.timestamp_millis()).unwrap_or(0), 0).to_string()
}

impl fmt::Debug for Ids {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ids").finish_non_exhaustive()
    }
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct RandomnessError(String);

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::clock::{Clock, ManualClock};

    fn clock() -> ManualClock {
        ManualClock::new(DateTime::from_timestamp(1_700_000_000, 0).unwrap())
    }

    #[test]
    fn the_same_seed_and_clock_make_the_same_ids() {
        let make = || {
            let ids = Ids::seeded(Arc::new(clock()), 7);
            (ids.ulid(), ids.ulid(), ids.random_u64())
        };
        assert_eq!(make(), make());
        assert_ne!(make().0, make().1);
    }

    #[test]
    fn ids_are_26_characters_and_sort_by_time() {
        let clock = clock();
        let ids = Ids::seeded(Arc::new(clock.clone()), 1);
        let earlier = ids.ulid();
        clock.advance(Duration::from_millis(1));
        let later = ids.ulid();
        assert_eq!(earlier.len(), 26);
        assert!(earlier < later);
    }

    #[test]
    fn the_least_id_of_a_moment_parts_the_ids_before_from_those_after() {
        let clock = clock();
        let ids = Ids::seeded(Arc::new(clock.clone()), 1);
        let before = ids.ulid();
        clock.advance(Duration::from_millis(1));
        let least = least_ulid_at(clock.now());
        assert!(before < least && least <= ids.ulid());
    }

    #[test]
    fn threads_share_one_source_without_repeating_an_id() {
        let ids = Arc::new(Ids::from_system(Arc::new(clock())).unwrap());
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let ids = Arc::clone(&ids);
                std::thread::spawn(move || (0..500).map(|_| ids.ulid()).collect::<Vec<_>>())
            })
            .collect();
        let all: HashSet<String> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        assert_eq!(all.len(), 2_000);
    }
}
