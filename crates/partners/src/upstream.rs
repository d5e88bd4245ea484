//! The way of every call to a partner: a circuit for each credential, smoothing within this process, the rate that all
//! processes share, the call with its timeout. Whatever stands against a call is returned at once with the time to wait; only
//! smoothing waits itself, and not for long.
//!
//! Smoothing comes before the shared rate: a call that its own process refuses must not spend a token of all processes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use domain::TokenRate;
use platform::ids::Ids;
use platform::metrics;
use tokio::time::{Instant, timeout};

use crate::circuit::{Circuit, CircuitPolicy, Ticket};
use crate::credentials::{CircuitView, Credential, CredentialState, Credentials};
use crate::error::{CallError, CallFailure, LaterReason};
use crate::shared_rate::{Bucket, RateError, SharedRate, Usage};
use crate::smoother::Smoothing;

/// How long to wait while another call tries whether a partner works again.
const TRIAL_WAIT: Duration = Duration::from_secs(1);
/// How long to wait while the shared rate is unavailable.
const RATE_UNAVAILABLE_WAIT: Duration = Duration::from_secs(1);
/// How long to wait before a suspended shop is called again.
const SUSPENDED_WAIT: Duration = Duration::from_secs(1_800);

/// What a partner allows a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The rate of calls over all processes.
    pub rate: TokenRate,
    /// How one process spreads its calls.
    pub smoothing: Option<Smoothing>,
}

/// How a partner is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpstreamPolicy {
    /// Its name, in keys and labels: letters, digits, `_` and `-`.
    pub name: &'static str,
    /// What it allows each credential that has no limits of its own.
    pub limits: Limits,
    /// When it is left alone.
    pub circuit: CircuitPolicy,
    /// A call that takes longer has failed.
    pub timeout: Duration,
    /// How long a credential is left alone after a 429 that does not say for how long.
    pub retry_after: Duration,
}

/// An answer of a partner.
#[derive(Debug, Clone, Copy)]
pub struct Answer<T> {
    value: T,
    usage: Usage,
}

impl<T> Answer<T> {
    /// Makes an answer that shows nothing about the partner's limits.
    pub fn new(value: T) -> Self {
        Self { value, usage: Usage::default() }
    }

    /// Adds what the answer shows about the partner's limits.
    #[must_use]
    pub fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = usage;
        self
    }
}

/// One partner, as this process calls it. Cheap to clone; clones share circuits.
#[derive(Clone)]
pub struct Upstream {
    inner: Arc<Inner>,
}

struct Inner {
    policy: UpstreamPolicy,
    rates: Arc<dyn SharedRate>,
    ids: Arc<Ids>,
    credentials: Credentials,
}

impl Upstream {
    /// Makes the way to a partner. `ids` are the source of jitter.
    #[must_use]
    pub fn new(policy: UpstreamPolicy, rates: Arc<dyn SharedRate>, ids: Arc<Ids>) -> Self {
        Self { inner: Arc::new(Inner { policy, rates, ids, credentials: Credentials::default() }) }
    }

    /// Makes a call with that credential, at that cost in tokens, and returns its answer. The future is not polled unless
    /// the call may be made.
    ///
    /// # Errors
    /// Fails with [`CallError::Later`] where the call may not be made now or was throttled, and otherwise as the call did.
    pub async fn call<T>(
        &self,
        credential: Credential<'_>,
        cost: u32,
        call: impl Future<Output = Result<Answer<T>, CallFailure>>,
    ) -> Result<T, CallError> {
        let inner = &*self.inner;
        let limits = credential.limits.unwrap_or(inner.policy.limits);
        let state = inner.credentials.get(credential.name, &limits, Instant::now());
        let bucket = Bucket { partner: inner.policy.name, credential: credential.name, rate: limits.rate };
        let mut guard = inner.admit(credential.name, &state)?;
        inner.smooth(&state).await?;
        inner.take_tokens(bucket, cost).await?;
        guard.begun = true;
        let begun = Instant::now();
        let ended = timeout(inner.policy.timeout, call).await;
        metrics::upstream_call_seconds(inner.policy.name, begun.elapsed().as_secs_f64());
        // A partner that throttles or rejects is at work.
        let works = !matches!(ended, Ok(Err(CallFailure::Failed(_))) | Err(_));
        guard.end(works);
        match ended {
            Ok(Ok(answer)) => {
                inner.count("succeeded");
                if answer.usage != Usage::default() {
                    inner.reconcile(bucket, cost, answer.usage).await;
                }
                Ok(answer.value)
            }
            Ok(Err(failure)) => Err(inner.failed(bucket, failure).await),
            Err(_) => {
                inner.count("timed_out");
                Err(CallError::TimedOut { partner: inner.policy.name, after: inner.policy.timeout })
            }
        }
    }

    /// Returns the circuits of this process: the open ones first, then those with most failures.
    #[must_use]
    pub fn circuits(&self) -> Vec<CircuitView> {
        self.inner.credentials.view(&self.inner.policy.circuit, Instant::now())
    }

    /// Returns the partner's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.inner.policy.name
    }
}

