//! Calls to a partner that throttles, fails, and does not answer: by several processes that share their rate in Redis, and by
//! jobs, whose outcome is what becomes of the call.

mod server;
mod shop_tokens;

use std::sync::Arc;
use std::time::Duration;

use datastores::RedisRate;
use domain::TokenRate;
use jobs::{AwardPoints, Job, JobKind, Lane, NewJob, Queues, Reconciliation, WorkerOptions, WorkerProcess};
use partners::{
    Answer, CallError, CircuitPolicy, CircuitState, Credential, LaterReason, Limits, Partners, Upstream,
    UpstreamPolicy, Usage,
};
use platform::clock::SystemClock;
use platform::ids::Ids;
use platform::shutdown::{self, ShutdownHandle};
use tests::environment::{redis_url, unique};
use tests::wait::wait_until;
use tokio::time::Instant;
use workers::WorkerHandle;

use server::{Behaviour, Partner};

const SECOND: Duration = Duration::from_secs(1);
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

fn queues() -> Queues {
    Queues::connect_prefixed(&redis_url(), &format!("t{}", unique().ulid())).unwrap()
}

/// The partners as one process calls them.
fn process(queues: &Queues) -> Partners {
    Partners::new(Arc::new(RedisRate(queues.limits())), Arc::new(unique()))
}

fn policy_with(rate: TokenRate) -> UpstreamPolicy {
    UpstreamPolicy { limits: Limits { rate, smoothing: None }, ..POLICY }
}

async fn call(upstream: &Upstream, partner: &Partner, credential: &str) -> Result<(), CallError> {
    upstream.call(Credential::of_account(credential), 1, partner.call(credential)).await
}

fn later(result: Result<(), CallError>) -> (LaterReason, Duration) {
    match result {
        Err(CallError::Later { reason, after, .. }) => (reason, after),
        other => panic!("not later: {other:?}"),
    }
}

#[tokio::test]
async fn a_429_is_learned_by_all_processes_and_only_for_that_credential() {
    let (queues, partner) = (queues(), Partner::start().await);
    let (here, there) = (process(&queues).upstream(&POLICY), process(&queues).upstream(&POLICY));
    partner.becomes("m1", Behaviour::Throttles(Some(1)));
    let begun = Instant::now();
    let (reason, after) = later(call(&here, &partner, "m1").await);
    assert_eq!(reason, LaterReason::Throttled);
    assert!(after >= SECOND / 2 && after <= SECOND * 2, "{after:?}");

    partner.becomes("m1", Behaviour::Works);
    assert_eq!(later(call(&there, &partner, "m1").await).0, LaterReason::RateLimited);
    assert_eq!(partner.calls("m1").len(), 1, "the other process did not call");
    call(&there, &partner, "m2").await.expect("another merchant's credential is free");
    wait_until("the time that the partner asked for is over", || async { call(&there, &partner, "m1").await.is_ok() })
        .await;
    assert!(begun.elapsed() >= SECOND, "{:?}", begun.elapsed());
    assert_eq!(partner.calls("m1").len(), 2);
}

#[tokio::test]
async fn however_often_it_throttles_the_partner_works() {
    let (queues, partner) = (queues(), Partner::start().await);
    let upstream = process(&queues).upstream(&POLICY);
    partner.becomes("m1", Behaviour::Throttles(None));
    for _ in 0..10 {
        let _ = call(&upstream, &partner, "m1").await;
    }
    assert_eq!(upstream.circuits()[0].state, CircuitState::Closed);
}

#[tokio::test]
async fn what_the_partner_says_is_left_and_allowed_holds_for_all_processes() {
    let queues = queues();
    let policy = policy_with(TokenRate::fixed(10, SECOND * 3_600, 100));
    let (here, there) = (process(&queues).upstream(&policy), process(&queues).upstream(&policy));
    let credential = || Credential::of_account("plus");
    // 10 tokens were taken and 2 spent; someone else has used 40 more than we know of.
    let usage = Usage { spent: Some(2), left: Some(58), rate: None };
    here.call(credential(), 10, async { Ok(Answer::new(()).with_usage(usage)) }).await.unwrap();
    there.call(credential(), 58, async { Ok(Answer::new(())) }).await.expect("58 are left");
    assert_eq!(later(there.call(credential(), 1, async { Ok(Answer::new(())) }).await).0, LaterReason::RateLimited);

    // The shop is on a larger plan than the policy knows.
    let usage = Usage { spent: None, left: Some(1_500), rate: Some(TokenRate::fixed(100, SECOND * 3_600, 2_000)) };
    let plus = || Credential::of_account("larger");
    here.call(plus(), 1, async { Ok(Answer::new(()).with_usage(usage)) }).await.unwrap();
    there.call(plus(), 1_500, async { Ok(Answer::new(())) }).await.expect("its own bucket is larger");
    assert_eq!(later(there.call(plus(), 1, async { Ok(Answer::new(())) }).await).0, LaterReason::RateLimited);
}

#[tokio::test]
async fn an_operators_rate_counts_more_than_the_partners() {
    let queues = queues();
    let (limits, rate, reported) =
        (queues.limits(), TokenRate::fixed(10, SECOND * 3_600, 100), TokenRate::fixed(100, SECOND * 3_600, 2_000));
    limits.set_rate("partner", "m1", TokenRate::fixed(1, SECOND * 3_600, 1)).await.unwrap();
    let shown = Reconciliation { unused: 0, left: Some(2_000), rate: Some(reported) };
    limits.reconcile("partner", "m1", rate, shown).await.unwrap();
    let upstream = process(&queues).upstream(&policy_with(rate));
    upstream.call(Credential::of_account("m1"), 1, async { Ok(Answer::new(())) }).await.unwrap();
    let second = upstream.call(Credential::of_account("m1"), 1, async { Ok(Answer::new(())) }).await;
    assert_eq!(later(second).0, LaterReason::RateLimited);
}

