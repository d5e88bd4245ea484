//! Measures what jobs cost a Redis in memory, by state, on an empty server given as argument. The figures are in
//! `docs/queue-memory.md`.
//!
//!     cargo run -p jobs --features testing --example queue_memory -- redis://127.0.0.1:6379 [jobs] [lanes]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "prints figures for a person")]

use std::time::Duration;

use domain::LogId;
use jobs::{
    AwardPoints, JobKind, Lane, NewJob, Outcome, Queue, Queues, Settlement,
    testing::{new_id, unique_prefix},
};

const LEASE: Duration = Duration::from_secs(600);
const BATCH: usize = 500;

/// Bytes that Redis uses, without what it keeps for clients and for its log while it writes.
async fn used(queues: &Queues) -> i64 {
    let info: String = queues.redis().query(redis::cmd("INFO").arg("memory")).await.unwrap();
    let number = |name: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse::<i64>().unwrap()
    };
    number("used_memory:") - number("mem_clients_normal:") - number("mem_aof_buffer:")
}

fn new_jobs(count: usize, lanes: usize) -> Vec<NewJob> {
    let payload = AwardPoints { log_id: LogId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap() };
    // As in operation: a lane is a merchant's id, the trace a request's.
    let lane = |n: usize| Lane::parse(&format!("01JD8Q3VN7Z9M0A2B4C{:07}", n % lanes)).unwrap();
    (0..count).map(|n| NewJob::of(new_id(), &payload, lane(n)).trace(new_id().as_str())).collect()
}

async fn enqueue(queues: &Queues, jobs: &[NewJob]) {
    for batch in jobs.chunks(BATCH) {
        queues.enqueue(batch).await.unwrap();
    }
}

/// Claims all that wait, and ends it if an outcome is given.
async fn take(queue: &Queue, outcome: Option<&Outcome>) {
    loop {
        let claimed = queue.claim(BATCH, LEASE, "memory").await.unwrap().jobs;
        if claimed.is_empty() {
            return;
        }
        if let Some(outcome) = outcome {
            let ended: Vec<_> = claimed.iter().map(|job| Settlement::of(job, outcome.clone())).collect();
            queue.settle(&ended).await.unwrap();
        }
    }
}

/// Queues in an empty Redis that has the scripts and its tables. Only what this program wrote is thrown away.
async fn fresh(url: &str) -> (Queues, i64) {
    let queues = Queues::connect_prefixed(url, &unique_prefix()).unwrap();
    queues.redis().call(redis::cmd("FLUSHALL").arg("SYNC")).await.unwrap();
    enqueue(&queues, &new_jobs(BATCH, 1)).await;
    take(queues.queue(JobKind::AwardPoints), Some(&Outcome::Done)).await;
    let before = used(&queues).await;
    (queues, before)
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("the address of an empty Redis, such as redis://127.0.0.1:6379");
    let mut number = |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, lanes): (usize, usize) = (number(100_000), number(50));
    let redis = jobs::Redis::open(&url, 0).unwrap();
    let keys: u64 = redis.query(&redis::cmd("DBSIZE")).await.unwrap();
    assert_eq!(keys, 0, "this Redis is not empty: give one that may be emptied");
    let print = |what: &str, bytes: i64| println!("{what:<48} {:>7.1} bytes", bytes as f64 / count as f64);

    println!("{count} jobs in {lanes} lanes, each");
    let (queues, before) = fresh(&url).await;
    enqueue(&queues, &new_jobs(count, lanes)).await;
    print("waiting", used(&queues).await - before);
    take(queues.queue(JobKind::AwardPoints), None).await;
    print("running", used(&queues).await - before);

    let later = Outcome::Snooze { after: LEASE };
    let dead = Outcome::Dead { reason: "the order's record cannot be read: unexpected end of input".to_owned().into() };
    for (what, outcome) in [("waiting for its time", later), ("dead, until PostgreSQL has it", dead)] {
        let (queues, before) = fresh(&url).await;
        enqueue(&queues, &new_jobs(count, lanes)).await;
        take(queues.queue(JobKind::AwardPoints), Some(&outcome)).await;
        print(what, used(&queues).await - before);
    }

    let (queues, before) = fresh(&url).await;
    let jobs = new_jobs(count, lanes).into_iter().map(|job| {
        let key = job.id().to_string();
        job.idempotency_key(key)
    });
    enqueue(&queues, &jobs.collect::<Vec<_>>()).await;
    print("waiting, with an idempotency key", used(&queues).await - before);

    let (queues, before) = fresh(&url).await;
    enqueue(&queues, &new_jobs(count, count)).await;
    print("waiting, alone in its lane", used(&queues).await - before);
    take(queues.queue(JobKind::AwardPoints), Some(&Outcome::Done)).await;
    print("an idle lane, its job done", used(&queues).await - before);
    let keys: u64 = redis.query(&redis::cmd("DBSIZE")).await.unwrap();
    println!("keys left with {count} idle lanes: {keys}");
}
