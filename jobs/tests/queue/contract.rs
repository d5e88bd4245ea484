//! The verbs of the queue, one promise a test.

use std::time::Duration;

use jobs::{JobId, NewJob, Outcome, Settlement, testing};
use redis::AsyncCommands;
use tokio::time::Instant;

use crate::support::*;

#[tokio::test]
async fn a_job_carries_what_it_was_given() {
    let queues = testing::queues();
    let given = job("m1").trace("request-1").idempotency_key("log:1");
    let answered = queues.enqueue(std::slice::from_ref(&given)).await.unwrap();
    assert_eq!(answered, [given.id().clone()]);

    let claimed = one(&queues).await;
    assert_eq!(&claimed.context.job_id, given.id());
    assert_eq!(claimed.context.lane, lane("m1"));
    assert_eq!((claimed.context.attempt, claimed.context.max_attempts, claimed.context.version), (1, 12, 1));
    assert_eq!(claimed.context.trace.as_deref(), Some("request-1"));
    assert_eq!(claimed.context.idempotency_key.as_deref(), Some("log:1"));
    assert_eq!(claimed.context.enqueued_at_ms, given.id().made_at_ms());
    assert_eq!(claimed.payload.get(), r#"{"log_id":"01JD8Q3VN7Z9M0A2B4C6D8E0F1"}"#);
}

#[tokio::test]
async fn ids_come_back_in_order_over_many_calls_and_kinds() {
    let queues = testing::queues();
    let mut given = many(1_201, "m1");
    let adjust = jobs::CancelAdjustment { log_id: payload().log_id };
    given.insert(600, NewJob::of(testing::new_id(), &adjust, lane("m1")));
    let answered = queues.enqueue(&given).await.unwrap();
    let expected: Vec<JobId> = given.iter().map(|job| job.id().clone()).collect();
    assert_eq!(answered, expected);
    assert_eq!(counts(&queues).await.waiting, 1_201);
    assert_eq!(queues.queue(jobs::JobKind::CancelAdjustment).counts().await.unwrap().waiting, 1);
}

#[tokio::test]
async fn a_key_answers_with_its_first_job_within_its_window() {
    let queues = testing::queues();
    let with_key = |lane_name| job(lane_name).idempotency_key("order:1");
    let first = queues.enqueue(&[with_key("m1")]).await.unwrap();
    // In the same call, in a later one, and another merchant's, which is another key.
    let again = queues.enqueue(&[with_key("m1"), with_key("m1"), with_key("m2")]).await.unwrap();
    assert_eq!(again[..2], [first[0].clone(), first[0].clone()]);
    assert_ne!(again[2], first[0]);
    assert_eq!((counts(&queues).await.waiting, counts(&queues).await.deduplicated_total), (2, 2));

    let short = job("m3").idempotency_key("k").idempotency_window_ms(20);
    let short_id = queues.enqueue(&[short]).await.unwrap();
    until("the window has passed", || async {
        let again = job("m3").idempotency_key("k").idempotency_window_ms(20);
        queues.enqueue(&[again]).await.unwrap() != short_id
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_stored_is_not_doubled() {
    let queues = testing::queues();
    let given = NewJob::of(JobId::of_log(&payload().log_id), &payload(), lane("m1"));
    let twice = [given.clone(), given.clone()];
    let id = given.id().clone();
    assert_eq!(queues.enqueue(&twice).await.unwrap(), [id.clone(), id.clone()]);
    assert_eq!(queues.enqueue(&twice).await.unwrap(), [id.clone(), id]);
    assert_eq!((counts(&queues).await.waiting, counts(&queues).await.deduplicated_total), (1, 3));
    let claimed = one(&queues).await;
    queues.enqueue(&twice).await.unwrap();
    assert_eq!(counts(&queues).await.waiting, 0, "it runs");
    settle(&queues, &claimed, Outcome::Done).await;
    queues.enqueue(&twice).await.unwrap();
    assert_eq!(counts(&queues).await.waiting, 1, "whether it is needed again, PostgreSQL knows");
}

#[tokio::test]
async fn one_claim_is_rescued_without_those_of_its_jobs_that_ended() {
    let queues = testing::queues();
    queues.enqueue(&many(4, "m1")).await.unwrap();
    let taken = queue(&queues).claim(4, Duration::from_millis(100), "w").await.unwrap().jobs;
    settle(&queues, &taken[0], Outcome::Done).await;
    settle(&queues, &taken[1], Outcome::Retry { after: Duration::ZERO }).await;
    let again = one(&queues).await;
    assert_eq!(again.context.job_id, taken[1].context.job_id);
    assert_eq!(rescued(&queues).await.rescued, 2);
    assert_eq!(ids(&claim(&queues, 4).await), ids(&taken[2..]));
    assert_eq!(settle(&queues, &again, Outcome::Done).await.applied, 1, "held by another claim");
}

#[tokio::test]
async fn what_is_missing_is_reported_without_enqueuing_it() {
    let queues = testing::queues();
    let given = many(3, "m1");
    queues.enqueue(&given[..2]).await.unwrap();
    let claimed = one(&queues).await;
    assert_eq!(queues.missing(&given).await.unwrap(), [false, false, true], "a running job is known");
    settle(&queues, &claimed, Outcome::Done).await;
    assert_eq!(queues.missing(&given).await.unwrap(), [true, false, true], "a finished one is not");
    assert_eq!(counts(&queues).await.waiting, 1);
}

#[tokio::test]
async fn a_ledger_key_is_free_again_once_its_job_is_done() {
    let queues = testing::queues();
    let first = queues.enqueue(&[job("m1").idempotency_key("log:1")]).await.unwrap();
    let claimed = one(&queues).await;
    assert_eq!(queues.enqueue(&[job("m1").idempotency_key("log:1")]).await.unwrap(), first, "still running");
    settle(&queues, &claimed, Outcome::Done).await;
    assert_ne!(queues.enqueue(&[job("m1").idempotency_key("log:1")]).await.unwrap(), first);
}

#[tokio::test]
async fn an_invalid_job_stops_the_whole_call_before_redis() {
    let queues = testing::queues();
    let result = queues.enqueue(&[job("m1"), job("m1").idempotency_key("")]).await;
    assert!(matches!(result, Err(jobs::QueueError::Invalid(_))));
    assert_eq!(counts(&queues).await.waiting, 0);
}

#[tokio::test]
async fn a_late_settlement_is_fenced() {
    let queues = testing::queues();
    queues.enqueue(&many(2, "m1")).await.unwrap();
    let lost = queue(&queues).claim(1, Duration::from_millis(1), "slow").await.unwrap().jobs.remove(0);
    assert_eq!(rescued(&queues).await.rescued, 1);
    let again = one(&queues).await;
    assert_eq!(again.context.job_id, lost.context.job_id, "back at the head of its lane");
    assert!(again.context.token > lost.context.token);
    assert_eq!((again.context.attempt, again.context.rescues), (2, 1));

    let settled = settle(&queues, &lost, Outcome::Dead { reason: "late".into() }).await;
    assert_eq!((settled.applied, settled.stale), (0, 1));
    assert_eq!(settle(&queues, &again, Outcome::Done).await.applied, 1);
    let counts = counts(&queues).await;
    assert_eq!((counts.done_total, counts.dead, counts.stale_total, counts.waiting), (1, 0, 1, 1));
}

#[tokio::test]
async fn rescued_jobs_return_to_the_head_of_their_lanes_in_order() {
    let queues = testing::queues();
    queues.enqueue(&many(6, "m1")).await.unwrap();
    let taken = queue(&queues).claim(3, Duration::from_millis(1), "slow").await.unwrap().jobs;
    until("all three are back", || async {
        queue(&queues).rescue(100).await.unwrap();
        counts(&queues).await.running == 0
    })
    .await;
    assert_eq!(ids(&claim(&queues, 6).await)[..3], ids(&taken));
}

#[tokio::test]
async fn a_job_is_poison_after_three_rescues() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1")]).await.unwrap();
    for rescue in 0..3 {
        let claimed = queue(&queues).claim(1, Duration::from_millis(1), "victim").await.unwrap().jobs.remove(0);
        assert_eq!((claimed.context.rescues, claimed.context.attempt), (rescue, rescue + 1));
        assert_eq!(rescued(&queues).await, jobs::Rescued { rescued: 1, ..Default::default() });
    }
    queue(&queues).claim(1, Duration::from_millis(1), "victim").await.unwrap();
    assert_eq!(rescued(&queues).await, jobs::Rescued { poison: 1, ..Default::default() });
    let letters = queue(&queues).dead_letters(10).await.unwrap();
    assert_eq!((letters[0].attempts, letters[0].rescues), (4, 3));
    assert_eq!(letters[0].reason, "poison: its lease ran out 4 times, last held by victim");
    assert_eq!(letters[0].payload, r#"{"log_id":"01JD8Q3VN7Z9M0A2B4C6D8E0F1"}"#);
}

#[tokio::test]
async fn a_delayed_job_starts_at_its_millisecond() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1")]).await.unwrap();
    let claimed = one(&queues).await;
    let begun = Instant::now();
    settle(&queues, &claimed, Outcome::Snooze { after: Duration::from_millis(150) }).await;
    let waiting = queue(&queues).claim(1, LEASE, "early").await.unwrap();
    assert!(waiting.jobs.is_empty());
    let due = waiting.next_due.expect("it says when to come back");
    assert!(due <= Duration::from_millis(150));
    loop {
        if !claim(&queues, 1).await.is_empty() {
            break;
        }
    }
    let waited = begun.elapsed();
    // Redis counts whole milliseconds, and had begun one when the job was snoozed.
    assert!(waited >= Duration::from_millis(149), "started {waited:?} after, too early");
    // How late is a matter of how busy this machine is.
    assert!(waited < Duration::from_secs(2), "started {waited:?} after, too late");
}

#[tokio::test]
async fn a_job_for_later_is_delayed_and_one_for_the_past_is_not() {
    let queues = testing::queues();
    let far = chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap();
    let past = chrono::DateTime::from_timestamp_millis(1_000).unwrap();
    queues.enqueue(&[job("m1").run_at(far), job("m1").run_at(past)]).await.unwrap();
    let counts = counts(&queues).await;
    assert_eq!((counts.delayed, counts.waiting), (1, 1));
}

#[tokio::test]
async fn snooze_and_release_give_the_attempt_back_and_retry_does_not() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1"), job("m1")]).await.unwrap();
    let mut attempts = Vec::new();
    let zero = Duration::ZERO;
    for outcome in [Outcome::Release, Outcome::Snooze { after: zero }, Outcome::Retry { after: zero }, Outcome::Done] {
        let claimed = claim(&queues, 2).await;
        attempts.push(claimed[0].context.attempt);
        for job in &claimed {
            settle(&queues, job, outcome.clone()).await;
        }
    }
    assert_eq!(attempts, [1, 1, 1, 2]);
}

#[tokio::test]
async fn a_cancelled_job_is_gone() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1")]).await.unwrap();
    let claimed = one(&queues).await;
    settle(&queues, &claimed, Outcome::Cancel).await;
    let counts = counts(&queues).await;
    assert_eq!((counts.pending(), counts.dead, counts.cancelled_total), (0, 0, 1));
}

#[tokio::test]
async fn the_same_settlement_twice_in_a_batch_counts_once() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1")]).await.unwrap();
    let claimed = one(&queues).await;
    let twice =
        [Settlement::of(&claimed, Outcome::Done), Settlement::of(&claimed, Outcome::Retry { after: Duration::ZERO })];
    let settled = queue(&queues).settle(&twice).await.unwrap();
    assert_eq!((settled.applied, settled.stale), (1, 1));
    assert_eq!(counts(&queues).await.pending(), 0);
}

