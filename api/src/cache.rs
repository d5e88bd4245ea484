//! A bounded cache of look-ups in PostgreSQL, with a short memory for what is not there. Concurrent misses of one key
//! ask once. Never the truth: what is remembered may be as old as its lifetime.

use std::collections::HashMap;
use std::future::Future;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

/// Misses of different keys that are looked up at the same time, at most (two keys may share a gate).
const GATES: usize = 16;

/// How long, and how much, is remembered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Lifetime of what was found.
    pub(crate) found: Duration,
    /// Lifetime of "there is none".
    pub(crate) missing: Duration,
    /// Keys remembered, at most.
    pub(crate) entries_max: usize,
}

struct Entry<V> {
    value: Option<V>,
    expires: Instant,
}

/// The cache. `V` should be cheap to clone.
pub(crate) struct Cache<K, V> {
    limits: Limits,
    entries: RwLock<HashMap<K, Entry<V>>>,
    hasher: RandomState,
    gates: [Mutex<()>; GATES],
}

impl<K: Hash + Eq + Clone, V: Clone> Cache<K, V> {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: RwLock::default(),
            hasher: RandomState::new(),
            gates: std::array::from_fn(|_| Mutex::new(())),
        }
    }

    /// The value of `key`, remembered or looked up. A failed look-up is not remembered.
    pub(crate) async fn get<E, R>(&self, key: &K, look_up: impl FnOnce() -> R) -> Result<Option<V>, E>
    where
        R: Future<Output = Result<Option<V>, E>>,
    {
        if let Some(known) = self.remembered(key) {
            return Ok(known);
        }
        let gate = usize::try_from(self.hasher.hash_one(key) % GATES as u64).unwrap_or(0);
        let _alone = self.gates[gate].lock().await;
        if let Some(known) = self.remembered(key) {
            return Ok(known);
        }
        let value = look_up().await?;
        self.remember(key, value.clone());
        Ok(value)
    }

    fn remembered(&self, key: &K) -> Option<Option<V>> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.get(key).filter(|entry| entry.expires > Instant::now()).map(|entry| entry.value.clone())
    }

    fn remember(&self, key: &K, value: Option<V>) {
        let now = Instant::now();
        let lifetime = if value.is_some() { self.limits.found } else { self.limits.missing };
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= self.limits.entries_max && !entries.contains_key(key) {
            entries.retain(|_, entry| entry.expires > now);
            if entries.len() >= self.limits.entries_max {
                entries.clear();
            }
        }
        entries.insert(key.clone(), Entry { value, expires: now + lifetime });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    const LIMITS: Limits = Limits { found: Duration::from_secs(60), missing: Duration::from_secs(5), entries_max: 3 };

    async fn ask(cache: &Cache<u8, u8>, key: u8, answer: Option<u8>, asked: &AtomicUsize) -> Option<u8> {
        let look_up = || async {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok::<_, ()>(answer)
        };
        cache.get(&key, look_up).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn found_and_missing_have_lifetimes_of_their_own() {
        let (cache, asked) = (Cache::new(LIMITS), AtomicUsize::new(0));
        assert_eq!(ask(&cache, 1, Some(9), &asked).await, Some(9));
        assert_eq!(ask(&cache, 2, None, &asked).await, None);
        tokio::time::advance(Duration::from_secs(4)).await;
        assert_eq!(ask(&cache, 1, None, &asked).await, Some(9));
        assert_eq!(ask(&cache, 2, Some(8), &asked).await, None);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(ask(&cache, 2, Some(8), &asked).await, Some(8));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(ask(&cache, 1, None, &asked).await, None);
    }

    #[tokio::test]
    async fn it_stays_within_its_bound() {
        let (cache, asked) = (Cache::new(LIMITS), AtomicUsize::new(0));
        for key in 0..50 {
            ask(&cache, key, None, &asked).await;
            assert!(cache.entries.read().unwrap().len() <= LIMITS.entries_max);
        }
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered_and_concurrent_misses_ask_once() {
        let (cache, asked) = (Cache::new(LIMITS), AtomicUsize::new(0));
        assert_eq!(cache.get(&1, || async { Err::<Option<u8>, _>("away") }).await, Err("away"));
        let slow = || async {
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(5)).await;
            Ok::<_, ()>(Some(7))
        };
        let (first, second) = tokio::join!(cache.get(&1, slow), cache.get(&1, slow));
        assert_eq!((first, second), (Ok(Some(7)), Ok(Some(7))));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
    }
}
