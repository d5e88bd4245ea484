//! Around every handler: a span, the kind's timeout, panics caught, and the result turned into an outcome.
//! It stands outside the layers of the worker, so that they may fail a job in the same way as a handler.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use apalis_core::{
    error::{AbortError, BoxDynError},
    task::Task,
};
use futures::{FutureExt, future::BoxFuture};
use tokio::time::{Instant, timeout};
use tower::{Layer, Service};
use tracing::Instrument;

use super::{backend::HasJobContext, shared::Shared};
use crate::{
    context::JobContext,
    outcome::{JobError, Outcome, OutcomeKind, Reason, SnoozeCause, class, error_chain},
};

/// How long a job waits whose discard could not be recorded; up to twice that time.
const DISCARD_SNOOZE: Duration = Duration::from_secs(1);

/// Runs jobs of one worker.
#[derive(Clone)]
pub struct JobLayer(pub(super) Arc<Shared>);

/// A handler with what stands around it.
#[derive(Clone)]
pub struct JobService<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Layer<S> for JobLayer {
    type Service = JobService<S>;
    fn layer(&self, inner: S) -> JobService<S> {
        JobService { inner, shared: Arc::clone(&self.0) }
    }
}

impl<S, A> Service<Task<A>> for JobService<S>
where
    A: HasJobContext,
    S: Service<Task<A>>,
    S::Error: Into<BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = OutcomeKind;
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<OutcomeKind, BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, task: Task<A>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        let context = Arc::clone(task.args.context());
        let span = tracing::info_span!(
            "job",
            job_id = %context.job_id,
            kind = context.kind.name(),
            lane = context.lane.as_str(),
            attempt = context.attempt,
            trace = context.trace.as_deref(),
        );
        let begun = {
            let _entered = span.enter();
            catch_unwind(AssertUnwindSafe(|| self.inner.call(task)))
        };
        let run = async move {
            let started = Instant::now();
            let limit = Duration::from_millis(context.kind.policy().timeout_ms);
            let result = match begun {
                Ok(future) => tokio::select! {
                    biased;
                    result = guarded(future, limit) => result,
                    // The handler is dropped where it waits.
                    () = shared.cancellations.asked_for(&context) => {
                        Err(JobError::discard("cancelled by an operator").class(class::OPERATOR))
                    }
                },
                Err(panic) => Err(panicked(&*panic)),
            };
            let result = close_discarded(&shared, &context, result).await;
            let (outcome, kind, reason) = decide(&shared, &context, result);
            log(&context, kind, reason.as_ref());
            shared.ran(&context, started, Instant::now(), kind, reason);
            let reference = format!("{}/{}", context.job_id, context.lane);
            shared.finish(reference.into(), context, outcome);
            Ok(kind)
        };
        run.instrument(span).boxed()
    }
}

/// Runs a handler to its end, its timeout, or its panic.
async fn guarded<T, E: Into<BoxDynError>>(
    handler: impl Future<Output = Result<T, E>>,
    limit: Duration,
) -> Result<(), JobError> {
    match timeout(limit, AssertUnwindSafe(handler).catch_unwind()).await {
        Ok(Ok(Ok(_))) => Ok(()),
        Ok(Ok(Err(error))) => Err(as_job_error(error.into())),
        Ok(Err(panic)) => Err(panicked(&*panic)),
        Err(_) => Err(JobError::retry(format!("gave up after {} ms", limit.as_millis())).class(class::TIMEOUT)),
    }
}

/// What a handler chose; any other error is retried, and what `apalis` calls an abort has failed for good.
fn as_job_error(error: BoxDynError) -> JobError {
    match error.downcast::<JobError>() {
        Ok(chosen) => *chosen,
        Err(other) if other.is::<AbortError>() => JobError::fail(other),
        Err(other) => JobError::retry(other),
    }
}

fn panicked(panic: &(dyn Any + Send)) -> JobError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    JobError::retry(format!("panicked: {text}")).class(class::PANIC)
}

