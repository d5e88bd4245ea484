//! Limits of upstreams, shared by all processes: a token bucket in Redis for each credential. A limit of each process
//! would allow as many times the rate as there are processes.

use std::{sync::Arc, time::Duration};

use super::script::BUCKET;
use crate::{
    connection::Redis,
    error::{InvalidSetting, QueueError},
    rate::Rate,
};

/// How far ahead those who are refused are told to come again.
const LATER_MAX: Duration = Duration::from_secs(60);
/// Longest time that an upstream may shut us out by one answer.
const PENALTY_MAX: Duration = Duration::from_secs(60 * 60);
/// Longest name of an upstream or a credential.
const NAME_BYTES_MAX: usize = 64;

/// Whether a call may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Now; the tokens are taken.
    Granted,
    /// Not now: ask again after that time. Those who wait are told times one after the other.
    Later(Duration),
}

/// The token buckets of upstreams, one for each upstream and credential (`who`: a merchant where the credential is the
/// merchant's, the account where it is the platform's). Cheap to clone.
#[derive(Clone)]
pub struct SharedLimits {
    connection: Redis,
    prefix: Option<Arc<str>>,
}

impl SharedLimits {
    pub(super) fn new(connection: Redis, prefix: Option<Arc<str>>) -> Self {
        Self { connection, prefix }
    }

    /// Takes `cost` tokens of the bucket, which fills at `rate` unless [`SharedLimits::set_rate`] says otherwise.
    ///
    /// # Errors
    /// Redis is away; a cost of 0 or above the burst; a name that is not one.
    pub async fn acquire(&self, upstream: &str, who: &str, rate: Rate, cost: u32) -> Result<Permission, QueueError> {
        let burst = rate.burst().get();
        if !(1..=burst).contains(&cost) {
            return Err(InvalidSetting::Cost { cost, burst }.into());
        }
        let mut command = BUCKET.call_key(&self.key(upstream, who)?);
        command.arg("acquire").arg(rate.interval_us()).arg(burst).arg(cost).arg(micros(LATER_MAX));
        let after_us = BUCKET.count(Some(&BUCKET.run(&self.connection, &command).await?))?;
        Ok(if after_us == 0 { Permission::Granted } else { Permission::Later(Duration::from_micros(after_us)) })
    }

    /// The upstream has refused that credential: no process gets a token for `after` (at most an hour). Answers how long
    /// the bucket is blocked now, which may be longer.
    ///
    /// # Errors
    /// Redis is away; a name that is not one.
    pub async fn penalize(
        &self,
        upstream: &str,
        who: &str,
        rate: Rate,
        after: Duration,
    ) -> Result<Duration, QueueError> {
        let mut command = BUCKET.call_key(&self.key(upstream, who)?);
        command.arg("penalize").arg(rate.interval_us()).arg(rate.burst().get()).arg(micros(after.min(PENALTY_MAX)));
        let blocked_us = BUCKET.count(Some(&BUCKET.run(&self.connection, &command).await?))?;
        Ok(Duration::from_micros(blocked_us))
    }

    /// From now on that bucket fills at this rate, whatever callers say.
    ///
    /// # Errors
    /// Redis is away; a name that is not one.
    pub async fn set_rate(&self, upstream: &str, who: &str, rate: Rate) -> Result<(), QueueError> {
        self.change("set", upstream, who, rate).await
    }

    /// Back to the callers' rate, which is this one.
    ///
    /// # Errors
    /// Redis is away; a name that is not one.
    pub async fn unset_rate(&self, upstream: &str, who: &str, rate: Rate) -> Result<(), QueueError> {
        self.change("unset", upstream, who, rate).await
    }

    async fn change(&self, action: &str, upstream: &str, who: &str, rate: Rate) -> Result<(), QueueError> {
        let mut command = BUCKET.call_key(&self.key(upstream, who)?);
        command.arg(action).arg(rate.interval_us()).arg(rate.burst().get());
        BUCKET.run(&self.connection, &command).await?;
        Ok(())
    }

    /// Each bucket has a hash tag of its own, so that buckets spread over a cluster.
    fn key(&self, upstream: &str, who: &str) -> Result<String, InvalidSetting> {
        for name in [upstream, who] {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(allowed) {
                return Err(InvalidSetting::Name(name.to_owned()));
            }
        }
        Ok(match &self.prefix {
            Some(prefix) => format!("{{{prefix}-{upstream}/{who}}}:bucket"),
            None => format!("{{{upstream}/{who}}}:bucket"),
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
