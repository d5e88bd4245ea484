//! One test for each fault of `apalis-redis` 1.0.0 that the queue's design lists (ADR and `design/queue.md`, section 1),
//! named as its row. W1 is in `faults`, where Redis is killed. C1 is about cron and comes with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jobs::{Job, JobError, Outcome, Queues, Redis, RetryPolicy, Settlement, WorkerOptions, testing};
use redis::AsyncCommands;
use tokio::sync::Notify;

use crate::support::*;

async fn prefixed() -> (Queues, String, Redis) {
    let prefix = testing::unique_prefix();
    let queues = Queues::connect_prefixed(&testing::redis_url(), &prefix).unwrap();
    let connection = queues.redis().clone();
    (queues, format!("{{{prefix}-award-points}}:"), connection)
}

async fn keys_with(connection: &mut Redis, text: &str) -> Vec<String> {
    let mut iterator: redis::AsyncIter<'_, String> = connection.scan_match(format!("*{text}*")).await.unwrap();
    let mut keys = Vec::new();
    while let Some(key) = iterator.next_item().await {
        keys.push(key.unwrap());
    }
    keys
}

#[tokio::test]
async fn r1_deduplication_is_on_with_an_explicit_window() {
    let (queues, prefix, mut connection) = prefixed().await;
    let first = queues.enqueue(&[job("m1").idempotency_key("event-1")]).await.unwrap();
    assert_eq!(queues.enqueue(&[job("m1").idempotency_key("event-1")]).await.unwrap(), first);
    assert_eq!(counts(&queues).await.waiting, 1);
    let left_ms: u64 = connection.pttl(format!("{prefix}idem:m1/event-1")).await.unwrap();
    let window_ms = jobs::IDEMPOTENCY_WINDOW_MS;
    assert!((window_ms - 60_000..=window_ms).contains(&left_ms), "{left_ms}");
}

#[tokio::test]
async fn r2_any_number_of_due_jobs_can_be_fetched() {
    let queues = testing::queues();
    let past_soon = chrono::DateTime::from_timestamp_millis(1_000).unwrap();
    for _ in 0..20 {
        queues.enqueue(&many(500, "m1")).await.unwrap();
    }
    let mut snoozed = 0;
    while snoozed < 10_000 {
        let claimed = claim(&queues, 500).await;
        snoozed += claimed.len();
        let later = Outcome::Snooze { after: Duration::from_millis(1) };
        let batch: Vec<_> = claimed.iter().map(|job| Settlement::of(job, later.clone())).collect();
        queue(&queues).settle(&batch).await.unwrap();
    }
    queues.enqueue(&[job("m1").run_at(past_soon)]).await.unwrap();
    until("all are fetched", || async {
        claim(&queues, 500).await.is_empty() && counts(&queues).await.running == 10_001
    })
    .await;
}

#[tokio::test]
async fn r3_an_immediate_job_never_passes_through_the_delayed_set() {
    let (queues, prefix, mut connection) = prefixed().await;
    queues.enqueue(&many(20_000, "m1")).await.unwrap();
    assert!(!connection.exists::<_, bool>(format!("{prefix}delayed")).await.unwrap());
    let done = Arc::new(AtomicUsize::new(0));
    let counter = done.clone();
    let running = start(&queues, options(), move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }
    });
    until("all are done", || async { counts(&queues).await.done_total == 20_000 }).await;
    running.stop().await;
    assert_eq!(done.load(Ordering::SeqCst), 20_000);
}

#[tokio::test]
async fn r4_attempts_and_delays_are_those_of_the_policy() {
    let (queues, prefix, mut connection) = prefixed().await;
    let policy: RetryPolicy = queue(&queues).kind().policy().retry;
    queues.enqueue(&many(200, "policy")).await.unwrap();
    queues.enqueue(&[job("asked")]).await.unwrap();
    let running = start(&queues, options(), |job: Job<jobs::AwardPoints>| async move {
        if job.context.lane.as_str() == "asked" {
            return Err(JobError::retry_after("slow down", Duration::from_secs(900)));
        }
        Err(JobError::retry("away"))
    });
    until("every job has failed at least once", || async { counts(&queues).await.retried_total >= 201 }).await;
    running.stop().await;
    let (seconds, micros): (f64, f64) = redis::cmd("TIME").query_async(&mut connection).await.unwrap();
    let now_ms = seconds * 1_000.0 + micros / 1_000.0;
    let delayed: Vec<(String, f64)> = connection.zrange_withscores(format!("{prefix}delayed"), 0, -1).await.unwrap();
    for (reference, at_ms) in delayed {
        if reference.ends_with("/asked") {
            assert!((890_000.0..=900_000.0).contains(&(at_ms - now_ms)), "{}", at_ms - now_ms);
        } else {
            let tries: String = connection.hget(format!("{prefix}tries"), &reference[..26]).await.unwrap();
            let attempts: u32 = tries.split('|').next().unwrap().parse().unwrap();
            assert!(at_ms - now_ms <= policy.ceiling(attempts).as_millis() as f64);
        }
    }

    let queues = testing::queues();
    queues.enqueue(&[job("m1").max_attempts(3)]).await.unwrap();
    let mut attempts = Vec::new();
    let running = testing::run_pending::<jobs::AwardPoints, _, _>(&queues, |job| {
        attempts.push((job.context.attempt, job.context.max_attempts));
        async { Err(JobError::retry_after("away", Duration::ZERO)) }
    });
    assert_eq!(running.await.unwrap(), 3);
    assert_eq!(attempts, [(1, 3), (2, 3), (3, 3)]);
    assert_eq!(counts(&queues).await.dead, 1);
}

