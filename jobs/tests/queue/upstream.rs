//! Calls to a partner that throttles, fails, and does not answer.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use jobs::{
    AwardPoints, CallError, CallOutcome, CircuitPolicy, CircuitState, Job, JobError, JobKind, Observer, PacePolicy,
    Queues, Rate, SnoozeCause, ThrottleReason, Upstream, UpstreamPolicy, WorkerOptions, testing,
};
use tokio::time::Instant;

use crate::{
    partner::{Mood, Partner},
    support::*,
};

const SECOND: Duration = Duration::from_secs(1);

/// Remembers what it was told.
#[derive(Default)]
struct Told {
    calls: Mutex<Vec<CallOutcome>>,
    states: Mutex<Vec<CircuitState>>,
    snoozes: Mutex<Vec<SnoozeCause>>,
    put_off: Mutex<u64>,
}

impl Told {
    fn called(&self, outcome: CallOutcome) -> usize {
        self.calls.lock().unwrap().iter().filter(|of| **of == outcome).count()
    }

    fn snoozed(&self, cause: SnoozeCause) -> usize {
        self.snoozes.lock().unwrap().iter().filter(|of| **of == cause).count()
    }
}

impl Observer for Told {
    fn lanes_put_off(&self, kind: JobKind, why: ThrottleReason, lanes: u64) {
        assert_eq!((kind, why), (JobKind::AwardPoints, ThrottleReason::Rate));
        *self.put_off.lock().unwrap() += lanes;
    }
    fn snoozed(&self, _: JobKind, cause: SnoozeCause) {
        self.snoozes.lock().unwrap().push(cause);
    }
    fn called(&self, upstream: &'static str, outcome: CallOutcome) {
        assert_eq!(upstream, "partner");
        self.calls.lock().unwrap().push(outcome);
    }
    fn circuit_changed(&self, _: &'static str, state: CircuitState) {
        self.states.lock().unwrap().push(state);
    }
}

fn policy() -> UpstreamPolicy {
    UpstreamPolicy {
        name: "partner",
        rate: Rate::new(10_000, SECOND, 1_000).unwrap(),
        pace: None,
        circuit: CircuitPolicy {
            window: SECOND * 60,
            failures_min: 4,
            failures_percent: 50,
            open_base: SECOND,
            open_max: SECOND,
        },
        timeout: SECOND * 10,
        retry_after: SECOND / 10,
    }
}

/// The partner as one process calls it.
fn process(queues: &Queues, policy: UpstreamPolicy) -> (Upstream, Arc<Told>) {
    let told = Arc::new(Told::default());
    (Upstream::new(policy, queues.limits(), told.clone(), 7), told)
}

fn snooze(result: Result<(), JobError>) -> (Duration, SnoozeCause) {
    match result {
        Err(JobError::Snooze { after, cause, .. }) => (after, cause),
        other => panic!("not a snooze: {other:?}"),
    }
}

#[tokio::test]
async fn a_429_is_learned_by_all_processes_and_only_for_that_credential() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let ((here, _), (there, told)) = (process(&queues, policy()), process(&queues, policy()));
    partner.becomes("m1", Mood::TooMany(Some(1)));
    let begun = Instant::now();
    let (after, cause) = snooze(here.call("m1", 1, partner.call("m1")).await);
    assert_eq!(cause, SnoozeCause::Throttled);
    assert!(after >= SECOND / 2 && after <= SECOND * 2, "{after:?}");

    partner.becomes("m1", Mood::Works);
    let (_, cause) = snooze(there.call("m1", 1, partner.call("m1")).await);
    assert_eq!(cause, SnoozeCause::RateLimited);
    assert_eq!(partner.calls("m1").len(), 1, "the other process did not call");
    there.call("m2", 1, partner.call("m2")).await.expect("another merchant's credential is free");
    until("the time that the partner asked for is over", || async {
        there.call("m1", 1, partner.call("m1")).await.is_ok()
    })
    .await;
    assert!(begun.elapsed() >= SECOND, "{:?}", begun.elapsed());
    assert_eq!(partner.calls("m1").len(), 2);
    assert_eq!((told.called(CallOutcome::Succeeded), told.called(CallOutcome::Throttled)), (2, 0));
}

#[tokio::test]
async fn a_429_that_does_not_say_for_how_long_blocks_as_the_policy_says() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let (upstream, _) = process(&queues, policy());
    partner.becomes("m1", Mood::TooMany(None));
    let (after, _) = snooze(upstream.call("m1", 1, partner.call("m1")).await);
    assert!(after <= policy().retry_after * 2, "{after:?}");
    // However often it is throttled, the partner works: its circuit stays closed.
    for _ in 0..10 {
        let _ = upstream.call("m1", 1, partner.call("m1")).await;
    }
    assert_eq!(upstream.circuits()[0].state, CircuitState::Closed);
}

