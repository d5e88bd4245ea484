//! Rates and caps of lanes and queues, changed while running; buckets of partners shared by processes.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use domain::TokenRate;
use jobs::{
    EndedRun, InvalidSetting, JobKind, LaneSettings, Observer, Outcome, OutcomeKind, Permission, QueueError, Queues,
    Reconciliation, ThrottleReason, WorkerOptions, testing,
};
use tokio::time::Instant;

use crate::support::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn an_hour(count: u32, burst: u32) -> TokenRate {
    TokenRate::new(count, HOUR, burst).unwrap()
}

async fn lanes_of(queues: &Queues, want: usize) -> BTreeMap<String, usize> {
    let mut by_lane = BTreeMap::new();
    for job in claim(queues, want).await {
        *by_lane.entry(job.context.lane.to_string()).or_insert(0) += 1;
    }
    by_lane
}

fn served(given: &[(&str, usize)]) -> BTreeMap<String, usize> {
    given.iter().map(|(lane, count)| ((*lane).to_owned(), *count)).collect()
}

#[tokio::test]
async fn a_lane_over_its_rate_is_passed_over_and_says_when_it_may_go_on() {
    let queues = testing::queues();
    queue(&queues).set_lane_rate(&lane("slow"), Some(an_hour(60, 5))).await.unwrap();
    queues.enqueue(&many(20, "slow")).await.unwrap();
    queues.enqueue(&many(20, "free")).await.unwrap();
    let first = queue(&queues).claim(100, LEASE, "w").await.unwrap();
    assert_eq!((first.jobs.len(), first.more, first.slowed_lanes, first.capped_lanes), (25, false, 1, 0));
    let due = first.next_due.expect("it says when the lane goes on");
    assert!(due > Duration::from_secs(30) && due <= Duration::from_secs(61), "{due:?}");
    // Nothing is lost, and looking again costs nothing and changes nothing.
    let again = queue(&queues).claim(100, LEASE, "w").await.unwrap();
    assert_eq!((again.jobs.len(), again.more, again.slowed_lanes), (0, false, 0));
    assert_eq!(counts(&queues).await.waiting, 15);
}

#[tokio::test]
async fn lanes_over_their_rate_do_not_hide_the_others() {
    let queues = testing::queues();
    queue(&queues).set_rate_of_lanes(Some(an_hour(1, 1))).await.unwrap();
    queue(&queues)
        .set_lane_rate(&lane("free"), Some(TokenRate::new(10_000, HOUR / 3_600, 10_000).unwrap()))
        .await
        .unwrap();
    let flooded: Vec<_> = (0..80).flat_map(|n| many(2, &format!("m{n}"))).collect();
    queues.enqueue(&flooded).await.unwrap();
    assert_eq!(claim(&queues, 80).await.len(), 80);
    // More jobs come to lanes that have had theirs.
    queues.enqueue(&flooded.iter().map(|given| job(given.lane().as_str())).collect::<Vec<_>>()).await.unwrap();
    queues.enqueue(&many(1, "free")).await.unwrap();
    assert_eq!(lanes_of(&queues, 1).await, served(&[("free", 1)]), "found by one claim of one");
}

#[tokio::test]
async fn a_rate_is_kept_by_any_number_of_claimers() {
    let queues = testing::queues();
    let interval = Duration::from_millis(20);
    queue(&queues).set_lane_rate(&lane("m1"), Some(TokenRate::new(1, interval, 3).unwrap())).await.unwrap();
    queues.enqueue(&many(15, "m1")).await.unwrap();
    let begun = Instant::now();
    let mut started = 0_u32;
    while started < 15 {
        let (one, two) = tokio::join!(claim(&queues, 10), claim(&queues, 10));
        // Looked at after the answers, so that what was allowed is never underestimated.
        let allowed = 3 + begun.elapsed().as_micros() / interval.as_micros();
        started += (one.len() + two.len()) as u32;
        assert!(u128::from(started) <= allowed, "{started} starts where {allowed} are allowed");
    }
}