#[tokio::test]
async fn r5_maintenance_keeps_jobs_that_wait_for_a_retry() {
    let queues = testing::queues();
    queues.enqueue(&many(10, "m1")).await.unwrap();
    for job in claim(&queues, 10).await {
        settle(&queues, &job, Outcome::Retry { after: Duration::from_millis(5) }).await;
    }
    queue(&queues).rescue(500).await.unwrap();
    queue(&queues).heartbeat("someone", "{}", LEASE, &[]).await.unwrap();
    let mut served = 0;
    while served < 10 {
        served += claim(&queues, 10).await.len();
    }
}

#[tokio::test]
async fn r6_what_is_done_leaves_counters_and_a_capped_ring() {
    let (queues, prefix, mut connection) = prefixed().await;
    let tag = prefix.trim_end_matches(':').to_owned();
    for _ in 0..5 {
        queues
            .enqueue(&(0..500).map(|n| job("m1").idempotency_key(format!("k{n}"))).collect::<Vec<_>>())
            .await
            .unwrap();
        let claimed = claim(&queues, 500).await;
        let batch: Vec<_> = claimed.iter().map(|job| Settlement::of(job, Outcome::Done)).collect();
        queue(&queues).settle(&batch).await.unwrap();
    }
    assert_eq!(connection.llen::<_, usize>(format!("{prefix}done")).await.unwrap(), 100, "a sample of a flood");
    queues.enqueue(&many(1_000, "m1")).await.unwrap();
    for _ in 0..50 {
        let batch: Vec<_> = claim(&queues, 20).await.iter().map(|job| Settlement::of(job, Outcome::Done)).collect();
        queue(&queues).settle(&batch).await.unwrap();
    }
    assert_eq!(counts(&queues).await.done_total, 3_500);
    assert_eq!(connection.llen::<_, usize>(format!("{prefix}done")).await.unwrap(), 1_000);
    let mut left = keys_with(&mut connection, tag.trim_matches(['{', '}'])).await;
    left.sort();
    assert_eq!(left, ["done", "stats", "token"].map(|name| format!("{prefix}{name}")));
}

#[tokio::test]
async fn r7_a_settlement_after_a_rescue_neither_errors_nor_stops_its_batch() {
    let queues = testing::queues();
    queues.enqueue(&many(3, "m1")).await.unwrap();
    let lost = queue(&queues).claim(1, Duration::from_millis(1), "slow").await.unwrap().jobs;
    rescued(&queues).await;
    let held = claim(&queues, 3).await;
    let of = |job| Settlement::of(job, Outcome::Done);
    let settled = queue(&queues).settle(&[of(&held[1]), of(&lost[0]), of(&held[2])]).await.unwrap();
    assert_eq!((settled.applied, settled.stale), (2, 1));
    assert_eq!(counts(&queues).await.done_total, 2);
}

