//! Calls over a shared rate in memory: what admits a call, what it costs, and how it ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use platform::clock::SystemClock;
use tokio::time::Instant;

use super::*;
use crate::circuit::CircuitState;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const POLICY: UpstreamPolicy = UpstreamPolicy {
    name: "partner",
    limits: Limits { rate: TokenRate::fixed(10_000, SECOND, 1_000), smoothing: None },
    circuit: CircuitPolicy {
        window: Duration::from_secs(60),
        failures_min: 4,
        failures_percent: 50,
        open_base: SECOND,
        open_max: SECOND,
    },
    timeout: Duration::from_secs(10),
    retry_after: Duration::from_millis(100),
};

/// Buckets that start full and never fill again, shared like those in Redis.
#[derive(Default)]
struct Buckets {
    taken: Mutex<BTreeMap<String, u32>>,
    reconciled: Mutex<Vec<(String, u32, Usage)>>,
    unavailable: bool,
}

impl Buckets {
    fn taken(&self) -> MutexGuard<'_, BTreeMap<String, u32>> {
        self.taken.lock().unwrap()
    }
}

impl SharedRate for Buckets {
    fn acquire<'a>(&'a self, bucket: Bucket<'a>, cost: u32) -> BoxFuture<'a, Result<(), RateError>> {
        let result = if self.unavailable {
            Err(RateError::Unavailable("the server is gone".into()))
        } else if cost > bucket.rate.burst().get() {
            Err(RateError::Invalid("the bucket is too small".into()))
        } else {
            let mut taken = self.taken();
            let taken = taken.entry(bucket.credential.to_owned()).or_default();
            if *taken + cost > bucket.rate.burst().get() {
                Err(RateError::Later(bucket.rate.interval()))
            } else {
                *taken += cost;
                Ok(())
            }
        };
        async move { result }.boxed()
    }

    fn penalize<'a>(&'a self, bucket: Bucket<'a>, after: Duration) -> BoxFuture<'a, Result<Duration, RateError>> {
        self.taken().insert(bucket.credential.to_owned(), u32::MAX / 2);
        async move { Ok(after) }.boxed()
    }

    fn reconcile<'a>(&'a self, bucket: Bucket<'a>, taken: u32, usage: Usage) -> BoxFuture<'a, Result<(), RateError>> {
        self.reconciled.lock().unwrap().push((bucket.credential.to_owned(), taken, usage));
        async move { Ok(()) }.boxed()
    }
}

/// The partner as one process calls it.
fn process(policy: UpstreamPolicy, rates: &Arc<Buckets>) -> Upstream {
    Upstream::new(policy, Arc::clone(rates) as _, Arc::new(Ids::seeded(SystemClock::shared(), 7)))
}

fn upstream(policy: UpstreamPolicy) -> Upstream {
    process(policy, &Arc::default())
}

async fn call(upstream: &Upstream, credential: &str, ends: Result<(), CallFailure>) -> Result<(), CallError> {
    upstream.call(Credential::of_account(credential), 1, async { ends.map(Answer::new) }).await
}

fn failed() -> Result<(), CallFailure> {
    Err(CallFailure::Failed("status 500".into()))
}

fn later(result: Result<(), CallError>) -> (LaterReason, Duration) {
    match result {
        Err(CallError::Later { partner: "partner", reason, after }) => (reason, after),
        other => panic!("not later: {other:?}"),
    }
}

#[tokio::test]
async fn a_call_that_its_own_process_refuses_spends_no_shared_token() {
    let rates = Arc::default();
    let limits = Limits { rate: TokenRate::fixed(1, HOUR, 2), smoothing: None };
    let smoothing = Some(Smoothing { rate: TokenRate::fixed(1, HOUR, 1), wait_max: SECOND });
    let here = process(UpstreamPolicy { limits: Limits { smoothing, ..limits }, ..POLICY }, &rates);
    let there = process(UpstreamPolicy { limits, ..POLICY }, &rates);
    call(&here, "m1", Ok(())).await.unwrap();
    assert_eq!(later(call(&here, "m1", Ok(())).await).0, LaterReason::Smoothed);
    call(&there, "m1", Ok(())).await.expect("the second token is still there");
}

