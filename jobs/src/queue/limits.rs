//! Limits of partners, shared by all processes: a token bucket in Redis for each credential. A limit of each process
//! would allow as many times the rate as there are processes.

use std::{sync::Arc, time::Duration};

use domain::TokenRate;

use super::script::BUCKET;
use crate::{
    connection::Redis,
    error::{InvalidSetting, QueueError},
};

/// Latest time that a caller who is refused is given to ask again.
const LATER_MAX: Duration = Duration::from_secs(60);
/// Longest time for which one answer of a partner may block a bucket.
const PENALTY_MAX: Duration = Duration::from_secs(60 * 60);
/// How long a rate that a partner reported is kept after its last report.
const REPORTED_RATE_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Longest name of a partner or a credential.
const NAME_BYTES_MAX: usize = 64;

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Now; the tokens are taken.
    Granted,
    /// Not now: ask again after that time. Those who wait are given times one after the other.
    Later(Duration),
}

/// What a call has shown about its bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// Tokens that were taken and not used; negative, where more were used than taken.
    pub unused: i64,
    /// Tokens left, according to the partner.
    pub left: Option<u32>,
    /// The rate that the partner allows this credential, according to the partner.
    pub rate: Option<TokenRate>,
}

/// The token buckets of partners, one for each partner and credential: a merchant's id where the credential is the
/// merchant's, the name of the account where it is the platform's. Cheap to clone.
#[derive(Clone)]
pub struct SharedLimits {
    connection: Redis,
    prefix: Option<Arc<str>>,
}

impl SharedLimits {
    pub(super) fn new(connection: Redis, prefix: Option<Arc<str>>) -> Self {
        Self { connection, prefix }
    }

    /// Takes `cost` tokens of the bucket. It fills at `rate` unless it has a rate of its own: see [`SharedLimits::set_rate`]
    /// and [`Reconciliation::rate`].
    ///
    /// # Errors
    /// Fails when Redis is unavailable; when the cost is 0 or more than a full bucket; when a name is invalid.
    pub async fn acquire(
        &self,
        partner: &str,
        credential: &str,
        rate: TokenRate,
        cost: u32,
    ) -> Result<Permission, QueueError> {
        let burst = rate.burst().get();
        if cost == 0 {
            return Err(InvalidSetting::Cost { cost, burst }.into());
        }
        let mut command = BUCKET.call_key(&self.key(partner, credential)?);
        command.arg("acquire").arg(rate.interval_us()).arg(burst).arg(cost).arg(micros(LATER_MAX));
        let after_us = BUCKET.integer(Some(&BUCKET.run(&self.connection, &command).await?))?;
        match u64::try_from(after_us) {
            Ok(0) => Ok(Permission::Granted),
            Ok(after_us) => Ok(Permission::Later(Duration::from_micros(after_us))),
            Err(_) => {
                let burst = u32::try_from(after_us.unsigned_abs()).unwrap_or(burst);
                Err(InvalidSetting::Cost { cost, burst }.into())
            }
        }
    }

    /// Blocks the bucket for `after` (at most an hour), as the partner has refused that credential. Returns for how long
    /// it is blocked now, which may be longer.
    ///
    /// # Errors
    /// Fails when Redis is unavailable, and when a name is invalid.
    pub async fn penalize(
        &self,
        partner: &str,
        credential: &str,
        rate: TokenRate,
        after: Duration,
    ) -> Result<Duration, QueueError> {
        let mut command = BUCKET.call_key(&self.key(partner, credential)?);
        command.arg("penalize").arg(rate.interval_us()).arg(rate.burst().get()).arg(micros(after.min(PENALTY_MAX)));
        let blocked_us = BUCKET.count(Some(&BUCKET.run(&self.connection, &command).await?))?;
        Ok(Duration::from_micros(blocked_us))
    }

    /// Corrects the bucket by what a call has shown: gives back what it did not use, and leaves no more tokens than the partner
    /// says are left. A reported rate becomes the bucket's own, unless an operator has set one.
    ///
    /// # Errors
    /// Fails when Redis is unavailable, and when a name is invalid.
    pub async fn reconcile(
        &self,
        partner: &str,
        credential: &str,
        rate: TokenRate,
        shown: Reconciliation,
    ) -> Result<(), QueueError> {
        let mut command = BUCKET.call_key(&self.key(partner, credential)?);
        command.arg("reconcile").arg(rate.interval_us()).arg(rate.burst().get()).arg(shown.unused);
        match shown.left {
            Some(left) => command.arg(left),
            None => command.arg(""),
        };
        match shown.rate {
            Some(reported) => command.arg(reported.interval_us()).arg(reported.burst().get()),
            None => command.arg("").arg(""),
        };
        command.arg(u64::try_from(REPORTED_RATE_KEPT.as_millis()).unwrap_or(u64::MAX));
        BUCKET.run(&self.connection, &command).await?;
        Ok(())
    }

    /// Sets the bucket's own rate, which counts more than the callers' and the partner's.
    ///
    /// # Errors
    /// Fails when Redis is unavailable, and when a name is invalid.
    pub async fn set_rate(&self, partner: &str, credential: &str, rate: TokenRate) -> Result<(), QueueError> {
        self.change("set", partner, credential, rate).await
    }

    /// Takes the bucket's own rate away. The callers' rate, which is `rate`, counts again.
    ///
    /// # Errors
    /// Fails when Redis is unavailable, and when a name is invalid.
    pub async fn unset_rate(&self, partner: &str, credential: &str, rate: TokenRate) -> Result<(), QueueError> {
        self.change("unset", partner, credential, rate).await
    }

    async fn change(&self, action: &str, partner: &str, credential: &str, rate: TokenRate) -> Result<(), QueueError> {
        let mut command = BUCKET.call_key(&self.key(partner, credential)?);
        command.arg(action).arg(rate.interval_us()).arg(rate.burst().get());
        BUCKET.run(&self.connection, &command).await?;
        Ok(())
    }

    /// Each bucket has a hash tag of its own, so that buckets spread over a cluster.
    fn key(&self, partner: &str, credential: &str) -> Result<String, InvalidSetting> {
        for name in [partner, credential] {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(allowed) {
                return Err(InvalidSetting::Name(name.to_owned()));
            }
        }
        Ok(match &self.prefix {
            Some(prefix) => format!("{{{prefix}-{partner}/{credential}}}:bucket"),
            None => format!("{{{partner}/{credential}}}:bucket"),
        })
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

impl std::fmt::Debug for SharedLimits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedLimits").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