#[tokio::test]
async fn r8_to_r10_counts_and_lists_are_right_in_every_state() {
    let queues = testing::queues();
    assert_eq!(counts(&queues).await, jobs::Counts::default());
    queues.enqueue(&many(20, "m1")).await.unwrap();
    let far = chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap();
    queues.enqueue(&[job("m2").run_at(far)]).await.unwrap();
    let claimed = claim(&queues, 9).await;
    settle(&queues, &claimed[0], Outcome::Done).await;
    settle(&queues, &claimed[1], Outcome::Dead { reason: "r".into() }).await;
    settle(&queues, &claimed[2], Outcome::Retry { after: Duration::from_secs(60) }).await;
    settle(&queues, &claimed[3], Outcome::Snooze { after: Duration::from_secs(60) }).await;
    settle(&queues, &claimed[4], Outcome::Cancel).await;
    let counts = counts(&queues).await;
    assert_eq!((counts.waiting, counts.delayed, counts.running, counts.dead), (11, 3, 4, 1));
    assert_eq!((counts.enqueued_total, counts.done_total, counts.dead_total), (21, 1, 1));
    assert_eq!((counts.retried_total, counts.snoozed_total, counts.cancelled_total), (1, 1, 1));
    assert_eq!((counts.active_lanes, counts.paused), (1, false));
    assert!(counts.oldest_age_ms.is_some_and(|age_ms| age_ms < 60_000));
    assert_eq!(queue(&queues).dead_letters(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn r11_a_worker_comes_back_under_its_name() {
    let (queues, prefix, mut connection) = prefixed().await;
    for round in 1..=3 {
        let running = start(&queues, options(), |_| async { Ok(()) });
        queues.enqueue(&[job("m1")]).await.unwrap();
        until("it has run the job and shows itself", || async {
            let mut connection = connection.clone();
            let known: bool = connection.hexists(format!("{prefix}workers"), "worker-1").await.unwrap();
            known && counts(&queues).await.done_total == round
        })
        .await;
        running.stop().await;
        assert!(!connection.hexists::<_, _, bool>(format!("{prefix}workers"), "worker-1").await.unwrap());
    }
}

#[tokio::test]
async fn r12_a_rescue_leaves_the_attempt_counted() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1").max_attempts(2)]).await.unwrap();
    for attempt in [1, 2] {
        let claimed = queue(&queues).claim(1, Duration::from_millis(1), "victim").await.unwrap().jobs.remove(0);
        assert_eq!(claimed.context.attempt, attempt);
        rescued(&queues).await;
    }
    assert!(claim(&queues, 1).await.is_empty(), "it would loop for ever");
    let letters = queue(&queues).dead_letters(1).await.unwrap();
    assert_eq!(letters[0].attempts, 2);
    assert!(letters[0].reason.starts_with("attempts used up"), "{}", letters[0].reason);
}

#[tokio::test]
async fn r13_a_heartbeat_renews_the_lease() {
    let queues = testing::queues();
    queues.enqueue(&many(2, "m1")).await.unwrap();
    let lapsed = queue(&queues).claim(1, Duration::from_millis(300), "w").await.unwrap().jobs;
    let renewed = queue(&queues).claim(1, Duration::from_millis(300), "w").await.unwrap().jobs;
    // Only the second is renewed; a token that holds no lease renews nothing.
    let lost = queue(&queues).heartbeat("w", "{}", LEASE, &[1, renewed[0].context.token]).await.unwrap();
    assert_eq!(lost.lost, [1]);
    assert_eq!(rescued(&queues).await.rescued, 1);
    assert_eq!(ids(&claim(&queues, 2).await), ids(&lapsed));
    assert_eq!(settle(&queues, &renewed[0], Outcome::Done).await.applied, 1);
}

#[tokio::test]
async fn r15_every_key_of_a_queue_carries_its_hash_tag() {
    let (queues, prefix, mut connection) = prefixed().await;
    queues.enqueue(&[job("m1").idempotency_key("k"), job("m2")]).await.unwrap();
    queue(&queues).set_lane_weight(&lane("m1"), 2).await.unwrap();
    queue(&queues).pause_lane(&lane("m9")).await.unwrap();
    let claimed = one(&queues).await;
    settle(&queues, &claimed, Outcome::Retry { after: Duration::from_secs(60) }).await;
    queue(&queues).heartbeat("w", "{}", LEASE, &[]).await.unwrap();
    let tag = prefix.trim_end_matches(':').trim_matches(['{', '}']);
    let keys = keys_with(&mut connection, tag).await;
    assert!(keys.len() >= 10, "{keys:?}");
    assert!(keys.iter().all(|key| key.starts_with(&prefix)), "{keys:?}");
}

#[tokio::test]
async fn w2_leases_are_renewed_during_a_drain_and_under_a_full_buffer() {
    let queues = testing::queues();
    let lease_ms = 600;
    let gate = Arc::new(Notify::new());
    let runs = Arc::new(AtomicUsize::new(0));
    let (door, counter) = (gate.clone(), runs.clone());
    let options = WorkerOptions { concurrency: Some(20), lease_ms: Some(lease_ms), ..options() };
    let running = start(&queues, options, move |_| {
        let (door, counter) = (door.clone(), counter.clone());
        async move {
            counter.fetch_add(1, Ordering::SeqCst);
            door.notified().await;
            Ok(())
        }
    });
    queues.enqueue(&many(20, "m1")).await.unwrap();
    until("all run", || async { runs.load(Ordering::SeqCst) == 20 }).await;
    running.context.stop().unwrap();
    // Three leases long, while the worker drains, anyone may rescue what is not renewed.
    let drained_until = tokio::time::Instant::now() + Duration::from_millis(lease_ms * 3);
    until("three leases have passed", || async {
        assert_eq!(queue(&queues).rescue(100).await.unwrap().rescued, 0, "a healthy worker was declared dead");
        tokio::time::Instant::now() > drained_until
    })
    .await;
    gate.notify_waiters();
    running.task.await.unwrap().unwrap();
    let counts = counts(&queues).await;
    assert_eq!((counts.done_total, counts.stale_total, counts.rescued_total), (20, 0, 0));
}