#[tokio::test]
async fn an_idle_worker_wakes_when_a_lane_may_go_on() {
    let queues = testing::queues();
    let interval = Duration::from_millis(100);
    queue(&queues).set_lane_rate(&lane("m1"), Some(TokenRate::new(1, interval, 1).unwrap())).await.unwrap();
    let running = start(&queues, options(), |_| async { Ok(()) });
    let begun = Instant::now();
    queues.enqueue(&many(6, "m1")).await.unwrap();
    until("all are done", || async { counts(&queues).await.done_total == 6 }).await;
    let took = begun.elapsed();
    running.stop().await;
    assert!(took >= interval * 5, "{took:?}: faster than the rate");
    // The slow poll alone would take a second for each.
    assert!(took < Duration::from_secs(4), "{took:?}: the worker slept past the moment");
}

#[tokio::test]
async fn a_cap_of_the_queue_holds_over_all_workers() {
    let queues = testing::queues();
    queue(&queues).set_cap(Some(3)).await.unwrap();
    queues.enqueue(&many(5, "m1")).await.unwrap();
    queues.enqueue(&many(5, "m2")).await.unwrap();
    let first = queue(&queues).claim(10, LEASE, "one").await.unwrap();
    assert_eq!((first.jobs.len(), first.more, first.next_due), (3, false, None), "and no claim spins on the rest");
    assert!(claim(&queues, 10).await.is_empty());
    settle(&queues, &first.jobs[0], Outcome::Done).await;
    settle(&queues, &first.jobs[1], Outcome::Retry { after: Duration::ZERO }).await;
    assert_eq!(claim(&queues, 10).await.len(), 2);
    queue(&queues).set_cap(None).await.unwrap();
    assert_eq!(claim(&queues, 10).await.len(), 6);
}

#[tokio::test]
async fn workers_at_a_cap_go_on_as_soon_as_there_is_room() {
    let queues = testing::queues();
    queue(&queues).set_cap(Some(2)).await.unwrap();
    queue(&queues).set_cap_of_lanes(Some(1)).await.unwrap();
    let workers: Vec<_> =
        (0..3).map(|n| start(&queues, jobs::WorkerOptions::new(format!("w{n}"), n), |_| async { Ok(()) })).collect();
    let begun = Instant::now();
    let given: Vec<_> = (0..120).map(|n| job(["m1", "m2", "m3"][n % 3])).collect();
    queues.enqueue(&given).await.unwrap();
    until("all are done", || async {
        let counts = counts(&queues).await;
        assert!(counts.running <= 2, "{} run", counts.running);
        counts.done_total == 120
    })
    .await;
    // Were each batch found by the slow poll, this would take a minute.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    for worker in workers {
        worker.stop().await;
    }
}

#[tokio::test]
async fn a_cap_of_a_lane_leaves_the_slots_to_others_until_one_ends() {
    let queues = testing::queues();
    queue(&queues).set_lane_cap(&lane("big"), Some(2)).await.unwrap();
    queues.enqueue(&many(6, "big")).await.unwrap();
    queues.enqueue(&many(3, "small")).await.unwrap();
    let first = queue(&queues).claim(10, LEASE, "w").await.unwrap();
    assert_eq!((first.jobs.len(), first.more, first.capped_lanes, first.next_due), (5, false, 1, None));
    let big: Vec<_> = first.jobs.iter().filter(|job| job.context.lane.as_str() == "big").collect();
    assert_eq!(big.len(), 2);
    assert!(claim(&queues, 10).await.is_empty());
    settle(&queues, big[0], Outcome::Done).await;
    assert_eq!(lanes_of(&queues, 10).await, served(&[("big", 1)]));
    // A stale result of the same job makes no room, and a dead one does.
    settle(&queues, big[0], Outcome::Done).await;
    assert!(claim(&queues, 10).await.is_empty());
    settle(&queues, big[1], Outcome::Dead { reason: "test".into() }).await;
    assert_eq!(lanes_of(&queues, 10).await, served(&[("big", 1)]));
}