impl Inner {
    /// Asks the circuit.
    fn admit<'a>(&'a self, credential: &'a str, state: &'a CredentialState) -> Result<CallGuard<'a>, CallError> {
        match self.with_circuit(credential, state, |circuit, now| circuit.admit(now)) {
            Ok(ticket) => Ok(CallGuard { inner: self, credential, state, ticket, begun: false, ended: false }),
            Err(opens_in) => {
                let wait = opens_in.unwrap_or(TRIAL_WAIT);
                // Not all of them at the same moment.
                let after = wait + self.jitter(wait.max(TRIAL_WAIT) / 4);
                Err(self.later(LaterReason::CircuitOpen, after))
            }
        }
    }

    /// Waits for the call's turn within this process.
    async fn smooth(&self, state: &CredentialState) -> Result<(), CallError> {
        let Some(smoother) = state.smoother() else { return Ok(()) };
        match smoother.wait().await {
            Ok(waited) => {
                metrics::upstream_limiter_wait_seconds(self.policy.name, waited.as_secs_f64());
                Ok(())
            }
            Err(wait) => Err(self.later(LaterReason::Smoothed, wait + self.jitter(wait))),
        }
    }

    /// Takes tokens of the bucket that all processes share.
    async fn take_tokens(&self, bucket: Bucket<'_>, cost: u32) -> Result<(), CallError> {
        match self.rates.acquire(bucket, cost).await {
            Ok(()) => Ok(()),
            Err(RateError::Later(after)) => Err(self.later(LaterReason::RateLimited, after)),
            Err(RateError::Invalid(source)) => Err(CallError::Invalid { partner: self.policy.name, source }),
            Err(error @ RateError::Unavailable(_)) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(upstream = self.policy.name, error, "no call without the shared rate");
                let after = RATE_UNAVAILABLE_WAIT + self.jitter(RATE_UNAVAILABLE_WAIT);
                Err(self.later(LaterReason::RateUnavailable, after))
            }
        }
    }

    /// Corrects the bucket by what an answer has shown. What cannot be corrected now is when the next answer comes.
    async fn reconcile(&self, bucket: Bucket<'_>, taken: u32, usage: Usage) {
        if let Err(error) = self.rates.reconcile(bucket, taken, usage).await {
            let error: &dyn std::error::Error = &error;
            tracing::warn!(upstream = self.policy.name, error, "the shared rate was not reconciled");
        }
    }

    /// Makes the caller's error of what the partner answered.
    async fn failed(&self, bucket: Bucket<'_>, failure: CallFailure) -> CallError {
        let partner = self.policy.name;
        match failure {
            CallFailure::Throttled { retry_after } => {
                let after = retry_after.unwrap_or(self.policy.retry_after);
                let blocked = self.rates.penalize(bucket, after).await.unwrap_or_else(|error| {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(upstream = partner, error, "other processes do not know of a 429");
                    after
                });
                let after = blocked + self.jitter(bucket.rate.interval().min(TRIAL_WAIT));
                self.later(LaterReason::Throttled, after)
            }
            CallFailure::Failed(source) => {
                self.count("failed");
                CallError::Failed { partner, source }
            }
            CallFailure::Unauthorized(source) => {
                self.count("unauthorized");
                CallError::Unauthorized { partner, source }
            }
            CallFailure::Suspended(_) => {
                self.later(LaterReason::Suspended, SUSPENDED_WAIT + self.jitter(SUSPENDED_WAIT / 4))
            }
            CallFailure::ShopGone(source) => {
                self.count("shop_gone");
                CallError::ShopGone { partner, source }
            }
            CallFailure::Rejected(source) => {
                self.count("rejected");
                CallError::Rejected { partner, source }
            }
        }
    }

    fn later(&self, reason: LaterReason, after: Duration) -> CallError {
        self.count(reason.as_str());
        CallError::Later { partner: self.policy.name, reason, after }
    }

    fn count(&self, outcome: &'static str) {
        metrics::upstream_calls(self.policy.name, outcome, 1);
    }

    /// Returns a duration from 0 to `ceiling`, in whole milliseconds.
    fn jitter(&self, ceiling: Duration) -> Duration {
        crate::jitter(&self.ids, ceiling)
    }

    /// Changes a circuit, and reports it if that changed its state.
    fn with_circuit<R>(
        &self,
        credential: &str,
        state: &CredentialState,
        change: impl FnOnce(&mut Circuit, Instant) -> R,
    ) -> R {
        let now = Instant::now();
        let (result, changed) = {
            let mut circuit = state.circuit();
            let before = circuit.changes();
            let result = change(&mut circuit, now);
            (result, (circuit.changes() != before).then(|| circuit.state(now)))
        };
        if let Some(state) = changed {
            tracing::warn!(upstream = self.policy.name, credential, state = state.as_str(), "circuit changed");
            metrics::upstream_circuit_changes(self.policy.name, state.as_str(), 1);
        }
        result
    }
}

/// A call that the circuit has admitted. Dropped before it began, it gives its place back; dropped while it ran, because
/// its caller gave up, it counts as failed.
struct CallGuard<'a> {
    inner: &'a Inner,
    credential: &'a str,
    state: &'a CredentialState,
    ticket: Ticket,
    begun: bool,
    ended: bool,
}

impl CallGuard<'_> {
    fn end(&mut self, works: bool) {
        self.ended = true;
        let (ticket, policy) = (self.ticket, &self.inner.policy.circuit);
        self.inner.with_circuit(self.credential, self.state, |circuit, now| match works {
            true => circuit.succeeded(ticket, now, policy),
            false => circuit.failed(ticket, now, policy),
        });
    }
}

impl Drop for CallGuard<'_> {
    fn drop(&mut self) {
        if self.begun && !self.ended {
            self.end(false);
            self.inner.count("given_up");
        } else if !self.begun {
            self.state.circuit().give_back(self.ticket);
        }
    }
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").field("policy", &self.inner.policy).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
