//! What a person does to jobs, one by one and in bulk: nothing is lost, doubled, or done to a job that has moved on.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jobs::{
    Action, Bulk, BulkFilter, Claimed, EditError, Job, JobRef, JobState, NewJob, Outcome, PageQuery, PayloadError,
    Queues, Reason, Settlement, Step, WorkerOptions, testing,
};

use crate::support::*;

fn reference(job: &NewJob) -> JobRef {
    JobRef { lane: job.lane().clone(), job_id: job.id().clone() }
}

async fn act(queues: &Queues, action: Action, jobs: &[NewJob]) -> usize {
    let jobs: Vec<_> = jobs.iter().map(reference).collect();
    queue(queues).act(&action, &jobs).await.unwrap().len()
}

async fn kill(queues: &Queues, jobs: &[Claimed], reason: Reason) {
    let dead: Vec<_> = jobs.iter().map(|job| Settlement::of(job, Outcome::Dead { reason: reason.clone() })).collect();
    queue(queues).settle(&dead).await.unwrap();
}

/// All steps of a bulk action, and how many there were.
async fn carry_out(queues: &Queues, bulk: &Bulk) -> (Step, usize) {
    let (mut total, mut steps, mut cursor) = (Step::default(), 0, None);
    loop {
        let step = queue(queues).step(bulk, cursor).await.unwrap();
        steps += 1;
        total.looked_at += step.looked_at;
        total.matched += step.matched;
        total.changed.extend(step.changed);
        cursor = step.cursor;
        if cursor.is_none() {
            return (total, steps);
        }
    }
}

#[tokio::test]
async fn a_dead_job_that_is_retried_has_all_its_attempts_again() {
    let queues = testing::queues();
    let given = [job("m1").max_attempts(2)];
    queues.enqueue(&given).await.unwrap();
    kill(&queues, &[one(&queues).await], "no".into()).await;
    assert_eq!(act(&queues, Action::Retry, &given).await, 1);
    assert_eq!(act(&queues, Action::Retry, &given).await, 0, "it is not dead any more");
    let again = one(&queues).await;
    assert_eq!((again.context.job_id.clone(), again.context.attempt), (given[0].id().clone(), 1));
    settle(&queues, &again, Outcome::Done).await;
    assert_eq!(counts(&queues).await.pending() + counts(&queues).await.dead, 0);
}

#[tokio::test]
async fn an_action_leaves_jobs_alone_that_it_does_not_fit() {
    let queues = testing::queues();
    let given = [job("m1")];
    let all =
        [Action::Retry, Action::RunNow, Action::Cancel, Action::MoveToDead { reason: "b".into() }, Action::Delete];
    for action in all.clone() {
        assert_eq!(act(&queues, action, &given).await, 0, "there is no such job");
    }
    queues.enqueue(&given).await.unwrap();
    let claimed = one(&queues).await;
    for action in all {
        let fits = action.fits(JobState::Running);
        assert_eq!(act(&queues, action.clone(), &given).await, usize::from(fits), "{action:?}");
    }
    assert_eq!(settle(&queues, &claimed, Outcome::Done).await.applied, 1);
}

#[tokio::test]
async fn a_deleted_job_is_gone_and_its_key_and_id_are_free_for_one_other_run() {
    let queues = testing::queues();
    let soon = chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap();
    let first = job("m1").idempotency_key("k-1");
    let others = [job("m1"), job("m1").run_at(soon), job("m1")];
    queues.enqueue(std::slice::from_ref(&first)).await.unwrap();
    queues.enqueue(&others).await.unwrap();
    assert_eq!(act(&queues, Action::Delete, &[first.clone(), others[1].clone(), others[2].clone()]).await, 3);
    let view = queue(&queues).lane(&lane("m1")).await.unwrap();
    assert_eq!((view.waiting, view.delayed, counts(&queues).await.waiting), (1, 0, 1));
    assert!(counts(&queues).await.oldest_age_ms.unwrap() < 60_000, "the hole is not the oldest");
    // Under the same key and id, as the sweep does: it must run once, though its place in the lane is still there.
    let again = first.clone();
    assert_eq!(queues.enqueue(&[again]).await.unwrap(), [first.id().clone()]);
    let claimed = claim(&queues, 10).await;
    assert_eq!(ids(&claimed), [others[0].id().clone(), first.id().clone()]);
    for job in &claimed {
        assert_eq!(settle(&queues, job, Outcome::Done).await.applied, 1);
    }
    let view = queue(&queues).lane(&lane("m1")).await.unwrap();
    assert_eq!((view.waiting, counts(&queues).await.pending()), (0, 0));
}