#[tokio::test]
async fn a_paused_queue_or_lane_serves_nothing_and_loses_nothing() {
    let queues = testing::queues();
    queue(&queues).pause_lane(&lane("m1")).await.unwrap();
    queues.enqueue(&[job("m1"), job("m2")]).await.unwrap();
    let served = claim(&queues, 10).await;
    assert_eq!(served.iter().map(|job| job.context.lane.as_str()).collect::<Vec<_>>(), ["m2"]);
    // Jobs that come back to a paused lane wait there too.
    queue(&queues).pause_lane(&lane("m2")).await.unwrap();
    settle(&queues, &served[0], Outcome::Retry { after: Duration::ZERO }).await;
    assert!(claim(&queues, 10).await.is_empty());
    assert_eq!(counts(&queues).await.waiting, 2);

    queue(&queues).resume_lane(&lane("m1")).await.unwrap();
    queue(&queues).resume_lane(&lane("m2")).await.unwrap();
    queue(&queues).pause().await.unwrap();
    assert!(claim(&queues, 10).await.is_empty());
    assert!(counts(&queues).await.paused);
    queue(&queues).resume().await.unwrap();
    assert_eq!(claim(&queues, 10).await.len(), 2);
}

#[tokio::test]
async fn dead_letters_stay_until_they_are_acknowledged() {
    let queues = testing::queues();
    queues.enqueue(&[job("m1").trace("t-1").idempotency_key("k-1")]).await.unwrap();
    let claimed = one(&queues).await;
    settle(&queues, &claimed, Outcome::Dead { reason: "no | such order".into() }).await;
    let letters = queue(&queues).dead_letters(10).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].reason, "no | such order");
    assert_eq!((letters[0].attempts, letters[0].version), (1, 1));
    assert_eq!(letters[0].trace.as_deref(), Some("t-1"));
    assert_eq!(letters[0].idempotency_key.as_deref(), Some("k-1"));
    assert_eq!(counts(&queues).await.dead, 1);
    assert_eq!(queue(&queues).acknowledge_dead(&letters).await.unwrap(), 1);
    assert_eq!(queue(&queues).acknowledge_dead(&letters).await.unwrap(), 0);
    assert_eq!(counts(&queues).await, jobs::Counts { enqueued_total: 1, dead_total: 1, ..Default::default() });
}

#[tokio::test]
async fn scripts_that_redis_forgot_are_loaded_again() {
    let queues = testing::queues();
    let mut connection = queues.redis().clone();
    queues.enqueue(&[job("m1")]).await.unwrap();
    redis::cmd("SCRIPT").arg("FLUSH").exec_async(&mut connection).await.unwrap();
    queues.enqueue(&many(1_100, "m1")).await.unwrap();
    assert_eq!(claim(&queues, 500).await.len(), 500);
    let _: Option<String> = connection.get("nothing").await.unwrap();
}

#[tokio::test]
async fn run_pending_carries_outcomes_out() {
    let queues = testing::queues();
    queues.enqueue(&many(150, "m1")).await.unwrap();
    let runs = testing::run_pending::<jobs::AwardPoints, _, _>(&queues, |job| async move {
        if job.context.attempt == 1 { Err(jobs::JobError::retry_after("again", Duration::ZERO)) } else { Ok(()) }
    });
    assert_eq!(runs.await.unwrap(), 300);
    assert_eq!(counts(&queues).await.done_total, 150);
}
