//! The recorder over a store that a test can make slow, full or picky.

use std::sync::Mutex;

use domain::{LogId, MerchantId};
use store::crypto::Encrypted;

use super::*;
use crate::ingress::enqueuer::EnqueueSender;

/// What the fake store does with a batch.
type Behaviour = fn(call: usize, webhooks: &[NewWebhook]) -> Result<Vec<bool>, StoreError>;

struct Fake {
    behaviour: Behaviour,
    takes: Duration,
    sizes: Arc<Mutex<Vec<usize>>>,
}

impl Record for Fake {
    async fn record(&self, webhooks: &[NewWebhook]) -> Result<Vec<bool>, StoreError> {
        let call = {
            let mut sizes = self.sizes.lock().unwrap();
            sizes.push(webhooks.len());
            sizes.len()
        };
        sleep(self.takes).await;
        (self.behaviour)(call, webhooks)
    }
}

struct Bench {
    recorder: RecorderHandle,
    task: tokio::task::JoinHandle<()>,
    handed: mpsc::Receiver<Recorded>,
    sizes: Arc<Mutex<Vec<usize>>>,
}

fn bench(takes_ms: u64, rows_max: usize, behaviour: Behaviour) -> Bench {
    bench_with(Duration::from_millis(2), takes_ms, rows_max, behaviour)
}

fn bench_with(window: Duration, takes_ms: u64, rows_max: usize, behaviour: Behaviour) -> Bench {
    let (sender, handed) = mpsc::channel(100);
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let fake = Fake { behaviour, takes: Duration::from_millis(takes_ms), sizes: Arc::clone(&sizes) };
    let grouping = Grouping { window, rows_max };
    let (recorder, task) = start(fake, grouping, EnqueueSender::to(sender));
    Bench { recorder, task, handed, sizes }
}

impl Bench {
    fn send(&self, number: usize) -> oneshot::Receiver<RecordOutcome> {
        let (answer, verdict) = oneshot::channel();
        let webhook = NewWebhook {
            log_id: LogId::parse(&format!("{number:026}")).unwrap(),
            merchant_id: MerchantId::parse(&"0".repeat(26)).unwrap(),
            topic: "orders/create".to_owned(),
            webhook_id: format!("w{number}"),
            event_id: None,
            api_version: None,
            triggered_at: None,
            facts: None,
            personal_data: None,
            job_kind: None,
            status: "pending",
            note: None,
            body: Encrypted::from_stored(Vec::new()),
        };
        let (job, trace) = (Some(JobKind::AwardPoints), "r".to_owned());
        assert!(self.recorder.take(Entry { webhook, job, trace, answer, memory_permit: None }));
        verdict
    }
}

fn all_new(_: usize, webhooks: &[NewWebhook]) -> Result<Vec<bool>, StoreError> {
    Ok(vec![true; webhooks.len()])
}

fn corrupt() -> StoreError {
    StoreError::Corrupt { what: "row", source: "poison".into() }
}

#[tokio::test(start_paused = true)]
async fn a_lone_delivery_is_committed_at_once_and_those_after_it_share_a_commit() {
    let bench = bench(10, 256, all_new);
    let started = Instant::now();
    assert_eq!(bench.send(0).await, Ok(RecordOutcome::Recorded));
    assert_eq!(started.elapsed(), Duration::from_millis(10), "no window for a lone one");

    let first = bench.send(1);
    sleep(Duration::from_millis(1)).await;
    let others: Vec<_> = (2..40).map(|number| bench.send(number)).collect();
    for verdict in std::iter::once(first).chain(others) {
        assert_eq!(verdict.await, Ok(RecordOutcome::Recorded));
    }
    assert_eq!(*bench.sizes.lock().unwrap(), [1, 1, 38]);
}

#[tokio::test(start_paused = true)]
async fn few_wait_for_each_other_and_enough_do_not() {
    for (rows, ends_after_ms) in [(3, 5), (ENOUGH_ROWS, 2)] {
        let bench = bench_with(Duration::from_millis(50), 1, 256, all_new);
        let started = Instant::now();
        assert_eq!(bench.send(0).await, Ok(RecordOutcome::Recorded));
        let verdicts: Vec<_> = (1..=rows).map(|number| bench.send(number)).collect();
        for verdict in verdicts {
            assert_eq!(verdict.await, Ok(RecordOutcome::Recorded));
        }
        assert_eq!(*bench.sizes.lock().unwrap(), [1, rows]);
        assert_eq!(started.elapsed(), Duration::from_millis(ends_after_ms), "{rows} rows");
    }
}

#[tokio::test(start_paused = true)]
async fn a_commit_has_a_limit_and_only_two_are_in_flight() {
    let bench = bench(10, 5, all_new);
    let verdicts: Vec<_> = (0..20).map(|number| bench.send(number)).collect();
    sleep(Duration::from_millis(9)).await;
    assert_eq!(*bench.sizes.lock().unwrap(), [5, 5]);
    for verdict in verdicts {
        assert_eq!(verdict.await, Ok(RecordOutcome::Recorded));
    }
    assert_eq!(*bench.sizes.lock().unwrap(), [5, 5, 5, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_poison_row_fails_alone() {
    let mut bench = bench(1, 256, |_, webhooks| {
        if webhooks.iter().any(|webhook| webhook.webhook_id == "w2") { Err(corrupt()) } else { all_new(0, webhooks) }
    });
    let verdicts: Vec<_> = (0..4).map(|number| bench.send(number)).collect();
    let mut outcomes = Vec::new();
    for verdict in verdicts {
        outcomes.push(verdict.await.unwrap());
    }
    use RecordOutcome::{Recorded, Refused};
    assert_eq!(outcomes, [Recorded, Recorded, Refused, Recorded]);
    drop(bench.recorder);
    bench.task.await.unwrap();
    let mut handed = 0;
    while bench.handed.recv().await.is_some() {
        handed += 1;
    }
    assert_eq!(handed, 3);
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_is_waited_out_and_a_long_one_is_not() {
    let short =
        bench(1, 256, |call, webhooks| if call < 4 { Err(StoreError::Conflict(None)) } else { all_new(0, webhooks) });
    assert_eq!(short.send(0).await, Ok(RecordOutcome::Recorded));
    let long = bench(1, 256, |_, _| Err(StoreError::Conflict(None)));
    let started = Instant::now();
    assert_eq!(long.send(0).await, Ok(RecordOutcome::Unavailable));
    assert!(started.elapsed() <= RECORD_MAX);
    let stalled = bench(60_000, 256, all_new);
    let started = Instant::now();
    assert_eq!(stalled.send(0).await, Ok(RecordOutcome::Unavailable));
    assert_eq!(started.elapsed(), RECORD_MAX);
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_needs_no_second_job_and_the_drain_finishes_what_was_taken() {
    let mut bench = bench(5, 256, |_, webhooks| Ok(vec![false; webhooks.len()]));
    let verdict = bench.send(0);
    drop(bench.recorder);
    bench.task.await.unwrap();
    assert_eq!(verdict.await, Ok(RecordOutcome::Duplicate));
    assert!(bench.handed.recv().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_delivery_whose_request_is_gone() {
    let bench = bench(10, 256, all_new);
    let _first = bench.send(0);
    let _second = bench.send(1);
    sleep(Duration::from_millis(1)).await;
    drop(bench.send(2)); // gathers behind the first
    sleep(Duration::from_millis(50)).await;
    assert_eq!(bench.sizes.lock().unwrap().iter().sum::<usize>(), 2);
}
