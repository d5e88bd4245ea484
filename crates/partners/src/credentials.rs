//! What this process keeps of each credential of a partner: its circuit and its smoother. Bounded: those unused for longest are
//! forgotten first, and those whose circuit is not closed last.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::MerchantId;
use serde::Serialize;
use tokio::time::Instant;

use crate::circuit::{Circuit, CircuitPolicy, CircuitState};
use crate::smoother::{Smoother, Smoothing};
use crate::upstream::Limits;

/// Credentials kept of one partner, beside those of calls under way.
pub const UPSTREAM_CREDENTIALS_MAX: usize = 10_000;
/// Forgotten at once when there are that many, so that not each new one searches for the idlest.
const FORGOTTEN_AT_ONCE: usize = UPSTREAM_CREDENTIALS_MAX / 10;
/// Circuits shown.
const CIRCUITS_SHOWN_MAX: usize = 1_000;

/// The credential of a call.
#[derive(Debug, Clone, Copy)]
pub struct Credential<'a> {
    pub(crate) name: &'a str,
    pub(crate) limits: Option<Limits>,
}

impl<'a> Credential<'a> {
    /// Makes the credential that a merchant has given us.
    #[must_use]
    pub fn of_merchant(merchant: &'a MerchantId) -> Self {
        Self { name: merchant.as_str(), limits: None }
    }

    /// Makes the credential of an account of the platform's own. The name consists of letters, digits, `_` and `-`.
    #[must_use]
    pub fn of_account(name: &'a str) -> Self {
        Self { name, limits: None }
    }

    /// Sets limits that only this credential has, such as those of a shop's plan.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }
}

/// A circuit, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CircuitView {
    /// Name of the credential.
    pub credential: String,
    /// What it does with calls.
    #[serde(serialize_with = "as_name")]
    pub state: CircuitState,
    /// Failures in its window.
    pub failures: u32,
    /// How long it has been in this state, in milliseconds.
    pub since_ms: u64,
    /// How long it stays open, in milliseconds.
    pub open_for_ms: Option<u64>,
}

fn as_name<S: serde::Serializer>(state: &CircuitState, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.as_str())
}

/// What is kept of one credential.
#[derive(Debug)]
pub(crate) struct CredentialState {
    circuit: Mutex<Circuit>,
    smoother: Mutex<Option<(Smoothing, Arc<Smoother>)>>,
    used: Mutex<Instant>,
}

impl CredentialState {
    fn new(now: Instant) -> Self {
        Self { circuit: Mutex::new(Circuit::new(now)), smoother: Mutex::default(), used: Mutex::new(now) }
    }

    pub(crate) fn circuit(&self) -> MutexGuard<'_, Circuit> {
        lock(&self.circuit)
    }

    pub(crate) fn smoother(&self) -> Option<Arc<Smoother>> {
        lock(&self.smoother).as_ref().map(|(_, smoother)| Arc::clone(smoother))
    }

    /// Smooths calls in that way from now on. A smoother that does so already goes on.
    fn smooth(&self, smoothing: Option<Smoothing>) {
        let mut smoother = lock(&self.smoother);
        if smoother.as_ref().map(|(current, _)| *current) != smoothing {
            *smoother = smoothing.map(|smoothing| (smoothing, Arc::new(Smoother::new(smoothing))));
        }
    }

    fn used(&self) -> MutexGuard<'_, Instant> {
        lock(&self.used)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The credentials of one partner that this process has called with.
#[derive(Debug, Default)]
pub(crate) struct Credentials(Mutex<HashMap<Arc<str>, Arc<CredentialState>>>);

impl Credentials {
    /// Returns what is kept of the credential of that name, which has these limits now.
    pub(crate) fn get(&self, name: &str, limits: &Limits, now: Instant) -> Arc<CredentialState> {
        let state = self.find_or_insert(name, now);
        state.smooth(limits.smoothing);
        state
    }

    fn find_or_insert(&self, name: &str, now: Instant) -> Arc<CredentialState> {
        let mut kept = lock(&self.0);
        if let Some(state) = kept.get(name) {
            *state.used() = now;
            return Arc::clone(state);
        }
        if kept.len() >= UPSTREAM_CREDENTIALS_MAX {
            forget_idle(&mut kept, now);
        }
        let state = Arc::new(CredentialState::new(now));
        kept.insert(name.into(), Arc::clone(&state));
        state
    }

