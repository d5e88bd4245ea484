//! Quotas of callers, shared by all processes: the number of uses of each caller within its window, counted in Redis. Refuses
//! nobody: the process that counts compares with the limit.

use std::{sync::Arc, time::Duration};

use super::script::QUOTA;
use crate::{
    connection::Redis,
    error::{InvalidSetting, QueueError},
};

/// Maximum length of a caller's name, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// The used part of a caller's quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// The number of uses within this window, including this one.
    pub count: u64,
    /// The time at which the window ends and the count is reset.
    pub resets_after: Duration,
}

/// The counters of callers. A window begins with the first use after the last one ended. Cheap to clone.
#[derive(Clone)]
pub struct SharedQuotas {
    connection: Redis,
    prefix: Option<Arc<str>>,
}

impl SharedQuotas {
    pub(super) fn new(connection: Redis, prefix: Option<Arc<str>>) -> Self {
        Self { connection, prefix }
    }

    /// Counts one use by the caller `who`, and returns the used part of its quota.
    ///
    /// # Errors
    /// Fails when Redis is unavailable, or `who` is not 1 to 64 letters, digits, `_` or `-`.
    pub async fn spend(&self, who: &str, window: Duration) -> Result<Spent, QueueError> {
        let window_ms = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        let mut command = QUOTA.call_key(&self.key(who)?);
        command.arg(window_ms);
        let answer = QUOTA.array(QUOTA.run(&self.connection, &command).await?)?;
        let count = QUOTA.count(answer.first())?;
        let resets_after = Duration::from_millis(QUOTA.count(answer.get(1))?);
        Ok(Spent { count, resets_after })
    }

    /// Each counter has a hash tag of its own, so that counters spread over a cluster.
    fn key(&self, who: &str) -> Result<String, InvalidSetting> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if who.is_empty() || who.len() > NAME_BYTES_MAX || !who.bytes().all(allowed) {
            return Err(InvalidSetting::Name(who.to_owned()));
        }
        Ok(match &self.prefix {
            Some(prefix) => format!("{{{prefix}-quota/{who}}}:spent"),
            None => format!("{{quota/{who}}}:spent"),
        })
    }
}

impl std::fmt::Debug for SharedQuotas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedQuotas").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