#[tokio::test]
async fn a_call_that_may_not_be_made_is_never_begun() {
    let upstream =
        upstream(UpstreamPolicy { limits: Limits { rate: TokenRate::fixed(1, HOUR, 1), smoothing: None }, ..POLICY });
    call(&upstream, "m1", Ok(())).await.unwrap();
    let begun = async { panic!("it was polled") };
    let result = upstream.call(Credential::of_account("m1"), 1, begun).await;
    assert_eq!(later(result).0, LaterReason::RateLimited);
    call(&upstream, "m2", Ok(())).await.expect("another credential has a bucket of its own");
}

#[tokio::test]
async fn without_the_shared_rate_no_call_is_made() {
    let rates = Arc::new(Buckets { unavailable: true, ..Buckets::default() });
    let (reason, after) = later(call(&process(POLICY, &rates), "m1", Ok(())).await);
    assert_eq!(reason, LaterReason::RateUnavailable);
    assert!(after >= RATE_UNAVAILABLE_WAIT && after <= RATE_UNAVAILABLE_WAIT * 2, "{after:?}");
}

#[tokio::test]
async fn a_credential_may_have_limits_of_its_own() {
    let upstream =
        upstream(UpstreamPolicy { limits: Limits { rate: TokenRate::fixed(1, HOUR, 1), smoothing: None }, ..POLICY });
    let plus = Limits { rate: TokenRate::fixed(10, HOUR, 10), smoothing: None };
    for _ in 0..10 {
        let credential = Credential::of_account("plus").with_limits(plus);
        upstream.call(credential, 1, async { Ok(Answer::new(())) }).await.unwrap();
    }
    call(&upstream, "basic", Ok(())).await.unwrap();
    assert_eq!(later(call(&upstream, "basic", Ok(())).await).0, LaterReason::RateLimited);
}

#[tokio::test]
async fn what_an_answer_shows_is_reported_to_the_shared_rate() {
    let rates = Arc::default();
    let upstream = process(POLICY, &rates);
    let usage = Usage { spent: Some(3), left: Some(997), rate: Some(TokenRate::fixed(100, SECOND, 2_000)) };
    let answered = async { Ok(Answer::new("answer").with_usage(usage)) };
    assert_eq!(upstream.call(Credential::of_account("m1"), 10, answered).await.unwrap(), "answer");
    call(&upstream, "m2", Ok(())).await.unwrap();
    assert_eq!(
        *rates.reconciled.lock().unwrap(),
        [("m1".to_owned(), 10, usage)],
        "an answer without figures costs no call"
    );
}