#[tokio::test]
async fn a_rescue_makes_room_under_a_cap() {
    let queues = testing::queues();
    queue(&queues).set_lane_cap(&lane("m1"), Some(1)).await.unwrap();
    queues.enqueue(&many(2, "m1")).await.unwrap();
    let lost = queue(&queues).claim(2, Duration::from_millis(1), "slow").await.unwrap().jobs;
    assert_eq!(lost.len(), 1);
    rescued(&queues).await;
    assert_eq!(ids(&claim(&queues, 2).await), ids(&lost));
    assert!(claim(&queues, 2).await.is_empty());
}

#[tokio::test]
async fn changes_hold_at_the_next_claim() {
    let queues = testing::queues();
    let queue = queue(&queues);
    queue.set_lane_rate(&lane("m1"), Some(an_hour(1, 1))).await.unwrap();
    queue.set_lane_cap(&lane("m2"), Some(1)).await.unwrap();
    queue.set_rate_of_lanes(Some(an_hour(1, 2))).await.unwrap();
    for name in ["m1", "m2", "m3"] {
        queues.enqueue(&many(10, name)).await.unwrap();
    }
    assert_eq!(lanes_of(&queues, 100).await, served(&[("m1", 1), ("m2", 1), ("m3", 2)]));
    // A quicker rate does not wait for the debts of the slower one: from empty, it fills at its own pace.
    queue.set_lane_rate(&lane("m1"), Some(TokenRate::new(1_000_000, HOUR / 3_600, 4).unwrap())).await.unwrap();
    until("the lane goes on at its new rate", || async { !lanes_of(&queues, 100).await.is_empty() }).await;
    queue.set_lane_rate(&lane("m1"), None).await.unwrap();
    queue.set_rate_of_lanes(None).await.unwrap();
    lanes_of(&queues, 100).await;
    assert_eq!(counts(&queues).await.waiting, 9, "without a rate all is there at once, but for the capped lane");
    queue.set_lane_cap(&lane("m2"), None).await.unwrap();
    assert_eq!(lanes_of(&queues, 100).await, served(&[("m2", 9)]));
}

#[tokio::test]
async fn a_parked_lane_may_be_paused_and_resumed() {
    let queues = testing::queues();
    queue(&queues).set_lane_cap(&lane("m1"), Some(1)).await.unwrap();
    queues.enqueue(&many(3, "m1")).await.unwrap();
    let first = claim(&queues, 3).await;
    queue(&queues).pause_lane(&lane("m1")).await.unwrap();
    settle(&queues, &first[0], Outcome::Done).await;
    assert!(claim(&queues, 3).await.is_empty(), "paused");
    queue(&queues).resume_lane(&lane("m1")).await.unwrap();
    assert_eq!(claim(&queues, 3).await.len(), 1);
}

