//! The apalis backend: outcomes, panics, timeouts, drains, sinks.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::BoxFuture;
use jobs::{
    AttemptRecord, AttemptSink, BoxError, DeadLetter, Job, JobContext, JobError, OutcomeKind, Reason, WorkerOptions,
    testing,
};
use tokio::sync::Notify;

use crate::support::*;

/// Keeps everything in memory; fails as many times for dead letters and discards as it is told to.
#[derive(Default)]
struct Memory {
    attempts: Mutex<Vec<AttemptRecord>>,
    dead: Mutex<Vec<DeadLetter>>,
    refusals: AtomicUsize,
    discarded: Mutex<Vec<String>>,
    discard_refusals: AtomicUsize,
}

fn refuses(times: &AtomicUsize) -> bool {
    times.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl AttemptSink for Memory {
    fn attempts<'a>(&'a self, batch: &'a [AttemptRecord]) -> BoxFuture<'a, Result<(), BoxError>> {
        self.attempts.lock().unwrap().extend_from_slice(batch);
        Box::pin(async { Ok(()) })
    }

    fn discarded<'a>(&'a self, job: &'a JobContext, reason: &'a Reason) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            if refuses(&self.discard_refusals) {
                return Err("the database is unavailable".into());
            }
            self.discarded.lock().unwrap().push(format!("{}: {}", job.lane, reason.text));
            Ok(())
        })
    }

    fn dead_letters<'a>(&'a self, batch: &'a [DeadLetter]) -> BoxFuture<'a, Result<(), BoxError>> {
        Box::pin(async move {
            if refuses(&self.refusals) {
                return Err("the database is unavailable".into());
            }
            self.dead.lock().unwrap().extend_from_slice(batch);
            Ok(())
        })
    }
}