/// Has the sink close what a discarded job was about. PostgreSQL comes first: a job that Redis forgets before PostgreSQL knows
/// of its end would be enqueued again for ever. Returns a snooze where PostgreSQL is unavailable.
async fn close_discarded(shared: &Shared, context: &JobContext, result: Result<(), JobError>) -> Result<(), JobError> {
    let (Err(JobError::Discard { reason, class }), Some(sink)) = (&result, &shared.sink) else { return result };
    let reason = Reason::new(class, reason.as_str());
    match sink.discarded(context, &reason).await {
        Ok(()) => result,
        Err(error) => {
            let after = DISCARD_SNOOZE + shared.jitter.up_to(DISCARD_SNOOZE);
            let why =
                format!("to be discarded ({}), which could not be recorded: {}", reason.text, error_chain(&*error));
            Err(JobError::snooze(after, why).class(class::DISCARD_UNRECORDED))
        }
    }
}

/// What becomes of the job, what it is called, and why.
fn decide(
    shared: &Shared,
    context: &JobContext,
    result: Result<(), JobError>,
) -> (Outcome, OutcomeKind, Option<Reason>) {
    match result {
        Ok(()) => (Outcome::Done, OutcomeKind::Done, None),
        Err(JobError::Retry { source, after, class }) => {
            let error = error_chain(source.as_ref());
            if context.is_last_attempt() {
                let reason = Reason::new(class, format!("attempts used up: {error}"));
                return (Outcome::Dead { reason }, OutcomeKind::Dead, Some(Reason::new(class, error)));
            }
            let policy = context.kind.policy().retry;
            let after = after.unwrap_or_else(|| policy.delay(context.attempt, &shared.jitter));
            (Outcome::Retry { after }, OutcomeKind::Retried, Some(Reason::new(class, error)))
        }
        Err(JobError::Snooze { after, cause: cause @ SnoozeCause::Unfinished, reason, class }) => {
            shared.observer.snoozed(context.kind, cause);
            (Outcome::Continue { after }, OutcomeKind::Snoozed, Some(Reason::new(class, reason)))
        }
        Err(JobError::Snooze { reason, .. }) if let Some(snoozed) = context.snoozed_too_long() => {
            let (times, minutes) = (context.snoozes, snoozed.as_secs() / 60);
            let text = format!("snoozed {times} times in {minutes} minutes, the last time since: {reason}");
            let reason = Reason::new(class::SNOOZE_LIMIT, text);
            (Outcome::Dead { reason: reason.clone() }, OutcomeKind::Dead, Some(reason))
        }
        Err(JobError::Snooze { after, cause, reason, class }) => {
            shared.observer.snoozed(context.kind, cause);
            (Outcome::Snooze { after }, OutcomeKind::Snoozed, Some(Reason::new(class, reason)))
        }
        Err(JobError::Discard { reason, class }) => {
            (Outcome::Cancel, OutcomeKind::Cancelled, Some(Reason::new(class, reason)))
        }
        Err(JobError::Fail { source, class }) => {
            let reason = Reason::new(class, error_chain(source.as_ref()));
            (Outcome::Dead { reason: reason.clone() }, OutcomeKind::Dead, Some(reason))
        }
    }
}

fn log(context: &JobContext, kind: OutcomeKind, reason: Option<&Reason>) {
    let (class, error) = (reason.map(|reason| reason.class), reason.map(|reason| reason.text.as_str()));
    match kind {
        OutcomeKind::Done => tracing::debug!(outcome = kind.as_str(), "job ended"),
        OutcomeKind::Cancelled | OutcomeKind::Snoozed => {
            tracing::info!(outcome = kind.as_str(), class, reason = error, "job ended");
        }
        OutcomeKind::Retried => tracing::warn!(outcome = kind.as_str(), class, error, "job ended"),
        OutcomeKind::Dead => {
            tracing::error!(outcome = kind.as_str(), class, max_attempts = context.max_attempts, error, "job ended");
        }
    }
}
