//! How a call ends that has no answer: as the partner's module reads the response, and as the caller is told.

use std::time::Duration;

/// Any error.
pub type BoxError = Box<dyn std::error::Error + Send + Sync + 'static>;

/// How a partner answered a call that did not succeed. The partner's module decides, since it knows the protocol.
#[derive(Debug)]
pub enum CallFailure {
    /// Too many calls (429): nobody calls with this credential for a while.
    Throttled {
        /// For how long, if the partner says so.
        retry_after: Option<Duration>,
    },
    /// The partner failed (5xx, no connection). It counts against the circuit.
    Failed(BoxError),
    /// The partner does not accept the credential (401, 403): it was revoked, or lacks a scope.
    Unauthorized(BoxError),
    /// The shop is suspended for now (402, 423): its bills are unpaid, or it is locked.
    Suspended(BoxError),
    /// The shop has closed, or has removed the app.
    ShopGone(BoxError),
    /// The partner works and rejects this call (4xx): the same call will never succeed. A rejection that is an answer, such
    /// as "no such customer", is for the partner's module to return as one.
    Rejected(BoxError),
}

/// Why a call was not made, or throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LaterReason {
    /// The circuit is open: the partner has failed too often.
    CircuitOpen,
    /// The rate that all processes share.
    RateLimited,
    /// Too many calls of this process at once.
    Smoothed,
    /// The shared rate is unavailable.
    RateUnavailable,
    /// The partner answered that these are too many calls.
    Throttled,
    /// The shop is suspended.
    Suspended,
    /// Another worker is renewing the credential.
    CredentialRenewed,
    /// The credentials are unavailable.
    CredentialsUnavailable,
}

impl LaterReason {
    /// Returns the name for metric labels.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CircuitOpen => "circuit_open",
            Self::RateLimited => "rate_limited",
            Self::Smoothed => "smoothed",
            Self::RateUnavailable => "rate_unavailable",
            Self::Throttled => "throttled",
            Self::Suspended => "suspended",
            Self::CredentialRenewed => "credential_renewed",
            Self::CredentialsUnavailable => "credentials_unavailable",
        }
    }
}

impl std::fmt::Display for LaterReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::CircuitOpen => "its circuit is open",
            Self::RateLimited => "the rate of calls to it is used up",
            Self::Smoothed => "too many calls of this process wait for it",
            Self::RateUnavailable => "the shared rate of calls to it is unavailable",
            Self::Throttled => "it answered that these are too many calls",
            Self::Suspended => "the shop is suspended",
            Self::CredentialRenewed => "another worker is renewing the credential",
            Self::CredentialsUnavailable => "the credentials are unavailable",
        })
    }
}

/// Why a call has no answer, by what the caller will do.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Make the same call again after that time. Nothing is wrong with it.
    #[error("{partner} cannot be called now: {reason}")]
    Later {
        /// Name of the partner.
        partner: &'static str,
        /// What stands against the call now.
        reason: LaterReason,
        /// How long to wait.
        after: Duration,
    },
    /// Make the same call again, a few times: the partner failed.
    #[error("{partner} failed")]
    Failed {
        /// Name of the partner.
        partner: &'static str,
        /// What it answered, or why there is no connection.
        #[source]
        source: BoxError,
    },
    /// Make the same call again, a few times: the partner gave no answer in time, and may have carried the call out.
    #[error("{partner} gave no answer in {} ms", after.as_millis())]
    TimedOut {
        /// Name of the partner.
        partner: &'static str,
        /// How long the call may take.
        after: Duration,
    },
    /// Have the credential renewed: the partner does not accept it.
    #[error("{partner} does not accept the credential")]
    Unauthorized {
        /// Name of the partner.
        partner: &'static str,
        /// What it answered.
        #[source]
        source: BoxError,
    },
    /// Give up until the shop authorises the app again: its credential is dead, which is recorded.
    #[error("the credential of the shop for {partner} is dead")]
    CredentialDead {
        /// Name of the partner.
        partner: &'static str,
    },
    /// Give up: the shop has closed, or has removed the app.
    #[error("the shop is gone, says {partner}")]
    ShopGone {
        /// Name of the partner.
        partner: &'static str,
        /// What it answered.
        #[source]
        source: BoxError,
    },
    /// Give up: the partner rejects this call, and always will.
    #[error("{partner} rejects the call")]
    Rejected {
        /// Name of the partner.
        partner: &'static str,
        /// What it answered.
        #[source]
        source: BoxError,
    },
    /// Correct the program: the call can never be made.
    #[error("no such call can be made to {partner}")]
    Invalid {
        /// Name of the partner.
        partner: &'static str,
        /// Why not.
        #[source]
        source: BoxError,
    },
}
