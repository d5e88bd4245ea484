//! Looking at a queue: pages that miss and repeat nothing, single jobs, lanes, workers.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use jobs::{
    Action, Bulk, BulkFilter, JobRef, JobState, NewJob, Outcome, PageQuery, Queues, Settlement, WorkerOptions, testing,
};
use tokio::sync::Notify;

use crate::support::*;

fn reference(job: &NewJob) -> JobRef {
    JobRef { lane: job.lane().clone(), job_id: job.id().clone() }
}

/// All pages of a state, with so many jobs each.
async fn all(queues: &Queues, mut query: PageQuery) -> Vec<JobRef> {
    let mut seen = Vec::new();
    loop {
        let page = queue(queues).page(&query).await.unwrap();
        seen.extend(page.jobs.into_iter().map(|view| view.job));
        match page.cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return seen,
        }
    }
}

async fn kill(queues: &Queues, count: usize, reason: &str) {
    let claimed = claim(queues, count).await;
    let settlements: Vec<_> =
        claimed.iter().map(|job| Settlement::of(job, Outcome::Dead { reason: reason.into() })).collect();
    queue(queues).settle(&settlements).await.unwrap();
}

#[tokio::test]
async fn pages_of_every_state_miss_and_repeat_nothing() {
    let queues = testing::queues();
    let soon = chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap();
    let delayed: Vec<_> = (0..25).map(|n| job(&format!("m{}", n % 3)).run_at(soon)).collect();
    queues.enqueue(&delayed).await.unwrap();
    let dead: Vec<_> = (0..25).map(|n| job(&format!("m{}", n % 3))).collect();
    queues.enqueue(&dead).await.unwrap();
    kill(&queues, 25, "no").await;
    let running: Vec<_> = (0..25).map(|n| job(&format!("m{}", n % 3))).collect();
    queues.enqueue(&running).await.unwrap();
    for _ in 0..5 {
        assert_eq!(claim(&queues, 5).await.len(), 5);
    }
    let waiting: Vec<_> = (0..25).map(|n| job(&format!("m{}", n % 3))).collect();
    queues.enqueue(&waiting).await.unwrap();
    // A paused lane's jobs wait, too.
    queue(&queues).pause_lane(&lane("m1")).await.unwrap();

    for (state, given) in [
        (JobState::Delayed, &delayed),
        (JobState::Dead, &dead),
        (JobState::Running, &running),
        (JobState::Waiting, &waiting),
    ] {
        for limit in [1, 4, 100] {
            let seen = all(&queues, PageQuery::of(state, limit)).await;
            let expected: BTreeSet<_> = given.iter().map(|job| job.id().clone()).collect();
            assert_eq!(seen.len(), 25, "{state:?} by {limit}");
            assert_eq!(
                seen.into_iter().map(|job| job.job_id).collect::<BTreeSet<_>>(),
                expected,
                "{state:?} by {limit}"
            );
        }
        let of_lane = all(&queues, PageQuery { lane: Some(lane("m2")), ..PageQuery::of(state, 3) }).await;
        assert_eq!(of_lane.len(), 8, "{state:?}");
        assert!(of_lane.iter().all(|job| job.lane == lane("m2")));
    }
}