#[tokio::test]
async fn failures_open_the_circuit_of_one_merchant_and_one_call_tries_again() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let (upstream, told) = process(&queues, policy());
    partner.becomes("m1", Mood::Fails);
    for _ in 0..4 {
        let result = upstream.call("m1", 1, partner.call("m1")).await;
        assert!(matches!(result, Err(JobError::Retry { after: None, .. })), "{result:?}");
    }
    let (after, cause) = snooze(upstream.call("m1", 1, partner.call("m1")).await);
    assert!(cause == SnoozeCause::CircuitOpen && after <= SECOND * 2, "{after:?}");
    assert_eq!(partner.calls("m1").len(), 4, "an open circuit makes no call");
    upstream.call("m2", 1, partner.call("m2")).await.expect("another merchant's circuit is closed");
    let circuits = upstream.circuits();
    assert_eq!((circuits[0].who.as_str(), circuits[0].state, circuits[0].failures), ("m1", CircuitState::Open, 4));
    assert_eq!((circuits[1].who.as_str(), circuits[1].state), ("m2", CircuitState::Closed));

    // Half open, it is tried by one call however many come at once.
    partner.becomes("m1", Mood::Hangs);
    until("the circuit is half open", || async { upstream.circuits()[0].state == CircuitState::HalfOpen }).await;
    let trying = tokio::spawn({
        let (upstream, call) = (upstream.clone(), partner.call("m1"));
        async move { upstream.call("m1", 1, call).await }
    });
    until("one call tries", || async { partner.calls("m1").len() == 5 }).await;
    for _ in 0..5 {
        assert_eq!(snooze(upstream.call("m1", 1, partner.call("m1")).await).1, SnoozeCause::CircuitOpen);
    }
    // Given up with its job, the try has failed.
    trying.abort();
    let _ = trying.await;
    assert_eq!(upstream.circuits()[0].state, CircuitState::Open);

    partner.becomes("m1", Mood::Works);
    until("the partner is back", || async { upstream.call("m1", 1, partner.call("m1")).await.is_ok() }).await;
    assert_eq!(partner.calls("m1").len(), 6);
    assert_eq!(upstream.circuits()[0].state, CircuitState::Closed);
    use CircuitState::{Closed, HalfOpen, Open};
    assert_eq!(*told.states.lock().unwrap(), [Open, HalfOpen, Open, HalfOpen, Closed]);
    assert_eq!((told.called(CallOutcome::Failed), told.called(CallOutcome::GivenUp)), (4, 1));
}

#[tokio::test]
async fn a_call_without_an_answer_fails_in_time_and_counts() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let (upstream, told) = process(&queues, UpstreamPolicy { timeout: SECOND / 20, ..policy() });
    partner.becomes("m1", Mood::Hangs);
    for _ in 0..4 {
        let error = upstream.call("m1", 1, partner.call("m1")).await.unwrap_err();
        assert_eq!(error.to_string(), "to be retried: partner gave no answer in 50 ms");
    }
    assert_eq!(snooze(upstream.call("m1", 1, partner.call("m1")).await).1, SnoozeCause::CircuitOpen);
    assert_eq!(told.called(CallOutcome::TimedOut), 4);
}

#[tokio::test]
async fn a_refusal_fails_for_good_and_says_nothing_against_the_partner() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let (upstream, _) = process(&queues, policy());
    partner.becomes("m1", Mood::Refuses);
    for _ in 0..10 {
        let result = upstream.call("m1", 1, partner.call("m1")).await;
        assert!(matches!(result, Err(JobError::Fail { .. })), "{result:?}");
    }
    assert_eq!(upstream.circuits()[0].failures, 0);
    let never = upstream.call("m1", 1_001, partner.call("m1")).await;
    assert!(matches!(never, Err(JobError::Fail { .. })), "a cost above the burst can never be paid: {never:?}");
}

#[tokio::test]
async fn calls_of_one_process_are_spaced_and_give_their_slot_back_when_too_many() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let rate = Rate::new(50, SECOND, 1).unwrap();
    let (upstream, told) =
        process(&queues, UpstreamPolicy { pace: Some(PacePolicy { rate, wait_max: SECOND / 10 }), ..policy() });
    let begun = Mutex::new(Vec::new());
    let calls = (0..30).map(|_| {
        let call = partner.call("m1");
        let noted = async {
            begun.lock().unwrap().push(Instant::now());
            call.await
        };
        upstream.call("m1", 1, noted)
    });
    let results = futures::future::join_all(calls).await;
    let made = results.iter().filter(|result| result.is_ok()).count();
    assert!((2..30).contains(&made), "{made} calls made");
    assert_eq!(told.called(CallOutcome::Paced), 30 - made);
    let at = begun.into_inner().unwrap();
    let took = at[at.len() - 1] - at[0];
    // Less an interval: this test may be held up between the first call's permission and its beginning.
    assert!(took + rate.interval() >= rate.interval() * (made as u32 - 1), "{made} calls in {took:?}");
}

