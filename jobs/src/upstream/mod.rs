//! Calls to partners: a circuit for each credential, the rate that all processes share, smoothing within this process,
//! and what becomes of the job. Waits that may be long end in a snooze, never in a held slot.
//! Refuses: HTTP; the caller says how its answer is to be read.

mod circuit;
mod credentials;
mod smoother;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::{Instant, timeout};

pub use circuit::{CircuitPolicy, CircuitState};
pub use credentials::{CircuitView, UPSTREAM_CREDENTIALS_MAX};
pub use smoother::PacePolicy;

use crate::{
    error::{BoxError, QueueError},
    observer::Observer,
    outcome::{JobError, SnoozeCause},
    queue::{Permission, SharedLimits},
    rate::Rate,
    retry::Jitter,
};
use circuit::Ticket;
use credentials::{Credential, Credentials};

/// How long a job waits while another tries whether an upstream is back.
const TRY_WAIT: Duration = Duration::from_secs(1);
/// How long it waits when Redis does not say whether it may call.
const UNKNOWN_WAIT: Duration = Duration::from_secs(1);

/// How a partner is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UpstreamPolicy {
    /// Its name, in keys and labels: letters, digits, `_` and `-`.
    pub name: &'static str,
    /// What it allows each credential, over all processes.
    pub rate: Rate,
    /// How one process spreads that.
    pub pace: Option<PacePolicy>,
    /// When it is left alone.
    pub circuit: CircuitPolicy,
    /// A call longer than this has failed.
    pub timeout: Duration,
    /// How long a credential is left alone after a "too many" that does not say for how long.
    pub retry_after: Duration,
}

/// How a call went that did not give what it was made for.
#[derive(Debug)]
pub enum CallError {
    /// Too many calls (429): nobody calls with this credential until then, and the job keeps its attempt.
    Throttled {
        /// What the partner asked for.
        retry_after: Option<Duration>,
    },
    /// The partner failed (5xx, no connection): counts against its circuit, and the job is retried.
    Failed(BoxError),
    /// The partner works and refuses this call (4xx): the job has failed for good. A refusal that is an answer, such as
    /// "no such customer", is for the call to return as one.
    Rejected(BoxError),
}

/// How a call ended, or why it was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallOutcome {
    /// Answered.
    Succeeded,
    /// Answered with "too many".
    Throttled,
    /// Failed.
    Failed,
    /// Not answered in time.
    TimedOut,
    /// Refused for what it was.
    Rejected,
    /// Given up with its job before it ended.
    GivenUp,
    /// Not made: the circuit is open.
    CircuitOpen,
    /// Not made: over the rate of all processes.
    RateLimited,
    /// Not made: too many calls in this process.
    Paced,
    /// Not made: Redis is away.
    Unknown,
}

impl CallOutcome {
    /// Name for metric labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
            Self::TimedOut => "timed_out",
            Self::Rejected => "rejected",
            Self::GivenUp => "given_up",
            Self::CircuitOpen => "circuit_open",
            Self::RateLimited => "rate_limited",
            Self::Paced => "paced",
            Self::Unknown => "unknown",
        }
    }
}

/// One partner, as this process calls it. Cheap to clone; clones share circuits.
#[derive(Clone)]
pub struct Upstream {
    inner: Arc<Inner>,
}

struct Inner {
    policy: UpstreamPolicy,
    limits: SharedLimits,
    observer: Arc<dyn Observer>,
    jitter: Jitter,
    credentials: Credentials,
}

impl Upstream {
    /// A partner; `seed` makes the delays of this process differ from others'.
    pub fn new(policy: UpstreamPolicy, limits: SharedLimits, observer: Arc<dyn Observer>, seed: u64) -> Self {
        let jitter = Jitter::seeded(seed);
        Self { inner: Arc::new(Inner { policy, limits, observer, jitter, credentials: Credentials::default() }) }
    }