#[tokio::test]
async fn a_buried_job_is_a_dead_letter_with_its_reason() {
    let queues = testing::queues();
    let soon = chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap();
    let given = [job("m1"), job("m1").run_at(soon)];
    queues.enqueue(&given).await.unwrap();
    assert_eq!(act(&queues, Action::MoveToDead { reason: "shop | closed".into() }, &given).await, 2);
    let letters = queue(&queues).dead_letters(10).await.unwrap();
    assert!(letters.iter().all(|letter| letter.reason == "shop | closed" && letter.error_class == "operator"));
    assert_eq!((letters.len(), counts(&queues).await.pending(), counts(&queues).await.dead), (2, 0, 2));
    assert!(claim(&queues, 10).await.is_empty());
    assert_eq!(act(&queues, Action::Retry, &given).await, 2);
    assert_eq!(claim(&queues, 10).await.len(), 2);
}

#[tokio::test]
async fn a_payload_is_edited_only_to_one_of_its_kind() {
    let queues = testing::queues();
    let given = job("m1").trace("t").idempotency_key("k").max_attempts(3);
    let this = reference(&given);
    let new = r#"{"log_id":"01JD8Q3VN7Z9M0A2B4C6D8E0F2"}"#;
    assert!(matches!(queue(&queues).edit(&this, new).await, Err(EditError::NotFound)));
    queues.enqueue(std::slice::from_ref(&given)).await.unwrap();
    for wrong in ["", "{}", "[]", r#"{"log_id":7}"#, r#"{"log_id":"not an id"}"#] {
        let error = queue(&queues).edit(&this, wrong).await.unwrap_err();
        assert!(matches!(error, EditError::Payload(PayloadError::Malformed { .. })), "{wrong}: {error}");
    }
    let extra = r#"{"log_id":"01JD8Q3VN7Z9M0A2B4C6D8E0F2","points":7}"#;
    let error = queue(&queues).edit(&this, extra).await.unwrap_err();
    assert_eq!(error.to_string(), "payload of `award-points` has no field \"points\"");
    assert_eq!(queue(&queues).edit(&this, new).await.unwrap(), new);
    let claimed = one(&queues).await;
    assert_eq!(claimed.payload.get(), new);
    assert_eq!((claimed.context.trace.as_deref(), claimed.context.idempotency_key.as_deref()), (Some("t"), Some("k")));
    assert_eq!(claimed.context.max_attempts, 3);
    assert!(matches!(queue(&queues).edit(&this, new).await, Err(EditError::Running)));
}