    /// Returns the circuits, the worst first.
    pub(crate) fn view(&self, policy: &CircuitPolicy, now: Instant) -> Vec<CircuitView> {
        let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let mut views: Vec<CircuitView> = {
            let kept = lock(&self.0);
            let view = |(credential, state): (&Arc<str>, &Arc<CredentialState>)| {
                let circuit = state.circuit();
                CircuitView {
                    credential: credential.to_string(),
                    state: circuit.state(now),
                    failures: circuit.failures(now, policy),
                    since_ms: ms(now.saturating_duration_since(circuit.since)),
                    open_for_ms: circuit.opens_in(now).map(ms),
                }
            };
            kept.iter().map(view).collect()
        };
        views.sort_unstable_by(|a, b| {
            let rank = |view: &CircuitView| Reverse((view.state, view.failures));
            rank(a).cmp(&rank(b)).then_with(|| a.credential.cmp(&b.credential))
        });
        views.truncate(CIRCUITS_SHOWN_MAX);
        views
    }
}

fn forget_idle(kept: &mut HashMap<Arc<str>, Arc<CredentialState>>, now: Instant) {
    // A call under way holds its credential, too: forgotten, its result would be lost.
    let idle = kept.iter().filter(|(_, state)| Arc::strong_count(state) == 1);
    let mut idle: Vec<_> = idle
        .map(|(name, state)| {
            let is_closed = state.circuit().state(now) == CircuitState::Closed;
            (!is_closed, *state.used(), Arc::clone(name))
        })
        .collect();
    idle.sort_unstable();
    for (_, _, name) in idle.into_iter().take(FORGOTTEN_AT_ONCE) {
        kept.remove(&name);
    }
}

#[cfg(test)]
mod tests {
    use domain::TokenRate;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LIMITS: Limits = Limits { rate: TokenRate::fixed(1, SECOND, 1), smoothing: None };

    #[tokio::test]
    async fn the_idlest_are_forgotten_and_open_circuits_and_calls_under_way_are_not() {
        let policy = CircuitPolicy {
            window: SECOND,
            failures_min: 1,
            failures_percent: 1,
            open_base: SECOND * 3_600,
            open_max: SECOND * 3_600,
        };
        let credentials = Credentials::default();
        let begun = Instant::now();
        let at = |n: usize| begun + Duration::from_millis(n as u64);
        let under_way = credentials.get("0", &LIMITS, at(0));
        let open = credentials.get("1", &LIMITS, at(1));
        let ticket = open.circuit().admit(at(1)).unwrap();
        open.circuit().failed(ticket, at(1), &policy);
        drop(open);
        for n in 2..UPSTREAM_CREDENTIALS_MAX * 3 {
            credentials.get(&n.to_string(), &LIMITS, at(n));
        }
        let kept = lock(&credentials.0);
        assert!(kept.len() <= UPSTREAM_CREDENTIALS_MAX);
        assert!(kept.contains_key("0") && kept.contains_key("1") && !kept.contains_key("2"));
        drop((kept, under_way));
        let shown = credentials.view(&policy, at(2));
        assert_eq!(shown.len(), CIRCUITS_SHOWN_MAX);
        assert_eq!((shown[0].credential.as_str(), shown[0].state, shown[0].failures), ("1", CircuitState::Open, 1));
        let text = serde_json::to_string(&shown[0]).unwrap();
        assert_eq!(text, r#"{"credential":"1","state":"open","failures":1,"since_ms":1,"open_for_ms":3599999}"#);
    }

    #[tokio::test]
    async fn a_smoother_goes_on_until_its_credential_has_other_limits() {
        let smoothing = |count| Some(Smoothing { rate: TokenRate::fixed(count, SECOND, 1), wait_max: SECOND });
        let credentials = Credentials::default();
        let smoother = |count| {
            let limits = Limits { smoothing: smoothing(count), ..LIMITS };
            credentials.get("m1", &limits, Instant::now()).smoother().unwrap()
        };
        let first = smoother(1);
        assert!(Arc::ptr_eq(&first, &smoother(1)));
        assert!(!Arc::ptr_eq(&first, &smoother(2)));
        assert!(credentials.get("m1", &LIMITS, Instant::now()).smoother().is_none());
    }
}
