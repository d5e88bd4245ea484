//! What was measured: counts by window, percentiles of waits and runs, by queue and by lane.

use std::time::Duration;

use jobs::{Job, JobError, Queues, Span, WorkerOptions, testing};
use redis::AsyncCommands;

use crate::support::*;

fn retry_now() -> JobError {
    JobError::retry_after("busy", Duration::ZERO).class("timeout")
}

#[tokio::test]
async fn windows_count_what_happened_and_how_long_it_took() {
    let queues = testing::queues();
    let slow = Duration::from_millis(80);
    let running = start(&queues, options(), move |job: Job<jobs::AwardPoints>| async move {
        match (job.context.lane.as_str(), job.context.attempt) {
            ("slow", _) => tokio::time::sleep(slow).await,
            ("retry", 1) => return Err(retry_now()),
            ("dead", _) => return Err(JobError::fail("no").class("shape")),
            _ => {}
        }
        Ok(())
    });
    until("the first mark is made", || async { !queue(&queues).window(Span::Minute).await.unwrap().covered.is_zero() })
        .await;
    let mut given = many(90, "quick");
    given.extend(many(10, "slow"));
    given.extend([job("retry"), job("dead")]);
    queues.enqueue(&given).await.unwrap();
    until("all is measured", || async {
        let window = queue(&queues).window(Span::Minute).await.unwrap();
        window.run.is_some_and(|run| run.count == 103)
    })
    .await;
    for span in Span::ALL {
        let window = queue(&queues).window(span).await.unwrap();
        assert_eq!((window.enqueued, window.done, window.retried), (102, 101, 1), "{span:?}");
        assert_eq!((window.dead, window.snoozed, window.cancelled, window.rescued), (1, 0, 0, 0), "{span:?}");
        assert!(window.throughput() > 0.0);
        let (wait, run) = (window.wait.unwrap(), window.run.unwrap());
        assert_eq!(wait.count, 103);
        assert!(run.p50 < slow / 2 && run.p99 >= slow.mul_f64(0.87), "{run:?}");
        assert!(wait.p50 <= wait.p95 && wait.p95 <= wait.p99 && wait.p99 < Duration::from_secs(20), "{wait:?}");
        let lane_window = queue(&queues).lane_window(&lane("slow"), span).await.unwrap();
        assert_eq!((lane_window.done, lane_window.dead), (10, 0), "{span:?}");
        assert!(lane_window.run.unwrap().p50 >= slow / 2, "{lane_window:?}");
        let retried = queue(&queues).lane_window(&lane("retry"), span).await.unwrap();
        assert_eq!((retried.done, retried.retried), (1, 1));
        assert_eq!(queue(&queues).lane_window(&lane("dead"), span).await.unwrap().dead, 1);
        assert_eq!(queue(&queues).lane_window(&lane("nobody"), span).await.unwrap().run, None);
    }
    running.stop().await;
}

#[tokio::test]
async fn a_wait_counts_from_when_the_run_might_have_begun() {
    let queues = testing::queues();
    let later = job("m1").run_at(chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap());
    queues.enqueue(&[later, job("m2")]).await.unwrap();
    let claimed = one(&queues).await;
    assert_eq!(claimed.context.ready_at_ms, claimed.context.enqueued_at_ms);
    settle(&queues, &claimed, jobs::Outcome::Snooze { after: Duration::from_millis(50) }).await;
    let again = std::sync::Mutex::new(Vec::new());
    until("it is due", || async {
        let mut found = claim(&queues, 1).await;
        again.lock().unwrap().append(&mut found);
        !again.lock().unwrap().is_empty()
    })
    .await;
    let again = again.into_inner().unwrap();
    let context = &again[0].context;
    assert!(context.ready_at_ms >= claimed.context.claimed_at_ms + 50, "not from when it was enqueued");
    assert!(context.claimed_at_ms >= context.ready_at_ms);
}

#[tokio::test]
async fn figures_are_bounded_whatever_the_number_of_lanes() {
    let prefix = testing::unique_prefix();
    let queues = Queues::connect_prefixed(&testing::redis_url(), &prefix).unwrap();
    let given: Vec<_> = (0..2_000).map(|n| job(&format!("m{n}"))).collect();
    queues.enqueue(&given).await.unwrap();
    let options = WorkerOptions { concurrency: Some(50), ..options() };
    let running = start(&queues, options, |_| async { Ok(()) });
    until("all are done and measured", || async {
        let window = queue(&queues).window(Span::Hour).await.unwrap();
        window.run.is_some_and(|run| run.count == 2_000)
    })
    .await;
    running.stop().await;
    let mut connection = queues.redis().clone();
    let keys: Vec<String> = connection.keys(format!("{{{prefix}-award-points}}:*")).await.unwrap();
    let lanes: Vec<_> = keys.iter().filter(|key| key.contains(":lanes:")).collect();
    assert!(!lanes.is_empty());
    for key in keys.iter().filter(|key| key.contains(":lanes:") || key.contains(":meter:")) {
        let (fields, left): (usize, i64) = (connection.hlen(key).await.unwrap(), connection.ttl(key).await.unwrap());
        assert!(fields <= 256 * 12, "{key} has {fields} fields");
        assert!((1..=90_000).contains(&left), "{key} expires in {left} s");
        if key.contains(":lanes:") {
            let known: usize = connection.hget(key, "#").await.unwrap();
            assert!(known <= 256, "{key} has {known} lanes");
        }
    }
}