#[tokio::test]
async fn without_redis_no_call_is_made() {
    let partner = Partner::start().await;
    let nowhere = Queues::connect(&format!("redis://127.0.0.1:{}", tests::environment::free_port())).unwrap();
    let upstream = process(&nowhere).upstream(&POLICY);
    assert_eq!(later(call(&upstream, &partner, "m1").await).0, LaterReason::RateUnavailable);
    assert_eq!(partner.calls("m1").len(), 0);
}

/// Workers whose handler calls the partner with the credential of the job's lane.
struct Callers {
    stop: ShutdownHandle,
    workers: Vec<WorkerHandle>,
    upstreams: Vec<Upstream>,
}

impl Callers {
    /// Starts two workers, each a process of its own as far as circuits and smoothing go.
    fn start(queues: &Queues, partner: &Partner, policy: &UpstreamPolicy) -> Self {
        let (stop, shutdown) = shutdown::manual();
        let call = partner.caller();
        let upstreams: Vec<_> = (0..2).map(|_| process(queues).upstream(policy)).collect();
        let start = |(n, upstream): (u64, &Upstream)| {
            let (upstream, call) = (upstream.clone(), call.clone());
            let handler = move |job: Job<AwardPoints>| {
                let credential = job.context.lane.to_string();
                let (upstream, called) = (upstream.clone(), call(&credential));
                async move {
                    upstream.call(Credential::of_account(&credential), 1, called).await.map_err(workers::job_error)
                }
            };
            let own = WorkerProcess::new(queues.redis(), &unique().ulid(), n);
            workers::start_worker(&own, queues, WorkerOptions::new(format!("w{n}"), n), handler, shutdown.clone())
        };
        let workers = (0..).zip(&upstreams).map(start).collect();
        Self { stop, workers, upstreams }
    }

    async fn stop(self) {
        self.stop.drain();
        for worker in self.workers {
            worker.await.unwrap().unwrap();
        }
    }
}

fn jobs_of(lane: &str, count: usize) -> Vec<NewJob> {
    let ids = Ids::from_system(SystemClock::shared()).unwrap();
    let payload = AwardPoints { log_id: domain::LogId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap() };
    let job = |_| NewJob::of(jobs::JobId::parse(&ids.ulid()).unwrap(), &payload, Lane::parse(lane).unwrap());
    (0..count).map(job).collect()
}

async fn done(queues: &Queues) -> u64 {
    queues.queue(JobKind::AwardPoints).counts().await.unwrap().done_total
}

#[tokio::test]
async fn the_rate_of_a_partner_holds_over_workers_and_costs_no_attempt_and_few_snoozes() {
    let (queues, partner) = (queues(), Partner::start().await);
    let rate = TokenRate::fixed(50, SECOND, 5);
    let callers = Callers::start(&queues, &partner, &policy_with(rate));
    // One attempt each: a counted one would be a dead letter.
    let given: Vec<_> = jobs_of("m1", 60).into_iter().map(|job| job.max_attempts(1)).collect();
    queues.enqueue(&given).await.unwrap();
    queues.enqueue(&jobs_of("m2", 1)).await.unwrap();
    wait_until("all are done", || async { done(&queues).await == 61 }).await;
    callers.stop().await;
    let at = partner.calls("m1");
    let took = at[59] - at[0];
    assert!(took >= rate.interval() * 40, "60 calls in {took:?}");
    let counts = queues.queue(JobKind::AwardPoints).counts().await.unwrap();
    assert_eq!(counts.dead_total, 0);
    // Given times one after the other, most jobs come back once or twice, not until they are lucky.
    assert!(counts.snoozed_total <= 60 * 6, "{} snoozes for 60 jobs", counts.snoozed_total);
}

#[tokio::test]
async fn jobs_outlive_a_partner_that_throttles_fails_and_hangs() {
    let (queues, partner) = (queues(), Partner::start().await);
    let callers = Callers::start(&queues, &partner, &UpstreamPolicy { timeout: SECOND / 10, ..POLICY });
    let mut calls = 0;
    for behaviour in [Behaviour::Throttles(None), Behaviour::Fails, Behaviour::Hangs] {
        partner.becomes("m1", behaviour);
        queues.enqueue(&jobs_of("m1", 10)).await.unwrap();
        wait_until("the partner was called in that state", || async { partner.calls("m1").len() > calls }).await;
        calls = partner.calls("m1").len();
        queues.enqueue(&jobs_of("m2", 1)).await.unwrap();
    }
    wait_until("a circuit has opened", || async {
        let circuits = callers.upstreams.iter().flat_map(Upstream::circuits);
        circuits.into_iter().any(|circuit| circuit.state != CircuitState::Closed)
    })
    .await;
    wait_until("another merchant is served", || async { partner.calls("m2").len() == 3 }).await;
    partner.becomes("m1", Behaviour::Works);
    wait_until("all are done", || async { done(&queues).await == 33 }).await;
    callers.stop().await;
    let counts = queues.queue(JobKind::AwardPoints).counts().await.unwrap();
    assert_eq!((counts.pending(), counts.dead_total), (0, 0));
}