#[tokio::test(start_paused = true)]
async fn failures_open_the_circuit_of_one_credential_and_one_call_tries_again() {
    let upstream = upstream(POLICY);
    for _ in 0..4 {
        let result = call(&upstream, "m1", failed()).await;
        assert!(matches!(result, Err(CallError::Failed { partner: "partner", .. })), "{result:?}");
    }
    let (reason, after) = later(call(&upstream, "m1", Ok(())).await);
    assert!(reason == LaterReason::CircuitOpen && after <= SECOND * 2, "{after:?}");
    call(&upstream, "m2", Ok(())).await.expect("another credential's circuit is closed");
    let circuits = upstream.circuits();
    assert_eq!((circuits[0].credential.as_str(), circuits[0].state), ("m1", CircuitState::Open));
    assert_eq!((circuits[1].credential.as_str(), circuits[1].state), ("m2", CircuitState::Closed));

    // Half open, it is tried by one call however many come at once.
    tokio::time::advance(SECOND).await;
    let never = std::future::pending::<Result<Answer<()>, CallFailure>>();
    let mut trial = upstream.call(Credential::of_account("m1"), 1, never).boxed();
    assert!((&mut trial).now_or_never().is_none(), "the trial is under way");
    assert_eq!(later(call(&upstream, "m1", Ok(())).await).0, LaterReason::CircuitOpen);
    // Given up with its job, the trial has failed.
    drop(trial);
    assert_eq!(upstream.circuits()[0].state, CircuitState::Open);
    tokio::time::advance(SECOND).await;
    call(&upstream, "m1", Ok(())).await.unwrap();
    assert_eq!(upstream.circuits()[0].state, CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_fails_in_time_and_counts() {
    let upstream = upstream(UpstreamPolicy { timeout: SECOND / 20, ..POLICY });
    for _ in 0..4 {
        let never = std::future::pending::<Result<Answer<()>, CallFailure>>();
        let error = upstream.call(Credential::of_account("m1"), 1, never).await.unwrap_err();
        assert_eq!(error.to_string(), "partner gave no answer in 50 ms");
    }
    assert_eq!(later(call(&upstream, "m1", Ok(())).await).0, LaterReason::CircuitOpen);
}

#[tokio::test]
async fn a_partner_that_rejects_or_throttles_is_at_work() {
    let upstream = upstream(POLICY);
    for _ in 0..10 {
        let rejected = call(&upstream, "m1", Err(CallFailure::Rejected("422".into()))).await;
        assert!(matches!(rejected, Err(CallError::Rejected { .. })), "{rejected:?}");
        let unauthorized = call(&upstream, "m1", Err(CallFailure::Unauthorized("401".into()))).await;
        assert!(matches!(unauthorized, Err(CallError::Unauthorized { .. })), "{unauthorized:?}");
        let gone = call(&upstream, "m1", Err(CallFailure::ShopGone("402".into()))).await;
        assert!(matches!(gone, Err(CallError::ShopGone { .. })), "{gone:?}");
    }
    let (reason, after) = later(call(&upstream, "m1", Err(CallFailure::Throttled { retry_after: Some(SECOND) })).await);
    assert!(reason == LaterReason::Throttled && after >= SECOND && after <= SECOND * 2, "{after:?}");
    assert_eq!((upstream.circuits()[0].state, upstream.circuits()[0].failures), (CircuitState::Closed, 0));
    assert_eq!(later(call(&upstream, "m1", Ok(())).await).0, LaterReason::RateLimited, "nobody calls for a while");
    // Without a time of the partner's, it is the policy's.
    let throttled = call(&upstream, "m2", Err(CallFailure::Throttled { retry_after: None })).await;
    assert!(later(throttled).1 <= POLICY.retry_after * 2);
}

#[tokio::test]
async fn a_cost_that_no_bucket_holds_is_an_error_of_the_program() {
    let result = upstream(POLICY).call(Credential::of_account("m1"), 1_001, async { Ok(Answer::new(())) }).await;
    assert!(matches!(result, Err(CallError::Invalid { .. })), "{result:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_of_one_process_are_spaced_and_refused_when_too_many() {
    let rate = TokenRate::fixed(50, SECOND, 1);
    let smoothing = Some(Smoothing { rate, wait_max: SECOND / 10 });
    let upstream = upstream(UpstreamPolicy { limits: Limits { smoothing, ..POLICY.limits }, ..POLICY });
    let begun = Mutex::new(Vec::new());
    let calls = (0..30).map(|_| {
        let noted = async {
            begun.lock().unwrap().push(Instant::now());
            Ok(Answer::new(()))
        };
        upstream.call(Credential::of_account("m1"), 1, noted)
    });
    let results = join_all(calls).await;
    let made = results.iter().filter(|result| result.is_ok()).count();
    assert!((2..30).contains(&made), "{made} calls made");
    assert_eq!(
        results.into_iter().filter(Result::is_err).map(|r| later(r).0).collect::<Vec<_>>(),
        vec![LaterReason::Smoothed; 30 - made]
    );
    let at = begun.into_inner().unwrap();
    let took = at[at.len() - 1] - at[0];
    assert!(took >= rate.interval() * (u32::try_from(made).unwrap() - 1), "{made} calls in {took:?}");
}