#[tokio::test]
async fn a_running_job_is_cancelled_at_a_heartbeat_and_its_handler_dropped() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let queues = testing::queues();
    let (dropped, finished) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let gate = Arc::new(tokio::sync::Notify::new());
    let started = Arc::new(Mutex::new(0));
    let options = WorkerOptions { lease_ms: Some(600), ..options() };
    let running = {
        let (dropped, finished, gate, started) = (dropped.clone(), finished.clone(), gate.clone(), started.clone());
        start(&queues, options, move |job: Job<jobs::AwardPoints>| {
            let (dropped, finished, gate, started) = (dropped.clone(), finished.clone(), gate.clone(), started.clone());
            async move {
                *started.lock().unwrap() += 1;
                let _guard = (job.context.lane == lane("victim")).then(|| Dropped(dropped));
                gate.notified().await;
                finished.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        })
    };
    let given = [job("victim"), job("other")];
    queues.enqueue(&given).await.unwrap();
    until("both run", || async { *started.lock().unwrap() == 2 }).await;
    assert_eq!(act(&queues, Action::Cancel, &given[..1]).await, 1);
    until("the handler is dropped", || async { dropped.load(Ordering::SeqCst) }).await;
    until("it has ended as cancelled", || async { counts(&queues).await.running == 1 }).await;
    assert_eq!((counts(&queues).await.cancelled_total, finished.load(Ordering::SeqCst)), (1, 0), "the other goes on");
    until("the other ends", || async {
        gate.notify_waiters();
        counts(&queues).await.done_total == 1
    })
    .await;
    // Enqueued again under the same id, it is not cancelled again.
    queues.enqueue(&given[..1]).await.unwrap();
    until("it ends by itself", || async {
        gate.notify_waiters();
        counts(&queues).await.done_total == 2
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn bulk_actions_count_first_and_then_do_what_was_counted() {
    let queues = testing::queues();
    queues.enqueue(&many(600, "m1")).await.unwrap();
    queues.enqueue(&many(600, "m2")).await.unwrap();
    // All of one call die in the same millisecond.
    let mut expected = 0;
    for n in 0..6 {
        let claimed = claim(&queues, 200).await;
        let reason = if n % 2 == 0 { Reason::new("timeout", "Gave up") } else { Reason::new("shape", "bad") };
        let m1 = claimed.iter().filter(|job| job.context.lane == lane("m1")).count();
        expected += if n % 2 == 0 { m1 } else { 0 };
        kill(&queues, &claimed, reason).await;
    }
    let filter = BulkFilter {
        lane: Some(lane("m1")),
        error_class: Some("timeout".into()),
        reason_contains: Some("gave".into()),
        ..BulkFilter::all(JobState::Dead)
    };
    let (counted, steps) = carry_out(&queues, &Bulk { filter: filter.clone(), action: None }).await;
    assert!(expected > 0);
    assert_eq!((counted.matched, counted.changed.len()), (expected as u64, 0));
    assert!(steps >= 2, "bounded steps");
    let (done, _) = carry_out(&queues, &Bulk { filter, action: Some(Action::Retry) }).await;
    assert_eq!((done.matched, done.changed.len()), (expected as u64, expected));
    let left = 1_200 - expected as u64;
    assert_eq!((counts(&queues).await.waiting, counts(&queues).await.dead), (expected as u64, left));
    let (rest, _) =
        carry_out(&queues, &Bulk { filter: BulkFilter::all(JobState::Dead), action: Some(Action::Retry) }).await;
    assert_eq!(
        (rest.changed.len() as u64, counts(&queues).await.waiting, counts(&queues).await.dead),
        (left, 1_200, 0)
    );
}

#[tokio::test]
async fn a_drain_deletes_what_waits_while_workers_claim_and_new_jobs_come() {
    let queues = testing::queues();
    for lane in ["m1", "m2", "m3"] {
        queues.enqueue(&many(700, lane)).await.unwrap();
    }
    let bulk = Bulk { filter: BulkFilter::all(JobState::Waiting), action: Some(Action::Delete) };
    let (mut cursor, mut deleted, mut claimed, mut enqueued) = (None, 0, 0, 2_100);
    loop {
        let step = queue(&queues).step(&bulk, cursor).await.unwrap();
        deleted += step.changed.len();
        if step.cursor.is_none() {
            break;
        }
        cursor = step.cursor;
        for job in claim(&queues, 40).await {
            settle(&queues, &job, Outcome::Done).await;
            claimed += 1;
        }
        enqueued += queues.enqueue(&many(3, "m3")).await.unwrap().len();
    }
    let left = counts(&queues).await;
    assert_eq!(
        deleted + claimed + usize::try_from(left.waiting).unwrap(),
        enqueued,
        "each was deleted, claimed, or is left"
    );
    assert!(left.waiting <= 9 + 3, "of what was there when it began, nothing is left: {}", left.waiting);
    let mut rest = 0;
    loop {
        let found = queue(&queues).claim(100, LEASE, "rest").await.unwrap();
        rest += found.jobs.len();
        if !found.more {
            break;
        }
    }
    assert_eq!(rest, usize::try_from(left.waiting).unwrap(), "holes in lanes are no jobs");
    let page = queue(&queues).page(&PageQuery::of(JobState::Waiting, 100)).await.unwrap();
    assert_eq!((page.jobs.len(), page.cursor), (0, None));
}

#[tokio::test]
async fn what_was_kept_of_a_job_is_enqueued_again_under_its_id() {
    let queues = testing::queues();
    let given = job("m1").trace("t-1");
    queues.enqueue(std::slice::from_ref(&given)).await.unwrap();
    kill(&queues, &[one(&queues).await], "no".into()).await;
    let letter = queue(&queues).dead_letters(1).await.unwrap().remove(0);
    queue(&queues).acknowledge_dead(std::slice::from_ref(&letter)).await.unwrap();
    let kept =
        NewJob::restore(letter.kind, letter.job_id.clone(), letter.lane.clone(), letter.version, &letter.payload)
            .unwrap();
    assert_eq!(queues.enqueue(&[kept.trace("t-1")]).await.unwrap(), [given.id().clone()]);
    let claimed = one(&queues).await;
    assert_eq!((claimed.context.attempt, claimed.context.trace.as_deref()), (1, Some("t-1")));
    assert_eq!(claimed.payload.get(), letter.payload);
    assert!(NewJob::restore(letter.kind, letter.job_id, letter.lane, 1, "{}").is_err());
    until("a lease of its own", || async {
        settle(&queues, &claimed, Outcome::Retry { after: Duration::ZERO }).await.applied == 1
    })
    .await;
}
