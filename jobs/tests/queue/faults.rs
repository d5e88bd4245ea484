//! Redis dies, forgets everything, or is flooded: workers go on, and nothing is an error.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jobs::{Job, JobId, Outcome, Queues, Settlement, WorkerOptions};
use tokio::sync::Notify;

use crate::support::*;

#[tokio::test]
async fn w1_a_worker_outlives_a_restart_of_redis_and_its_handlers_run_on() {
    let mut server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    let runs: Arc<Mutex<HashMap<JobId, usize>>> = Arc::default();
    let (begun, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (noted, started, door) = (runs.clone(), begun.clone(), gate.clone());
    let options = WorkerOptions { concurrency: Some(10), ..options() };
    let running = start(&queues, options, move |job: Job<jobs::AwardPoints>| {
        let (noted, started, door) = (noted.clone(), started.clone(), door.clone());
        async move {
            *noted.lock().unwrap().entry(job.context.job_id.clone()).or_default() += 1;
            if started.fetch_add(1, Ordering::SeqCst) < 10 {
                door.notified().await;
            }
            Ok(())
        }
    });
    queues.enqueue(&many(50, "m1")).await.unwrap();
    until("ten handlers are under way", || async { begun.load(Ordering::SeqCst) == 10 }).await;

    server.kill();
    gate.notify_waiters();
    let refused = queues.enqueue(&[job("m1")]).await;
    assert!(refused.is_err_and(|error| error.is_transient()));
    assert!(!running.task.is_finished());
    server.restart().await;

    until("all are done", || async { queue(&queues).counts().await.is_ok_and(|counts| counts.done_total == 50) }).await;
    running.stop().await;
    assert!(runs.lock().unwrap().values().all(|count| *count == 1), "a job ran twice");
    assert_eq!(runs.lock().unwrap().len(), 50);
}

#[tokio::test]
async fn losing_everything_is_no_error_and_the_worker_goes_on() {
    let server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    let (begun, done, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (started, finished, door) = (begun.clone(), done.clone(), gate.clone());
    let options = WorkerOptions { concurrency: Some(10), lease_ms: Some(500), ..options() };
    let running = start(&queues, options, move |_| {
        let (started, finished, door) = (started.clone(), finished.clone(), door.clone());
        async move {
            if started.fetch_add(1, Ordering::SeqCst) < 10 {
                door.notified().await;
            }
            finished.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let given: Vec<_> = (0..50).map(|n| job("m1").idempotency_key(format!("log:{n}"))).collect();
    queues.enqueue(&given).await.unwrap();
    until("ten handlers are under way", || async { begun.load(Ordering::SeqCst) == 10 }).await;
    let mut connection = queues.redis().clone();
    redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
    redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.unwrap();
    gate.notify_waiters();
    until("the ten late results are counted as stale", || async { counts(&queues).await.stale_total == 10 }).await;

    // The sweep enqueues from PostgreSQL what is not done, under the same keys.
    let again: Vec<_> = (10..50).map(|n| job("m1").idempotency_key(format!("log:{n}"))).collect();
    queues.enqueue(&again).await.unwrap();
    until("the rest is done", || async { counts(&queues).await.done_total == 40 }).await;
    running.stop().await;
    assert_eq!(done.load(Ordering::SeqCst), 50);
}

#[tokio::test]
async fn fifty_thousand_due_at_once_are_all_done() {
    let server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    for n in 0..50 {
        queues.enqueue(&many(1_000, &format!("m{n}"))).await.unwrap();
    }
    // Nobody works; all of them fall due in the same moment.
    for _ in 0..100 {
        let claimed = queue(&queues).claim(500, LEASE, "w").await.unwrap().jobs;
        let later = Outcome::Snooze { after: Duration::from_millis(1) };
        let batch: Vec<_> = claimed.iter().map(|job| Settlement::of(job, later.clone())).collect();
        queue(&queues).settle(&batch).await.unwrap();
    }
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = runs.clone();
    let running = start(&queues, options(), move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    });
    until("all are done", || async { counts(&queues).await.done_total == 50_000 }).await;
    running.stop().await;
    assert_eq!(runs.load(Ordering::SeqCst), 50_000);
    assert_eq!(counts(&queues).await.pending(), 0);
}

#[tokio::test]
async fn a_full_redis_refuses_new_jobs_and_still_ends_old_ones() {
    let server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    let mut connection = queues.redis().clone();
    queues.enqueue(&many(20, "m1")).await.unwrap();
    redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg("1mb").exec_async(&mut connection).await.unwrap();
    assert!(queues.enqueue(&[job("m1")]).await.is_err());
    let claimed = claim(&queues, 20).await;
    assert_eq!(claimed.len(), 20);
    settle(&queues, &claimed[0], Outcome::Retry { after: Duration::ZERO }).await;
    settle(&queues, &claimed[1], Outcome::Dead { reason: "r".into() }).await;
    for job in &claimed[2..] {
        settle(&queues, job, Outcome::Done).await;
    }
    let counts = counts(&queues).await;
    assert_eq!((counts.done_total, counts.dead, counts.waiting), (18, 1, 1));
}