    /// Makes a call with the credential of `who` (a merchant, or the platform's account), at that cost in tokens. The
    /// future is not polled unless the call may be made.
    ///
    /// # Errors
    /// What becomes of the job: a snooze where the call may not be made now or was throttled, a retry where it failed, a
    /// failure for good where it was rejected or could never be made.
    pub async fn call<T>(
        &self,
        who: &str,
        cost: u32,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, JobError> {
        let inner = &*self.inner;
        let credential = inner.credentials.get(who, &inner.policy, Instant::now());
        let mut guard = inner.admit(who, &credential)?;
        inner.take_tokens(who, cost).await?;
        inner.pace(&credential).await?;
        guard.begun = true;
        let outcome = match timeout(inner.policy.timeout, call).await {
            Ok(Ok(answer)) => {
                guard.end(true);
                inner.observer.called(inner.policy.name, CallOutcome::Succeeded);
                return Ok(answer);
            }
            Ok(Err(error)) => error,
            Err(_) => {
                guard.end(false);
                inner.observer.called(inner.policy.name, CallOutcome::TimedOut);
                let name = inner.policy.name;
                return Err(JobError::retry(format!(
                    "{name} gave no answer in {} ms",
                    inner.policy.timeout.as_millis()
                )));
            }
        };
        // Whoever says "too many" or "not so" is at work.
        guard.end(!matches!(outcome, CallError::Failed(_)));
        Err(inner.classified(who, outcome).await)
    }

    /// The circuits of this process: the open ones first, then those with most failures.
    pub fn circuits(&self) -> Vec<CircuitView> {
        self.inner.credentials.view(&self.inner.policy, Instant::now())
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.inner.policy.name
    }
}

impl Inner {
    /// Asks the circuit.
    fn admit<'a>(&'a self, who: &'a str, credential: &'a Credential) -> Result<CallGuard<'a>, JobError> {
        match self.with_circuit(who, credential, |circuit, now| circuit.admit(now)) {
            Ok(ticket) => Ok(CallGuard { inner: self, who, credential, ticket, begun: false, ended: false }),
            Err(opens_in) => {
                let wait = opens_in.unwrap_or(TRY_WAIT);
                // Not all of them at the same moment.
                let after = wait + self.jitter.up_to(wait.max(TRY_WAIT) / 4);
                Err(self.refused(CallOutcome::CircuitOpen, SnoozeCause::CircuitOpen, after, "circuit is open"))
            }
        }
    }

    /// Asks the bucket that all processes share.
    async fn take_tokens(&self, who: &str, cost: u32) -> Result<(), JobError> {
        let Inner { policy, limits, .. } = self;
        match limits.acquire(policy.name, who, policy.rate, cost).await {
            Ok(Permission::Granted) => Ok(()),
            Ok(Permission::Later(after)) => {
                Err(self.refused(CallOutcome::RateLimited, SnoozeCause::RateLimited, after, "over its rate"))
            }
            Err(QueueError::Setting(error)) => Err(JobError::fail(error)),
            Err(error) => {
                tracing::warn!(upstream = policy.name, %error, "cannot learn whether a call may be made");
                let after = UNKNOWN_WAIT + self.jitter.up_to(UNKNOWN_WAIT);
                Err(self.refused(CallOutcome::Unknown, SnoozeCause::Unavailable, after, "Redis does not answer"))
            }
        }
    }

    /// Waits for the call's place within this process.
    async fn pace(&self, credential: &Credential) -> Result<(), JobError> {
        let Some(pace) = &credential.pace else { return Ok(()) };
        match pace.wait().await {
            Ok(waited) => {
                self.observer.paced(self.policy.name, waited);
                Ok(())
            }
            Err(wait) => {
                let after = wait + self.jitter.up_to(wait);
                Err(self.refused(CallOutcome::Paced, SnoozeCause::RateLimited, after, "too many calls in this process"))
            }
        }
    }

    fn refused(&self, outcome: CallOutcome, cause: SnoozeCause, after: Duration, why: &str) -> JobError {
        self.observer.called(self.policy.name, outcome);
        JobError::snooze_for(cause, after, format!("{}: {why}", self.policy.name))
    }

    /// What becomes of the job.
    async fn classified(&self, who: &str, error: CallError) -> JobError {
        let policy = &self.policy;
        match error {
            CallError::Throttled { retry_after } => {
                let after = retry_after.unwrap_or(policy.retry_after);
                let blocked = self.limits.penalize(policy.name, who, policy.rate, after).await;
                let blocked = blocked.unwrap_or_else(|error| {
                    tracing::warn!(upstream = policy.name, %error, "cannot tell the others of a 429");
                    after
                });
                let after = blocked + self.jitter.up_to(policy.rate.interval().min(TRY_WAIT));
                self.refused(CallOutcome::Throttled, SnoozeCause::Throttled, after, "answered that these are too many")
            }
            CallError::Failed(source) => {
                self.observer.called(policy.name, CallOutcome::Failed);
                JobError::retry(source)
            }
            CallError::Rejected(source) => {
                self.observer.called(policy.name, CallOutcome::Rejected);
                JobError::fail(source)
            }
        }
    }

    /// Changes a circuit, and tells of it if that changed its state.
    fn with_circuit<R>(
        &self,
        who: &str,
        credential: &Credential,
        change: impl FnOnce(&mut circuit::Circuit, Instant) -> R,
    ) -> R {
        let now = Instant::now();
        let (result, changed) = {
            let mut circuit = credential.circuit();
            let before = circuit.changes();
            let result = change(&mut circuit, now);
            (result, (circuit.changes() != before).then(|| circuit.state(now)))
        };
        if let Some(state) = changed {
            tracing::warn!(upstream = self.policy.name, who, state = state.as_str(), "circuit changed");
            self.observer.circuit_changed(self.policy.name, state);
        }
        result
    }
}

/// A call that the circuit let through. Dropped before it began, it gives its place back; dropped while it ran, because
/// its job was given up, it counts as failed.
struct CallGuard<'a> {
    inner: &'a Inner,
    who: &'a str,
    credential: &'a Credential,
    ticket: Ticket,
    begun: bool,
    ended: bool,
}

impl CallGuard<'_> {
    fn end(&mut self, succeeded: bool) {
        self.ended = true;
        let (ticket, policy) = (self.ticket, &self.inner.policy.circuit);
        self.inner.with_circuit(self.who, self.credential, |circuit, now| match succeeded {
            true => circuit.succeeded(ticket, now, policy),
            false => circuit.failed(ticket, now, policy),
        });
    }
}

impl Drop for CallGuard<'_> {
    fn drop(&mut self) {
        if self.begun && !self.ended {
            self.end(false);
            self.inner.observer.called(self.inner.policy.name, CallOutcome::GivenUp);
        } else if !self.begun {
            self.credential.circuit().give_back(self.ticket);
        }
    }
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upstream").field("policy", &self.inner.policy).finish_non_exhaustive()
    }
}
