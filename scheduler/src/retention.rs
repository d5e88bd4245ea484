//! Forgets old history: whole days of attempts, dead letters in batches. Prepares the days to come.

use chrono::{DateTime, TimeDelta, Utc};
use store::Store;

use crate::passes::PassError;

/// Attempts are kept this long.
const ATTEMPTS_KEPT_DAYS: i32 = 30;
/// Days whose partitions are made beforehand: as long may all schedulers be away without any harm.
const PARTITIONS_AHEAD_DAYS: i32 = 7;
/// Partitions dropped by one pass.
const PARTITIONS_DROPPED_MAX: u32 = 8;
/// Dead letters are kept this long, replayed or not.
const DEAD_LETTERS_KEPT_DAYS: i64 = 90;
/// Dead letters deleted by one statement.
const DEAD_LETTERS_BATCH_MAX: i64 = 1_000;
/// Such statements in one pass; the next pass goes on.
const DEAD_LETTERS_BATCHES_MAX: u32 = 50;

pub(crate) async fn pass(store: &Store, now: DateTime<Utc>) -> Result<u64, PassError> {
    let mut changed = 0;
    for _ in 0..PARTITIONS_DROPPED_MAX {
        let partitions = store.keep_attempts(now, ATTEMPTS_KEPT_DAYS, PARTITIONS_AHEAD_DAYS).await?;
        changed += u64::from(partitions.unsigned_abs());
        if partitions == 0 {
            break;
        }
    }
    let before = now - TimeDelta::days(DEAD_LETTERS_KEPT_DAYS);
    for _ in 0..DEAD_LETTERS_BATCHES_MAX {
        let deleted = store.forget_dead_letters(before, DEAD_LETTERS_BATCH_MAX).await?;
        changed += deleted;
        if deleted < DEAD_LETTERS_BATCH_MAX.unsigned_abs() {
            break;
        }
    }
    Ok(changed)
}
