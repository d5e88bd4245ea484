//! How a run ends: handlers choose at the call site (`.map_err(JobError::retry)?`), the queue carries it out.

use std::{error::Error, fmt, time::Duration};

use crate::error::BoxError;

/// Bytes kept of an error chain, for the attempt record and the dead letter.
pub const ERROR_TEXT_BYTES_MAX: usize = 2_048;

/// Why a job is snoozed: few causes, for labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SnoozeCause {
    /// What it needs is not there: a database, an object that comes later.
    Unavailable,
    /// A limit of ours on calls to a partner.
    RateLimited,
    /// The partner said that these are too many calls.
    Throttled,
    /// It needs nothing: it has done a part of its work, and goes on where it was. Not limited in time.
    Unfinished,
    /// The partner is left alone, as it was failing.
    CircuitOpen,
}

impl SnoozeCause {
    /// Name for metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate_limited",
            Self::Throttled => "throttled",
            Self::Unfinished => "unfinished",
            Self::CircuitOpen => "circuit_open",
        }
    }
}

/// What a handler wants done with a job that it could not finish.
#[derive(Debug)]
pub enum JobError {
    /// Run again by the kind's retry policy; dead when its attempts are used up.
    Retry {
        /// Why.
        source: BoxError,
        /// A delay the other side asked for, instead of the policy's.
        after: Option<Duration>,
        /// See [`JobError::class`].
        class: &'static str,
    },
    /// Run again after that time without losing an attempt: rate limit, open circuit, a resource not ready yet. Dead once this
    /// has gone on for longer than the kind's `snooze_limit_ms`.
    Snooze {
        /// How long from now.
        after: Duration,
        /// Why, for labels.
        cause: SnoozeCause,
        /// Why, for the attempt record.
        reason: String,
        /// See [`JobError::class`].
        class: &'static str,
    },
    /// Nothing to do, now and later. The job ends without a dead letter.
    Discard {
        /// Why, for the attempt record.
        reason: String,
        /// See [`JobError::class`].
        class: &'static str,
    },
    /// Can never succeed. Dead at once, kept for a person.
    Fail {
        /// Why.
        source: BoxError,
        /// See [`JobError::class`].
        class: &'static str,
    },
}

/// Classes of errors that the queue itself gives. Handlers give theirs by [`JobError::class`].
pub mod class {
    /// Nobody said.
    pub const UNCLASSIFIED: &str = "unclassified";
    /// The run took longer than its kind may.
    pub const TIMEOUT: &str = "timeout";
    /// The handler panicked.
    pub const PANIC: &str = "panic";
    /// The payload cannot be read.
    pub const PAYLOAD: &str = "payload";
    /// Every attempt was used up, the last one by a worker that fell silent.
    pub const LOST_WORKER: &str = "lost_worker";
    /// Its worker fell silent too often.
    pub const POISON: &str = "poison";
    /// What the job needs was not there for longer than its kind waits.
    pub const SNOOZE_LIMIT: &str = "snooze_limit";
    /// The job is to be discarded, and what it was about could not be closed yet.
    pub const DISCARD_UNRECORDED: &str = "discard_unrecorded";
    /// A person did it.
    pub const OPERATOR: &str = "operator";

    /// Whether a text can be a class.
    pub(crate) fn is_plain(code: &str) -> bool {
        code.starts_with(|c: char| c.is_ascii_lowercase())
            && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }
}

impl JobError {
    /// Run again, after the policy's delay.
    pub fn retry(source: impl Into<BoxError>) -> Self {
        Self::Retry { source: source.into(), after: None, class: class::UNCLASSIFIED }
    }

    /// Run again, after the delay that the other side asked for. Counts as an attempt.
    pub fn retry_after(source: impl Into<BoxError>, after: Duration) -> Self {
        Self::Retry { source: source.into(), after: Some(after), class: class::UNCLASSIFIED }
    }

    /// Run again after that time, as something it needs is not there; the attempt is given back.
    pub fn snooze(after: Duration, reason: impl Into<String>) -> Self {
        Self::snooze_for(SnoozeCause::Unavailable, after, reason)
    }

    /// Run again after that time for that cause; the attempt is given back.
    pub fn snooze_for(cause: SnoozeCause, after: Duration, reason: impl Into<String>) -> Self {
        Self::Snooze { after, cause, reason: reason.into(), class: class::UNCLASSIFIED }
    }

    /// End the job: nothing to do.
    pub fn discard(reason: impl Into<String>) -> Self {
        Self::Discard { reason: reason.into(), class: class::UNCLASSIFIED }
    }

    /// Dead at once.
    pub fn fail(source: impl Into<BoxError>) -> Self {
        Self::Fail { source: source.into(), class: class::UNCLASSIFIED }
    }

