//! What jobs cost Redis: a change that makes them heavier, or leaves something behind, shows here. Figures by state are in
//! `docs/queue-memory.md`.

use jobs::{Queues, Redis};

use crate::support::*;

const JOBS: usize = 10_000;
const LANES: usize = 500;
/// A waiting job, with its share of a lane of 20; measured: 260 in lanes of 2,000.
const WAITING_JOB_BYTES_MAX: usize = 320;
/// What all those lanes leave together, besides the ring of finished jobs: measured at nothing.
const IDLE_LANES_BYTES_MAX: usize = 64 * 1_024;
/// The ring of finished jobs, when it is full.
const DONE_RING_BYTES_MAX: usize = 128 * 1_024;

async fn used(redis: &Redis) -> usize {
    let info: String = redis.query(redis::cmd("INFO").arg("memory")).await.unwrap();
    let number = |name: &str| -> usize {
        info.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap()
    };
    number("used_memory:") - number("mem_clients_normal:") - number("mem_aof_buffer:")
}

#[tokio::test]
async fn a_waiting_job_is_light_and_an_idle_lane_weighs_nothing() {
    let server = Server::start().await;
    let queues = Queues::connect(&server.url).unwrap();
    let redis = queues.redis();
    // The scripts are loaded before anything is weighed.
    queues.enqueue(&[job("first")]).await.unwrap();
    settle(&queues, &one(&queues).await, jobs::Outcome::Done).await;
    let before = used(redis).await;

    let given: Vec<_> = (0..JOBS).map(|n| job(&format!("01JD8Q3VN7Z9M0A2B4C{:07}", n % LANES))).collect();
    queues.enqueue(&given).await.unwrap();
    let each = (used(redis).await - before) / JOBS;
    assert!(each <= WAITING_JOB_BYTES_MAX, "a waiting job takes {each} bytes");
    assert!(each >= 100, "a waiting job takes {each} bytes: nothing was weighed");

    loop {
        let claimed = claim(&queues, 500).await;
        if claimed.is_empty() {
            break;
        }
        let ended: Vec<_> = claimed.iter().map(|job| jobs::Settlement::of(job, jobs::Outcome::Done)).collect();
        queue(&queues).settle(&ended).await.unwrap();
    }
    let left = used(redis).await.saturating_sub(before);
    assert!(left <= IDLE_LANES_BYTES_MAX + DONE_RING_BYTES_MAX, "{LANES} idle lanes leave {left} bytes");
    let keys: Vec<String> = redis.query(redis::cmd("KEYS").arg("*:lane:*")).await.unwrap();
    assert_eq!(keys, Vec::<String>::new());
}
