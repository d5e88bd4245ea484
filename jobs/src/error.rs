//! Errors of the queue, typed by what the caller will do: wait and try again, or correct the call.

use redis::RedisError;

use crate::connection::InvalidAddress;

/// Any error of a handler or a sink.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// A job that can never be enqueued as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJob {
    /// Not 26 characters of Crockford's base 32.
    #[error("job id {0:?} is not a ULID")]
    JobId(String),
    /// Not 1 to 64 of the characters `A-Z a-z 0-9 _ -`.
    #[error("lane {0:?} is not 1 to 64 letters, digits, `_` or `-`")]
    Lane(String),
    /// The idempotency key is empty, longer than its limit, or holds control characters.
    #[error("idempotency key {0:?} is empty, too long, or not printable")]
    IdempotencyKey(String),
    /// The payload is longer than a payload of ids and small facts can be.
    #[error("payload of {bytes} bytes: a payload carries ids and small facts, never bodies")]
    PayloadTooLarge {
        /// Length found.
        bytes: usize,
    },
    /// The payload does not serialise.
    #[error("payload does not serialise: {0}")]
    Payload(String),
}

/// A weight, rate, cap or pause that cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// A weight out of its range.
    #[error("weight {0} is not 1 to 100")]
    Weight(u32),
    /// A cap that would serve nothing.
    #[error("a cap of 0 serves nothing: pause instead")]
    Cap,
    /// A cost that the bucket never holds.
    #[error("a cost of {cost} is not 1 to the burst, {burst}")]
    Cost {
        /// Tokens asked for.
        cost: u32,
        /// Tokens of the full bucket.
        burst: u32,
    },
    /// The name of an upstream or of a credential would not make a key.
    #[error("{0:?} is not 1 to 64 letters, digits, `_` or `-`")]
    Name(String),
    /// As many lanes have settings of their own as one queue keeps.
    #[error("as many settings as one queue keeps are set already: unset some first")]
    Full,
}

/// A call to the queue that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// Fails when Redis is unavailable, slow, or refused the command. The same call may be made again.
    #[error("redis: {0}")]
    Redis(#[from] RedisError),
    /// No Redis has such an address.
    #[error("the address of Redis {0}")]
    Address(#[from] InvalidAddress),
    /// The call itself is wrong.
    #[error(transparent)]
    Invalid(#[from] InvalidJob),
    /// What was to be set is wrong.
    #[error(transparent)]
    Setting(#[from] InvalidSetting),
    /// Redis answered in a shape that the script never returns: another version of the script or another server.
    #[error("unexpected answer of script `{script}`: {detail}")]
    Reply {
        /// The script that was called.
        script: &'static str,
        /// What was wrong.
        detail: &'static str,
    },
}

impl QueueError {
    /// Whether the same call can succeed later without being changed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Redis(_))
    }
}