#[tokio::test]
async fn without_redis_no_call_is_made_and_the_attempt_is_kept() {
    let partner = Partner::start().await;
    let mut server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    let (upstream, told) = process(&queues, policy());
    upstream.call("m1", 1, partner.call("m1")).await.unwrap();
    server.kill();
    assert_eq!(snooze(upstream.call("m1", 1, partner.call("m1")).await).1, SnoozeCause::Unavailable);
    assert_eq!((partner.calls("m1").len(), told.called(CallOutcome::Unknown)), (1, 1));
}

/// Starts two workers, each a process of its own as far as circuits and paces go, whose handler calls the partner.
fn call_from_workers(queues: &Queues, partner: &Partner, policy: UpstreamPolicy) -> (Vec<Running>, Vec<Arc<Told>>) {
    let call = partner.caller();
    let started = (0..2).map(|n| {
        let (upstream, told) = process(queues, policy);
        let call = call.clone();
        let options = WorkerOptions { observer: told.clone(), ..WorkerOptions::new(format!("w{n}"), n) };
        let running = start(queues, options, move |job: Job<AwardPoints>| {
            let who = job.context.lane.to_string();
            let (upstream, called) = (upstream.clone(), call(&who));
            async move { upstream.call(&who, 1, called).await }
        });
        (running, told)
    });
    started.unzip()
}

#[tokio::test]
async fn the_rate_of_a_partner_holds_over_workers_and_costs_no_attempt_and_few_snoozes() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let rate = Rate::new(50, SECOND, 5).unwrap();
    let (workers, told) = call_from_workers(&queues, &partner, UpstreamPolicy { rate, ..policy() });
    // One attempt each: a burned one would be a dead letter.
    let given: Vec<_> = (0..60).map(|_| job("m1").max_attempts(1)).collect();
    queues.enqueue(&given).await.unwrap();
    queues.enqueue(&[job("m2")]).await.unwrap();
    until("all are done", || async { counts(&queues).await.done_total == 61 }).await;
    for worker in workers {
        worker.stop().await;
    }
    let at = partner.calls("m1");
    let took = at[59] - at[0];
    assert!(took >= rate.interval() * 40, "60 calls in {took:?}");
    assert_eq!(counts(&queues).await.dead_total, 0);
    // Told times one after the other, most jobs come back once or twice, not until they are lucky.
    let snoozes: usize = told.iter().map(|told| told.snoozed(SnoozeCause::RateLimited)).sum();
    assert!(snoozes <= 60 * 6, "{snoozes} snoozes for 60 jobs");
}

#[tokio::test]
async fn jobs_outlive_a_partner_that_throttles_fails_and_hangs() {
    let (queues, partner) = (testing::queues(), Partner::start().await);
    let (workers, told) = call_from_workers(&queues, &partner, UpstreamPolicy { timeout: SECOND / 10, ..policy() });
    let sum = |count: &dyn Fn(&Told) -> usize| told.iter().map(|told| count(told)).sum::<usize>();
    for mood in [Mood::TooMany(None), Mood::Fails, Mood::Hangs] {
        partner.becomes("m1", mood);
        queues.enqueue(&many(10, "m1")).await.unwrap();
        let outcome = match mood {
            Mood::TooMany(_) => CallOutcome::Throttled,
            Mood::Fails => CallOutcome::Failed,
            _ => CallOutcome::TimedOut,
        };
        until("the workers have met that mood", || async { sum(&|told| told.called(outcome)) > 0 }).await;
        queues.enqueue(&[job("m2")]).await.unwrap();
    }
    until("the circuit has opened", || async { sum(&|told| told.snoozed(SnoozeCause::CircuitOpen)) > 0 }).await;
    until("another merchant is served", || async { partner.calls("m2").len() == 3 }).await;
    partner.becomes("m1", Mood::Works);
    until("all are done", || async { counts(&queues).await.done_total == 33 }).await;
    for worker in workers {
        worker.stop().await;
    }
    let counts = counts(&queues).await;
    assert_eq!((counts.pending(), counts.dead_total), (0, 0));
}

#[tokio::test]
async fn turns_put_off_by_a_rate_are_told() {
    let queues = testing::queues();
    queue(&queues).set_lane_rate(&lane("m1"), Some(Rate::new(100, SECOND, 1).unwrap())).await.unwrap();
    let told = Arc::new(Told::default());
    let running = start(&queues, WorkerOptions { observer: told.clone(), ..options() }, |_| async { Ok(()) });
    queues.enqueue(&many(3, "m1")).await.unwrap();
    until("all are done", || async { counts(&queues).await.done_total == 3 }).await;
    running.stop().await;
    assert!(*told.put_off.lock().unwrap() >= 1);
}

#[tokio::test]
async fn a_call_that_is_refused_is_never_begun() {
    let queues = testing::queues();
    let (upstream, _) = process(&queues, UpstreamPolicy { rate: Rate::new(1, SECOND * 60, 1).unwrap(), ..policy() });
    upstream.call("m1", 1, async { Ok(()) }).await.unwrap();
    let begun = async { Err::<(), _>(CallError::Failed("it was polled".into())) };
    assert_eq!(snooze(upstream.call("m1", 1, begun).await).1, SnoozeCause::RateLimited);
}