#[tokio::test]
async fn settings_read_back_what_was_set_and_refuse_nonsense() {
    let queues = testing::queues();
    let queue = queue(&queues);
    assert_eq!(queue.settings().await.unwrap(), jobs::Settings::default());
    queue.set_cap(Some(500)).await.unwrap();
    queue.set_cap_of_lanes(Some(50)).await.unwrap();
    queue.set_rate_of_lanes(Some(an_hour(3_600, 10))).await.unwrap();
    queue.set_lane_weight(&lane("gold"), 3).await.unwrap();
    queue.set_lane_rate(&lane("gold"), Some(an_hour(7_200, 20))).await.unwrap();
    queue.set_lane_cap(&lane("gold"), Some(9)).await.unwrap();
    queue.set_lane_weight(&lane("plain"), 1).await.unwrap();
    queue.pause_lane(&lane("bad")).await.unwrap();
    queue.pause().await.unwrap();
    let expected = jobs::Settings {
        paused: true,
        cap: Some(500),
        lane_rate: Some(an_hour(3_600, 10)),
        lane_cap: Some(50),
        lanes: BTreeMap::from([
            (
                lane("gold"),
                LaneSettings { paused: false, weight: Some(3), rate: Some(an_hour(7_200, 20)), cap: Some(9) },
            ),
            (lane("bad"), LaneSettings { paused: true, ..LaneSettings::default() }),
        ]),
    };
    assert_eq!(queue.settings().await.unwrap(), expected);

    let refused = |result: Result<(), QueueError>| match result {
        Err(QueueError::Setting(setting)) => setting,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(queue.set_lane_weight(&lane("m"), 0).await), InvalidSetting::Weight(0));
    assert_eq!(refused(queue.set_lane_weight(&lane("m"), 101).await), InvalidSetting::Weight(101));
    assert_eq!(refused(queue.set_cap(Some(0)).await), InvalidSetting::Cap);
    assert_eq!(queue.settings().await.unwrap(), expected, "what is refused changes nothing");
}

const SECOND: Duration = Duration::from_secs(1);

async fn acquire(queues: &Queues, rate: TokenRate, cost: u32) -> Option<Duration> {
    match queues.limits().acquire("shopify", "m1", rate, cost).await.unwrap() {
        Permission::Granted => None,
        Permission::Later(after) => Some(after),
    }
}

/// Counts the turns of lanes that were put off, and the runs that ended.
#[derive(Default)]
struct PutOff {
    turns: AtomicU64,
    runs: AtomicU64,
}

impl Observer for PutOff {
    fn lanes_put_off(&self, kind: JobKind, why: ThrottleReason, lanes: u64) {
        assert_eq!((kind, why), (JobKind::AwardPoints, ThrottleReason::Rate));
        self.turns.fetch_add(lanes, Ordering::SeqCst);
    }

