//! The partners. Each is a value of its own with bounded state, answers a request at a given moment, and knows its own
//! words for a refusal. None knows HTTP beyond `Call` and `Answer`, reads a clock, or sees another.

mod echo;

use chrono::{DateTime, Utc};
use platform::Ids;

use crate::call::{Answer, Call};
use crate::faults::Limits;
use crate::partner::Partner;
use crate::server::Options;

/// What a partner is told of the moment in which it answers.
pub(crate) struct Scene<'a> {
    /// The moment.
    pub(crate) now: DateTime<Utc>,
    /// Identity and randomness.
    pub(crate) ids: &'a Ids,
    /// What was set instead of the partner's own limits.
    pub(crate) limits: Limits,
}

/// Why a request is refused without being looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// With this status, as a fault says.
    Status(u16),
    /// Since the caller's account is gone.
    Gone,
}

/// One partner.
pub(crate) trait Play: Send + Sync {
    /// Returns whose limits and faults apply to the request, as far as it says: a shop, an API key, a bucket.
    fn account(&self, call: &Call) -> String;

    /// Answers the request.
    fn answer(&self, call: &Call, scene: &Scene<'_>) -> Answer;

    /// Refuses the request in the partner's words.
    fn refuse(&self, call: &Call, refusal: Refusal, scene: &Scene<'_>) -> Answer;
}

/// All partners with their state.
pub(crate) struct Stage {
    echo: echo::Echo,
}

impl Stage {
    /// Returns the partners as they are at first.
    pub(crate) fn new(_options: &Options) -> Self {
        Self { echo: echo::Echo::new() }
    }

    /// Returns that partner.
    pub(crate) fn partner(&self, partner: Partner) -> &dyn Play {
        match partner {
            Partner::Echo => &self.echo,
        }
    }
}