#[tokio::test]
async fn a_cursor_holds_when_its_job_has_gone() {
    let queues = testing::queues();
    // All die in the same call, so in the same millisecond.
    let given = many(30, "m1");
    queues.enqueue(&given).await.unwrap();
    kill(&queues, 30, "no").await;
    let first = queue(&queues).page(&PageQuery::of(JobState::Dead, 10)).await.unwrap();
    let gone: Vec<_> = first.jobs[5..].iter().map(|view| view.job.clone()).collect();
    assert_eq!(queue(&queues).act(&Action::Retry, &gone).await.unwrap(), gone);
    let rest = all(&queues, PageQuery { cursor: first.cursor, ..PageQuery::of(JobState::Dead, 7) }).await;
    let expected: BTreeSet<_> = given.iter().map(reference).map(|job| job.job_id).collect();
    let seen: BTreeSet<_> = first.jobs.into_iter().map(|view| view.job).chain(rest).map(|job| job.job_id).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_cursor_of_nonsense_begins_at_the_start() {
    let queues = testing::queues();
    queues.enqueue(&many(3, "m1")).await.unwrap();
    for state in [JobState::Waiting, JobState::Delayed, JobState::Running, JobState::Dead] {
        for cursor in ["", "x", "~", "a~b", "~~", "0~-1"] {
            let query = PageQuery { cursor: Some(cursor.to_owned()), ..PageQuery::of(state, 2) };
            assert!(queue(&queues).page(&query).await.is_ok(), "{state:?} {cursor}");
        }
    }
}

#[tokio::test]
async fn one_job_shows_what_is_known_of_it_in_every_state() {
    let queues = testing::queues();
    let cause = testing::new_id();
    let given = job("m1").trace("t-1").parent(&cause).idempotency_key("k-1").max_attempts(5);
    let this = [reference(&given)];
    let look = async || queue(&queues).jobs(&this).await.unwrap().pop();
    assert_eq!(look().await, None);
    queues.enqueue(std::slice::from_ref(&given)).await.unwrap();
    let view = look().await.unwrap();
    assert_eq!((view.state, view.attempts, view.max_attempts, view.version), (JobState::Waiting, 0, 5, 1));
    assert_eq!((view.trace.as_deref(), view.parent.as_deref()), (Some("t-1"), Some(cause.as_str())));
    assert_eq!(
        (view.idempotency_key.as_deref(), view.payload.as_str()),
        (Some("k-1"), r#"{"log_id":"01JD8Q3VN7Z9M0A2B4C6D8E0F1"}"#)
    );

    let claimed = one(&queues).await;
    assert_eq!(claimed.context.parent.as_deref(), Some(cause.as_str()));
    let view = look().await.unwrap();
    let run = view.run.expect("it runs");
    assert_eq!((view.state, view.attempts, run.worker.as_str()), (JobState::Running, 1, "one"));
    assert!(run.lease_ends_at > run.claimed_at);

    settle(&queues, &claimed, Outcome::Retry { after: Duration::from_secs(600) }).await;
    let view = look().await.unwrap();
    assert_eq!((view.state, view.attempts), (JobState::Delayed, 1));
    assert!(view.at.expect("it is due some time") > run.claimed_at);

    queue(&queues).act(&Action::RunNow, &this).await.unwrap();
    let claimed = one(&queues).await;
    assert_eq!(claimed.context.attempt, 2, "its attempts stay counted");
    settle(&queues, &claimed, Outcome::Dead { reason: jobs::Reason::new("http_5xx", "502 | bad\ngateway") }).await;
    let view = look().await.unwrap();
    assert_eq!((view.state, view.attempts), (JobState::Dead, 2));
    assert_eq!((view.error_class.as_deref(), view.reason.as_deref()), (Some("http_5xx"), Some("502 | bad\ngateway")));
    let letters = queue(&queues).dead_letters(1).await.unwrap();
    assert_eq!((letters[0].error_class.as_str(), letters[0].parent.as_deref()), ("http_5xx", Some(cause.as_str())));
}

#[tokio::test]
async fn lanes_are_counted_by_state() {
    let queues = testing::queues();
    let soon = chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap();
    queues.enqueue(&many(6, "m1")).await.unwrap();
    queues.enqueue(&[job("m1").run_at(soon), job("m2").run_at(soon), job("m2"), job("m3")]).await.unwrap();
    queue(&queues).pause_lane(&lane("m2")).await.unwrap();
    let of = async |name: &str| {
        let view = queue(&queues).lane(&lane(name)).await.unwrap();
        (view.waiting, view.delayed, view.dead, view.paused)
    };
    assert_eq!(
        (of("m1").await, of("m2").await, of("nobody").await),
        ((6, 1, 0, false), (1, 1, 0, true), (0, 0, 0, false))
    );
    let (lanes, more) = queue(&queues).lanes(None, 2).await.unwrap();
    assert_eq!((lanes.len(), more, lanes[1].lane.as_str()), (2, true, "m2"));
    assert!(lanes.iter().all(|view| view.oldest_age_ms.is_some()));
    let (rest, more) = queue(&queues).lanes(Some(&lanes[1].lane), 2).await.unwrap();
    assert_eq!((rest[0].lane.as_str(), more), ("m3", false));

    let claimed = queue(&queues).claim(3, LEASE, "w").await.unwrap().jobs;
    settle(&queues, &claimed[0], Outcome::Dead { reason: "no".into() }).await;
    settle(&queues, &claimed[1], Outcome::Retry { after: Duration::from_secs(600) }).await;
    assert_eq!(of("m1").await, (3, 2, 1, false));
    let letters = queue(&queues).dead_letters(10).await.unwrap();
    queue(&queues).acknowledge_dead(&letters).await.unwrap();
    assert_eq!(of("m1").await, (3, 2, 0, false));
}

#[tokio::test]
async fn workers_say_what_they_are_and_what_they_run() {
    let queues = testing::queues();
    let gate = Arc::new(Notify::new());
    let door = gate.clone();
    let options = WorkerOptions {
        version: "1.2.3".into(),
        host: "box-1".into(),
        concurrency: Some(4),
        lease_ms: Some(3_000),
        ..options()
    };
    let running = start(&queues, options, move |_| {
        let door = door.clone();
        async move {
            door.notified().await;
            Ok(())
        }
    });
    queues.enqueue(&many(3, "m1")).await.unwrap();
    until("its heartbeat shows what runs", || async {
        let workers = queue(&queues).workers().await.unwrap();
        workers.first().is_some_and(|worker| worker.running == 3)
    })
    .await;
    let worker = queue(&queues).workers().await.unwrap().remove(0);
    assert_eq!(
        (worker.name.as_str(), worker.version.as_str(), worker.host.as_str(), worker.concurrency),
        ("worker-1", "1.2.3", "box-1", 4)
    );
    assert!(worker.silent_ms < 20_000);
    let page = queue(&queues).page(&PageQuery::of(JobState::Running, 10)).await.unwrap();
    assert!(page.jobs.iter().all(|view| view.run.as_ref().is_some_and(|run| run.worker == "worker-1")));
    assert_eq!(page.jobs.len(), 3);
    until("all are let go", || async {
        gate.notify_waiters();
        counts(&queues).await.pending() == 0
    })
    .await;
    running.stop().await;
    assert_eq!(queue(&queues).workers().await.unwrap(), [], "a worker that ended is not a silent one");
}

/// On demand: `./dev.sh test --run-ignored only`.
#[tokio::test]
#[ignore = "makes a million dead jobs"]
async fn a_million_dead_jobs_are_looked_at_in_no_time() {
    let server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    for _ in 0..2_000 {
        let given: Vec<_> = (0..500).map(|n| job(&format!("m{}", n % 50))).collect();
        queues.enqueue(&given).await.unwrap();
        kill(&queues, 500, "upstream answered 502").await;
    }
    let begun = tokio::time::Instant::now();
    let mut last = begun;
    let mut took = |what: &str| {
        let now = tokio::time::Instant::now();
        println!("{what:<40} {:>7.1} ms", now.duration_since(last).as_secs_f64() * 1e3);
        assert!(now.duration_since(last) < Duration::from_millis(300), "{what}");
        last = now;
    };
    assert_eq!(counts(&queues).await.dead, 1_000_000);
    took("counts");
    let first = queue(&queues).page(&PageQuery::of(JobState::Dead, 100)).await.unwrap();
    took("a page");
    let query = PageQuery { cursor: first.cursor.clone(), ..PageQuery::of(JobState::Dead, 100) };
    assert_eq!(queue(&queues).page(&query).await.unwrap().jobs.len(), 100);
    took("the next page");
    let gone = first.jobs.last().unwrap().job.clone();
    queue(&queues).act(&Action::Retry, &[gone]).await.unwrap();
    took("one retried");
    assert_eq!(queue(&queues).page(&query).await.unwrap().jobs.len(), 100);
    took("a page after a job that has gone");
    let of_lane = PageQuery { lane: Some(lane("m7")), ..PageQuery::of(JobState::Dead, 100) };
    assert_eq!(queue(&queues).page(&of_lane).await.unwrap().jobs.len(), 100);
    took("a page of one of fifty lanes");
    let none = PageQuery { lane: Some(lane("nobody")), ..PageQuery::of(JobState::Dead, 100) };
    assert!(queue(&queues).page(&none).await.unwrap().cursor.is_some());
    took("a page of a lane without any");
    assert!(queue(&queues).lane(&lane("m7")).await.unwrap().dead >= 19_999);
    took("a lane");
    let filter = BulkFilter { reason_contains: Some("502".into()), ..BulkFilter::all(JobState::Dead) };
    let step = queue(&queues).step(&Bulk { filter: filter.clone(), action: None }, None).await.unwrap();
    assert_eq!(step.matched, 500);
    took("one step of a count");
    let step = queue(&queues).step(&Bulk { filter, action: Some(Action::Retry) }, None).await.unwrap();
    assert_eq!(step.changed.len(), 500);
    took("one step of a retry");
}