    fn ran(&self, run: &EndedRun) {
        assert_eq!((run.kind, run.outcome), (JobKind::AwardPoints, OutcomeKind::Done));
        assert!(run.since_enqueued >= run.ran, "{run:?}");
        self.runs.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn turns_put_off_by_a_rate_and_runs_are_reported() {
    let queues = testing::queues();
    queue(&queues).set_lane_rate(&lane("m1"), Some(TokenRate::new(100, SECOND, 1).unwrap())).await.unwrap();
    let put_off = Arc::new(PutOff::default());
    let running = start(&queues, WorkerOptions { observer: put_off.clone(), ..options() }, |_| async { Ok(()) });
    queues.enqueue(&many(3, "m1")).await.unwrap();
    until("all are done", || async { counts(&queues).await.done_total == 3 }).await;
    running.stop().await;
    assert!(put_off.turns.load(Ordering::SeqCst) >= 1);
    assert_eq!(put_off.runs.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_bucket_is_shared_and_those_refused_get_times_one_after_the_other() {
    let queues = testing::queues();
    let (interval, rate) = (SECOND * 10, an_hour(360, 4));
    for _ in 0..2 {
        assert_eq!(acquire(&queues, rate, 2).await, None);
    }
    let mut before = Duration::ZERO;
    for nth in 1..=5 {
        let after = acquire(&queues, rate, 1).await.expect("the bucket is empty");
        assert!(
            after > before && after <= interval * nth,
            "number {nth} is to wait {after:?}, the one before {before:?}"
        );
        before = after;
    }
    assert!(before > interval * 3, "spread at the pace of the bucket");
    let other = queues.limits().acquire("shopify", "m2", rate, 1).await.unwrap();
    assert_eq!(other, Permission::Granted, "another credential is another bucket");
    // However many wait, nobody is to wait for longer than the horizon.
    for _ in 0..100 {
        assert!(acquire(&queues, rate, 1).await.unwrap_or_default() <= SECOND * 60);
    }
}

#[tokio::test]
async fn a_penalty_blocks_the_bucket_for_all_and_leaves_no_burst() {
    let queues = testing::queues();
    let rate = an_hour(3_600, 40);
    assert_eq!(acquire(&queues, rate, 1).await, None);
    let blocked = queues.limits().penalize("shopify", "m1", rate, Duration::from_millis(500)).await.unwrap();
    assert!(blocked <= Duration::from_millis(500));
    // A shorter one later does not lift it.
    let still = queues.limits().penalize("shopify", "m1", rate, Duration::from_millis(1)).await.unwrap();
    assert!(still > Duration::from_millis(1), "{still:?}");
    let free_at = Instant::now() + acquire(&queues, rate, 1).await.expect("blocked");
    until("the penalty is over", || async {
        let granted = acquire(&queues, rate, 1).await.is_none();
        assert!(!granted || Instant::now() >= free_at, "granted before the time that was returned");
        granted
    })
    .await;
    assert!(acquire(&queues, rate, 1).await.is_some(), "one token, not 39");
}

#[tokio::test]
async fn a_bucket_can_be_given_another_rate_while_running() {
    let queues = testing::queues();
    let (slow, quick) = (an_hour(1, 1), an_hour(3_600, 100));
    assert_eq!(acquire(&queues, slow, 1).await, None);
    assert!(acquire(&queues, slow, 1).await.is_some());
    queues.limits().set_rate("shopify", "m1", quick).await.unwrap();
    let wait = acquire(&queues, slow, 1).await.expect("from empty");
    assert!(wait <= SECOND, "{wait:?}: the debt of the slow rate is forgiven");
    queues.limits().unset_rate("shopify", "m1", slow).await.unwrap();
    assert!(acquire(&queues, slow, 1).await.unwrap() > SECOND);

    let refused = queues.limits().acquire("shopify", "m1", slow, 2).await;
    assert!(matches!(refused, Err(QueueError::Setting(InvalidSetting::Cost { cost: 2, burst: 1 }))), "{refused:?}");
    let refused = queues.limits().acquire("shop ify", "m1", slow, 1).await;
    assert!(matches!(refused, Err(QueueError::Setting(InvalidSetting::Name(_)))), "{refused:?}");
}

#[tokio::test]
async fn a_bucket_is_corrected_by_what_a_call_has_shown() {
    let queues = testing::queues();
    let rate = an_hour(10, 10);
    let reconcile = async |shown| queues.limits().reconcile("shopify", "m1", rate, shown).await.unwrap();
    assert_eq!(acquire(&queues, rate, 10).await, None);
    reconcile(Reconciliation { unused: 7, ..Reconciliation::default() }).await;
    assert_eq!(acquire(&queues, rate, 6).await, None, "7 were given back");
    reconcile(Reconciliation { left: Some(10), ..Reconciliation::default() }).await;
    assert_eq!(acquire(&queues, rate, 1).await, None);
    assert!(acquire(&queues, rate, 1).await.is_some(), "what the partner has not counted yet is spent all the same");

    reconcile(Reconciliation { left: Some(10), rate: Some(an_hour(100, 20)), ..Reconciliation::default() }).await;
    assert_eq!(acquire(&queues, rate, 10).await, None, "10 of a burst of 20 are owed still");
    assert!(acquire(&queues, rate, 1).await.unwrap() <= HOUR / 100, "at the reported rate");
    let refused = queues.limits().acquire("shopify", "m1", rate, 21).await;
    assert!(matches!(refused, Err(QueueError::Setting(InvalidSetting::Cost { cost: 21, burst: 20 }))), "{refused:?}");
    assert!(acquire(&queues, rate, 20).await.is_some(), "its burst is the reported one");
}
