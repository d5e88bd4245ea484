//! A partner that is played by the sandbox, whose answers change while it is called. Its key is the path of a call.

use std::collections::BTreeMap;
use std::sync::Arc;

use platform::{Ids, SystemClock};
use sandbox::{Faults, Options, Partner as Played, Sandbox};

/// Seed of the sandbox's generator, of which no fault here makes use.
const SEED: u64 = 1;

/// How the partner answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// 200.
    Well,
    /// 429 with this many seconds in Retry-After.
    Limiting(u32),
    /// 500.
    Failing,
    /// Not at all.
    Silent,
}

/// The partner. Dropping it ends it.
#[derive(Debug)]
pub(super) struct Partner(Sandbox);

impl Partner {
    /// Starts one in that mood.
    pub(super) async fn start(mood: Mood) -> Self {
        let clock = SystemClock::shared();
        let ids = Arc::new(Ids::seeded(Arc::clone(&clock), SEED));
        let partner = Self(Sandbox::start(Options::default(), clock, ids).await.unwrap());
        partner.turn(mood);
        partner
    }

    /// Returns the URL in front of the keys.
    pub(super) fn url(&self) -> String {
        self.0.url_of(Played::Echo)
    }

    /// Changes how it answers from now on.
    pub(super) fn turn(&self, mood: Mood) {
        let faults = match mood {
            Mood::Well => Faults::default(),
            Mood::Limiting(seconds) => {
                Faults { status: Some(429), retry_after_s: Some(f64::from(seconds)), ..Faults::default() }
            }
            Mood::Failing => Faults { status: Some(500), ..Faults::default() },
            Mood::Silent => Faults { hang: true, ..Faults::default() },
        };
        self.0.set_faults(Played::Echo, faults);
    }

    /// Returns how many keys were taken.
    pub(super) fn taken(&self) -> u64 {
        self.calls_by_key().len() as u64
    }

    /// Returns how many calls were taken beyond the first of their key.
    pub(super) fn taken_again(&self) -> u64 {
        self.calls_by_key().values().map(|calls| calls - 1).sum()
    }

    /// Returns how many calls were not taken.
    pub(super) fn refused(&self) -> u64 {
        self.0.totals(Played::Echo).into_iter().filter(|(status, _)| *status != 200).map(|(_, calls)| calls).sum()
    }

    fn calls_by_key(&self) -> BTreeMap<String, u64> {
        let mut calls = BTreeMap::new();
        for request in self.0.requests(Played::Echo, 0).into_iter().filter(|request| request.status == Some(200)) {
            *calls.entry(request.path).or_default() += 1;
        }
        calls
    }
}