#[tokio::test]
async fn outcomes_and_records_of_every_way_to_end() {
    let queues = testing::queues();
    let sink = Arc::new(Memory::default());
    sink.refusals.store(1, Ordering::SeqCst);
    let options = WorkerOptions { sink: Some(sink.clone()), ..options() };
    let running = start(&queues, options, |job: Job<jobs::AwardPoints>| async move {
        let retry_now = Duration::ZERO;
        match (job.context.lane.as_str(), job.context.attempt) {
            ("done", _) => Ok(()),
            ("retry", 1) => Err(JobError::retry_after("busy", retry_now)),
            ("panic", 1) => panic!("out of paper"),
            ("fail", _) => Err(JobError::fail(std::io::Error::other("no such order"))),
            ("discard", _) => Err(JobError::discard("shop is gone")),
            ("exhaust", _) => Err(JobError::retry_after("still busy", retry_now)),
            _ => Ok(()),
        }
    });
    let mut given: Vec<_> = ["done", "retry", "panic", "fail", "discard"].into_iter().map(job).collect();
    given.push(job("exhaust").max_attempts(2).trace("t-9"));
    queues.enqueue(&given).await.unwrap();
    until("all have ended and the dead are in the sink", || async {
        counts(&queues).await.pending() == 0 && sink.dead.lock().unwrap().len() == 2
    })
    .await;
    running.stop().await;

    let count = counts(&queues).await;
    assert_eq!((count.done_total, count.dead_total, count.dead, count.cancelled_total), (3, 2, 0, 1));
    let attempts = sink.attempts.lock().unwrap();
    let of = |lane: &str| {
        let mut of_lane: Vec<_> = attempts.iter().filter(|record| record.lane.as_str() == lane).collect();
        of_lane.sort_by_key(|record| record.attempt);
        of_lane.iter().map(|record| (record.attempt, record.outcome, record.error.clone())).collect::<Vec<_>>()
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(of("done"), [(1, OutcomeKind::Done, None)]);
    assert_eq!(of("retry"), [(1, OutcomeKind::Retried, text("busy")), (2, OutcomeKind::Done, None)]);
    assert_eq!(of("panic"), [(1, OutcomeKind::Retried, text("panicked: out of paper")), (2, OutcomeKind::Done, None)]);
    assert_eq!(of("fail"), [(1, OutcomeKind::Dead, text("no such order"))]);
    assert_eq!(of("discard"), [(1, OutcomeKind::Cancelled, text("shop is gone"))]);
    assert_eq!(
        of("exhaust"),
        [(1, OutcomeKind::Retried, text("still busy")), (2, OutcomeKind::Dead, text("still busy"))]
    );
    assert!(attempts.iter().all(|record| &*record.worker == "worker-1" && record.ended_at >= record.started_at));
    assert_eq!(*sink.discarded.lock().unwrap(), ["discard: shop is gone"]);
    let dead = sink.dead.lock().unwrap();
    let exhausted = dead.iter().find(|letter| letter.lane.as_str() == "exhaust").unwrap();
    assert_eq!((exhausted.reason.as_str(), exhausted.trace.as_deref()), ("attempts used up: still busy", Some("t-9")));
}

#[tokio::test]
async fn a_discard_that_cannot_be_recorded_is_not_settled() {
    let queues = testing::queues();
    let sink = Arc::new(Memory::default());
    sink.discard_refusals.store(1, Ordering::SeqCst);
    let options = WorkerOptions { sink: Some(sink.clone()), ..options() };
    let running = start(&queues, options, |_| async { Err(JobError::discard("shop is gone")) });
    queues.enqueue(&[job("m1").max_attempts(1)]).await.unwrap();
    until("it is discarded", || async { counts(&queues).await.cancelled_total == 1 }).await;
    running.stop().await;
    let counts = counts(&queues).await;
    assert_eq!((counts.snoozed_total, counts.dead_total, counts.pending()), (1, 0, 0));
    assert_eq!(*sink.discarded.lock().unwrap(), ["m1: shop is gone"]);
    let attempts = sink.attempts.lock().unwrap();
    let first = attempts[0].error.clone().unwrap();
    assert_eq!(first, "to be discarded (shop is gone), which could not be recorded: the database is unavailable");
}

#[tokio::test]
async fn an_unreadable_payload_is_dead_at_once() {
    let queues = testing::queues();
    // As a newer process would write it.
    #[derive(Clone, serde::Serialize, serde::Deserialize)]
    struct Newer {
        order: u64,
    }
    impl jobs::Payload for Newer {
        const KIND: jobs::JobKind = jobs::JobKind::AwardPoints;
        const VERSION: u16 = 9;
    }
    queues.enqueue(&[jobs::NewJob::of(testing::new_id(), &Newer { order: 1 }, lane("m1"))]).await.unwrap();
    let running = start(&queues, options(), |_| async { Ok(()) });
    until("it is dead", || async { counts(&queues).await.dead == 1 }).await;
    running.stop().await;
    let letters = queue(&queues).dead_letters(1).await.unwrap();
    assert!(letters[0].reason.starts_with("payload version 9 of `award-points` is newer"), "{}", letters[0].reason);
    assert_eq!(letters[0].payload, r#"{"order":1}"#);
}

#[tokio::test]
async fn a_worker_never_runs_more_than_its_slots() {
    let queues = testing::queues();
    queues.enqueue(&many(100, "m1")).await.unwrap();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (gauge, peak) = (now.clone(), most.clone());
    let options = WorkerOptions { concurrency: Some(4), ..options() };
    let running = start(&queues, options, move |_| {
        let (gauge, peak) = (gauge.clone(), peak.clone());
        async move {
            peak.fetch_max(gauge.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            gauge.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        }
    });
    until("some are done, none beyond the slots under lease", || async {
        let counts = counts(&queues).await;
        assert!(counts.running <= 8, "claimed {} jobs: 4 running and at most 4 being settled", counts.running);
        counts.done_total == 100
    })
    .await;
    running.stop().await;
    assert!(most.load(Ordering::SeqCst) <= 4);
}

#[tokio::test]
async fn a_drain_finishes_what_runs_and_reruns_nothing() {
    let queues = testing::queues();
    queues.enqueue(&many(300, "m1")).await.unwrap();
    let (begun, runs) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let gate = Arc::new(Notify::new());
    let (started, finished, door) = (begun.clone(), runs.clone(), gate.clone());
    let options = WorkerOptions { concurrency: Some(100), ..options() };
    let running = start(&queues, options, move |job: Job<jobs::AwardPoints>| {
        let (started, finished, door) = (started.clone(), finished.clone(), door.clone());
        async move {
            assert_eq!(job.context.attempt, 1);
            started.fetch_add(1, Ordering::SeqCst);
            door.notified().await;
            finished.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    until("all slots are taken", || async { begun.load(Ordering::SeqCst) == 100 }).await;
    running.context.stop().unwrap();
    gate.notify_waiters();
    running.task.await.unwrap().unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 100);
    let counts = counts(&queues).await;
    assert_eq!((counts.done_total, counts.waiting, counts.running, counts.stale_total), (100, 200, 0, 0));
}

#[tokio::test]
async fn an_idle_worker_starts_a_job_at_once() {
    let queues = testing::queues();
    let (sender, mut started) = tokio::sync::mpsc::unbounded_channel();
    let running = start(&queues, options(), move |_| {
        let sender = sender.clone();
        async move {
            sender.send(tokio::time::Instant::now()).unwrap();
            Ok(())
        }
    });
    let mut waits = Vec::new();
    for _ in 0..50 {
        let begun = tokio::time::Instant::now();
        queues.enqueue(&[job("m1")]).await.unwrap();
        waits.push(started.recv().await.unwrap() - begun);
        // Let it fall asleep again.
        until("it is idle", || async { counts(&queues).await.pending() == 0 }).await;
    }
    running.stop().await;
    waits.sort();
    // The promise (10 ms at p99) is measured by `examples/idle_cost.rs`; a debug build beside other tests is given more.
    assert!(waits[25] < Duration::from_millis(50), "median {:?}: it polled instead of being woken", waits[25]);
}

#[tokio::test]
async fn a_busy_worker_leaves_the_wake_up_to_an_idle_one() {
    let queues = testing::queues();
    let gate = Arc::new(Notify::new());
    let ran = Arc::new(Mutex::new(Vec::new()));
    let start_named = |name: &str| {
        let (door, ran, who) = (gate.clone(), ran.clone(), name.to_owned());
        let options = WorkerOptions { name: name.into(), concurrency: Some(1), ..options() };
        start(&queues, options, move |_| {
            let (door, ran, who) = (door.clone(), ran.clone(), who.clone());
            async move {
                ran.lock().unwrap().push(who);
                door.notified().await;
                Ok(())
            }
        })
    };
    let (first, second) = (start_named("first"), start_named("second"));
    queues.enqueue(&[job("m1")]).await.unwrap();
    until("one runs", || async { ran.lock().unwrap().len() == 1 }).await;
    queues.enqueue(&[job("m1")]).await.unwrap();
    until("the other runs too", || async { ran.lock().unwrap().len() == 2 }).await;
    let names = ran.lock().unwrap().clone();
    assert_ne!(names[0], names[1]);
    until("both are let go", || async {
        gate.notify_waiters();
        counts(&queues).await.done_total == 2
    })
    .await;
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn jobs_whose_leases_ran_out_twice_run_one_at_a_time_and_hold_up_no_others() {
    let queues = testing::queues();
    queues.enqueue(&many(20, "suspects")).await.unwrap();
    for _ in 0..2 {
        queue(&queues).claim(20, Duration::from_millis(1), "victim").await.unwrap();
        assert_eq!(rescued(&queues).await.rescued, 20);
    }
    queues.enqueue(&many(20, "fresh")).await.unwrap();
    let (at_once, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = (Arc::clone(&at_once), Arc::clone(&most));
    let running = start(&queues, options(), move |job: Job<jobs::AwardPoints>| {
        let (at_once, most) = (Arc::clone(&at_once), Arc::clone(&most));
        async move {
            if job.context.rescues == 2 {
                most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(10)).await;
                at_once.fetch_sub(1, Ordering::SeqCst);
            }
            Ok(())
        }
    });
    until("the fresh ones are done", || async { counts(&queues).await.done_total >= 20 }).await;
    until("all are done", || async { counts(&queues).await.pending() == 0 }).await;
    running.stop().await;
    let counts = counts(&queues).await;
    assert_eq!((counts.done_total, counts.dead_total, seen.1.load(Ordering::SeqCst)), (40, 0, 1));
}
