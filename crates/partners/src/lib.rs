//! The partners we call: one module for each, which knows the partner's protocol, and [`Upstream`], through which every call
//! goes: a circuit for each credential, smoothing within this process, the rate that all processes share.
//!
//! Below `api` and `workers`, so that both make the same calls. Refuses to know jobs: a call returns a [`CallError`], of which
//! `workers` makes the job's outcome. Refuses to know Redis: the shared rate is a trait.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod channel;
mod circuit;
mod clients;
mod credentials;
mod error;
mod http;
pub mod klaviyo;
pub mod posthog;
pub mod postscript;
pub mod s3;
mod shared_rate;
pub mod shopify;
mod sigv4;
pub mod slack;
mod smoother;
pub mod sns;
mod upstream;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use platform::ids::Ids;

pub use circuit::{CircuitPolicy, CircuitState};
pub use clients::{Account, Clients};
pub use credentials::{CircuitView, Credential, UPSTREAM_CREDENTIALS_MAX};
pub use error::{BoxError, CallError, CallFailure, LaterReason};
pub use http::{AnswerError, HttpSetupError};
pub use shared_rate::{Bucket, RateError, SharedRate, Usage};
pub use smoother::Smoothing;
pub use upstream::{Answer, Limits, Upstream, UpstreamPolicy};

/// The partners, as this process calls them. Cheap to clone; clones share circuits.
#[derive(Clone)]
pub struct Partners {
    inner: Arc<Inner>,
}

struct Inner {
    rates: Arc<dyn SharedRate>,
    ids: Arc<Ids>,
    upstreams: Mutex<BTreeMap<&'static str, Upstream>>,
}

impl Partners {
    /// Makes the partners of this process. `rates` are those that all processes share, `ids` the source of jitter.
    #[must_use]
    pub fn new(rates: Arc<dyn SharedRate>, ids: Arc<Ids>) -> Self {
        Self { inner: Arc::new(Inner { rates, ids, upstreams: Mutex::default() }) }
    }

    /// Returns the way to the partner of that policy. Whoever asks in this process gets the same one, with the same circuits.
    #[must_use]
    pub fn upstream(&self, policy: &UpstreamPolicy) -> Upstream {
        let Inner { rates, ids, upstreams } = &*self.inner;
        let mut upstreams = upstreams.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Upstream::new(*policy, Arc::clone(rates), Arc::clone(ids));
        upstreams.entry(policy.name).or_insert_with(new).clone()
    }

    /// Returns the source of jitter.
    pub(crate) fn ids(&self) -> Arc<Ids> {
        Arc::clone(&self.inner.ids)
    }

    /// Returns the partners that this process has called, for whoever looks at their circuits.
    #[must_use]
    pub fn called(&self) -> Vec<Upstream> {
        self.inner.upstreams.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// Returns a random duration from 0 to `ceiling`, in whole milliseconds.
fn jitter(ids: &Ids, ceiling: Duration) -> Duration {
    let ceiling_ms = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX - 1);
    Duration::from_millis(ids.random_u64() % (ceiling_ms + 1))
}

impl std::fmt::Debug for Partners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.called()).finish()
    }
}
