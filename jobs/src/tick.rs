//! The identity of a tick of a cron entry: one key, and one job id made from it, the same in every scheduler and after
//! every restart, so that however often a tick's job is enqueued, it is one job.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use crate::envelope::JobId;

/// Random bytes of a ULID.
const ULID_RANDOM_BYTES: usize = 10;

/// The key of a tick, `cron:{entry}:{tick}`, the tick in UTC to the second.
pub fn tick_key(entry: &str, tick: DateTime<Utc>) -> String {
    format!("cron:{entry}:{}", tick.to_rfc3339_opts(SecondsFormat::Secs, true))
}

impl JobId {
    /// The id of the one job of an entry's tick: made at the tick, and otherwise the start of its key's SHA-256.
    pub fn of_tick(entry: &str, tick: DateTime<Utc>) -> Self {
        ulid_of(tick, &Sha256::digest(tick_key(entry, tick).as_bytes()))
    }
}

/// Makes the id that has that time and the first bytes of that digest.
pub(crate) fn ulid_of(at: DateTime<Utc>, digest: &[u8]) -> JobId {
    let random = digest.iter().take(ULID_RANDOM_BYTES).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    JobId::trusted(&ulid::Ulid::from_parts(milliseconds, random).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_of_a_tick_is_frozen() {
        let tick = "2026-11-23T02:17:00Z".parse().unwrap();
        assert_eq!(tick_key("trim-cron-ticks", tick), "cron:trim-cron-ticks:2026-11-23T02:17:00Z");
        let id = JobId::of_tick("trim-cron-ticks", tick);
        assert_eq!(JobId::parse(id.as_str()).unwrap(), id);
        assert_eq!(id.made_at_ms(), 1_795_400_220_000);
        assert_eq!(id.as_str(), "01M8332FB097YJS01D3N95E5TF");
        assert_ne!(id, JobId::of_tick("trim-webhook-bodies", tick));
        assert_ne!(id, JobId::of_tick("trim-cron-ticks", tick + chrono::TimeDelta::seconds(1)));
    }
}
