//! What this process keeps of each credential of an upstream: its circuit and its pace. Bounded: the idlest go first, and
//! those whose circuit is not closed last.

use std::{
    cmp::Reverse,
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::time::Instant;

use super::{
    UpstreamPolicy,
    circuit::{Circuit, CircuitState},
    smoother::Smoother,
};

/// Credentials kept of one upstream, beside those of calls under way.
pub const UPSTREAM_CREDENTIALS_MAX: usize = 10_000;
/// Forgotten at once when there are that many, so that each new one does not search for the idlest.
const FORGOTTEN_AT_ONCE: usize = UPSTREAM_CREDENTIALS_MAX / 10;
/// Circuits shown.
const CIRCUITS_SHOWN_MAX: usize = 1_000;

/// A circuit, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CircuitView {
    /// Whose credential.
    pub who: String,
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
pub(super) struct Credential {
    circuit: Mutex<Circuit>,
    pub(super) pace: Option<Smoother>,
    used: Mutex<Instant>,
}

impl Credential {
    pub(super) fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn used(&self) -> MutexGuard<'_, Instant> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The credentials of one upstream that this process has called with.
#[derive(Debug, Default)]
pub(super) struct Credentials(Mutex<HashMap<Arc<str>, Arc<Credential>>>);

impl Credentials {
    /// What is kept of `who`'s, new if it was not.
    pub(super) fn get(&self, who: &str, policy: &UpstreamPolicy, now: Instant) -> Arc<Credential> {
        let mut kept = self.kept();
        if let Some(credential) = kept.get(who) {
            *credential.used() = now;
            return Arc::clone(credential);
        }
        if kept.len() >= UPSTREAM_CREDENTIALS_MAX {
            forget_idle(&mut kept, now);
        }
        let credential = Arc::new(Credential {
            circuit: Mutex::new(Circuit::new(now)),
            pace: policy.pace.map(Smoother::new),
            used: Mutex::new(now),
        });
        kept.insert(who.into(), Arc::clone(&credential));
        credential
    }

    /// The circuits, the worst first.
    pub(super) fn view(&self, policy: &UpstreamPolicy, now: Instant) -> Vec<CircuitView> {
        let ms = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let mut views: Vec<CircuitView> = {
            let kept = self.kept();
            let view = |(who, credential): (&Arc<str>, &Arc<Credential>)| {
                let circuit = credential.circuit();
                CircuitView {
                    who: who.to_string(),
                    state: circuit.state(now),
                    failures: circuit.failures(now, &policy.circuit),
                    since_ms: ms(now.saturating_duration_since(circuit.since)),
                    open_for_ms: circuit.opens_in(now).map(ms),
                }
            };
            kept.iter().map(view).collect()
        };
        views.sort_unstable_by(|a, b| {
            let rank = |view: &CircuitView| Reverse((view.state, view.failures));
            rank(a).cmp(&rank(b)).then_with(|| a.who.cmp(&b.who))
        });
        views.truncate(CIRCUITS_SHOWN_MAX);
        views
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Credential>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn forget_idle(kept: &mut HashMap<Arc<str>, Arc<Credential>>, now: Instant) {
    // A call under way holds its credential, too: forgotten, its result would be lost.
    let idle = kept.iter().filter(|(_, credential)| Arc::strong_count(credential) == 1);
    let mut idle: Vec<_> = idle
        .map(|(who, credential)| {
            let is_closed = credential.circuit().state(now) == CircuitState::Closed;
            (!is_closed, *credential.used(), Arc::clone(who))
        })
        .collect();
    idle.sort_unstable();
    for (_, _, who) in idle.into_iter().take(FORGOTTEN_AT_ONCE) {
        kept.remove(&who);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Rate, upstream::CircuitPolicy};

    #[tokio::test]
    async fn the_idlest_are_forgotten_and_open_circuits_and_calls_under_way_are_not() {
        let second = Duration::from_secs(1);
        let policy = UpstreamPolicy {
            name: "partner",
            rate: Rate::new(1, second, 1).unwrap(),
            pace: None,
            circuit: CircuitPolicy {
                window: second,
                failures_min: 1,
                failures_percent: 1,
                open_base: second * 3_600,
                open_max: second * 3_600,
            },
            timeout: second,
            retry_after: second,
        };
        let credentials = Credentials::default();
        let begun = Instant::now();
        let at = |n: usize| begun + Duration::from_millis(n as u64);
        let under_way = credentials.get("0", &policy, at(0));
        let open = credentials.get("1", &policy, at(1));
        let ticket = open.circuit().admit(at(1)).unwrap();
        open.circuit().failed(ticket, at(1), &policy.circuit);
        drop(open);
        for n in 2..UPSTREAM_CREDENTIALS_MAX * 3 {
            credentials.get(&n.to_string(), &policy, at(n));
        }
        let kept = credentials.kept();
        assert!(kept.len() <= UPSTREAM_CREDENTIALS_MAX);
        assert!(kept.contains_key("0") && kept.contains_key("1") && !kept.contains_key("2"));
        drop((kept, under_way));
        let shown = credentials.view(&policy, at(2));
        assert_eq!(shown.len(), CIRCUITS_SHOWN_MAX);
        assert_eq!((shown[0].who.as_str(), shown[0].state, shown[0].failures), ("1", CircuitState::Open, 1));
        let text = serde_json::to_string(&shown[0]).unwrap();
        assert_eq!(text, r#"{"who":"1","state":"open","failures":1,"since_ms":1,"open_for_ms":3599999}"#);
    }
}