    /// The error's class, by which attempts and dead letters are counted and found: a short code that stays the same when
    /// the text does not, such as `postgres_unavailable`. One that is not of `a-z 0-9 _` counts as unclassified.
    #[must_use]
    pub fn class(mut self, code: &'static str) -> Self {
        let (Self::Retry { class, .. }
        | Self::Snooze { class, .. }
        | Self::Discard { class, .. }
        | Self::Fail { class, .. }) = &mut self;
        *class = if class::is_plain(code) { code } else { class::UNCLASSIFIED };
        self
    }
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry { source, .. } => write!(f, "to be retried: {source}"),
            Self::Snooze { after, reason, .. } => write!(f, "snoozed for {} ms: {reason}", after.as_millis()),
            Self::Discard { reason, .. } => write!(f, "discarded: {reason}"),
            Self::Fail { source, .. } => write!(f, "failed for good: {source}"),
        }
    }
}

impl Error for JobError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Retry { source, .. } | Self::Fail { source, .. } => Some(source.as_ref()),
            Self::Snooze { .. } | Self::Discard { .. } => None,
        }
    }
}

/// How a job that was leased out is settled. Delays count from Redis' clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Finished.
    Done,
    /// Runs again after the delay; the attempt stays counted.
    Retry {
        /// From now.
        after: Duration,
    },
    /// Runs again after the delay; the attempt is given back.
    Snooze {
        /// From now.
        after: Duration,
    },
    /// Has done a part of its work, and runs again after the delay: the attempt is given back, and earlier snoozes are forgotten.
    Continue {
        /// From now.
        after: Duration,
    },
    /// Ends without effect and without a dead letter.
    Cancel,
    /// Never ran here: back to the head of its lane, the attempt given back.
    Release,
    /// Kept as a dead letter.
    Dead {
        /// Shown to the person who looks at it.
        reason: Reason,
    },
}

/// Why an attempt did not succeed, or a job was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// See [`JobError::class`].
    pub class: &'static str,
    /// The chain of causes, cut at [`ERROR_TEXT_BYTES_MAX`].
    pub text: String,
}

impl Reason {
    /// A text with its class.
    pub fn new(class: &'static str, text: impl Into<String>) -> Self {
        Self { class, text: bounded(text.into()) }
    }
}

impl<T: Into<String>> From<T> for Reason {
    fn from(text: T) -> Self {
        Self::new(class::UNCLASSIFIED, text)
    }
}

/// How an attempt ended, for records and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeKind {
    /// Finished.
    Done,
    /// To be run again.
    Retried,
    /// To be run again, not counted.
    Snoozed,
    /// Ended without effect.
    Cancelled,
    /// Dead letter.
    Dead,
}

impl OutcomeKind {
    /// Name for records and metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Retried => "retried",
            Self::Snoozed => "snoozed",
            Self::Cancelled => "cancelled",
            Self::Dead => "dead",
        }
    }
}

/// An error and its causes as one line, cut at [`ERROR_TEXT_BYTES_MAX`].
pub(crate) fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        // Many error types repeat their cause in their own text.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        if text.len() > ERROR_TEXT_BYTES_MAX {
            break;
        }
        next = cause.source();
    }
    bounded(text)
}

/// Cuts a text at [`ERROR_TEXT_BYTES_MAX`], on a character.
pub(crate) fn bounded(mut text: String) -> String {
    if text.len() > ERROR_TEXT_BYTES_MAX {
        let mut end = ERROR_TEXT_BYTES_MAX;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn the_chain_of_causes_is_kept_and_bounded() {
        assert_eq!(error_chain(&Outer(std::io::Error::other("inner"))), "outer: inner");
        let long = error_chain(&Outer(std::io::Error::other("é".repeat(ERROR_TEXT_BYTES_MAX))));
        assert!(long.len() <= ERROR_TEXT_BYTES_MAX && long.starts_with("outer: é"));
    }

    #[test]
    fn outcomes_are_chosen_at_the_call_site() {
        fn handler() -> Result<u64, JobError> {
            let number = "twelve".parse::<u64>().map_err(JobError::retry)?;
            Ok(number + 1)
        }
        assert!(matches!(handler(), Err(JobError::Retry { after: None, .. })));
    }

    #[test]
    fn a_class_is_a_plain_code_or_none() {
        let of = |error: JobError| match error {
            JobError::Retry { class, .. } | JobError::Snooze { class, .. } => class,
            JobError::Discard { class, .. } | JobError::Fail { class, .. } => class,
        };
        assert_eq!(of(JobError::fail("x").class("postgres_unavailable")), "postgres_unavailable");
        assert_eq!(of(JobError::snooze(Duration::ZERO, "x").class("http_5xx")), "http_5xx");
        for not_plain in ["", "Timeout", "5xx", "a b", "a-b", "é"] {
            assert_eq!(of(JobError::retry("x").class(not_plain)), class::UNCLASSIFIED, "{not_plain}");
        }
    }
}
