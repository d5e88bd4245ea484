//! Measures what an idle process with workers costs, and how soon it is woken, on an empty server given as argument: with 3
//! queues and with 25. The figures are in `docs/adr/0015-a-kind-is-one-line-and-a-process-listens-once.md`.
//!
//!     cargo run --release -p jobs --features testing --example idle_cost -- redis://127.0.0.1:6379 [seconds] [wake-ups]
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "prints figures for a person")]
#![allow(clippy::disallowed_methods, reason = "measures by the real clock")]

use std::{collections::HashMap, time::Duration};

use apalis_core::worker::{builder::WorkerBuilder, context::WorkerContext};
use domain::LogId;
use jobs::{
    AwardPoints, CancelAdjustment, Job, JobError, JobKind, Lane, Maintenance, NewJob, Payload, QueueBackend, Queues,
    Redis, WorkerOptions, WorkerProcess, testing::new_id,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

/// Kinds whose workers are started in each set of queues.
const SET_QUEUES: usize = 3;
/// The process is idle from here on: all queues were claimed from, and the subscription is up.
const SETTLING: Duration = Duration::from_secs(3);
/// Ticks of the kernel's accounts of CPU, in a second.
const TICKS_PER_SECOND: f64 = 100.0;
/// A wake-up that takes longer was lost.
const WAKE_TIMEOUT: Duration = Duration::from_secs(60);

/// Starts the worker of `P`'s kind.
fn start<P: Payload>(
    tasks: &mut JoinSet<()>,
    process: &WorkerProcess,
    queues: &Queues,
    ran: &UnboundedSender<Instant>,
) {
    let name = format!("idle-{}", new_id());
    let context = WorkerContext::new(&name);
    let backend = QueueBackend::<P>::new(process, queues, WorkerOptions::new(&name, 1));
    let ran = ran.clone();
    let worker = WorkerBuilder::new(&context).backend(backend).build(move |_: Job<P>| {
        let _ = ran.send(Instant::now());
        std::future::ready(Ok::<(), JobError>(()))
    });
    tasks.spawn(async move { worker.run().await.unwrap() });
}

/// Starts the workers of `count` queues in one process.
fn start_workers(redis: &Redis, count: usize, ran: &UnboundedSender<Instant>) -> (JoinSet<()>, Queues) {
    let process = WorkerProcess::new(redis, new_id().as_str(), 1);
    let mut tasks = JoinSet::new();
    let sets: Vec<_> = (0..count.div_ceil(SET_QUEUES)).map(|_| Queues::new(redis, new_id().as_str())).collect();
    for (number, queues) in sets.iter().enumerate() {
        start::<AwardPoints>(&mut tasks, &process, queues, ran);
        if number * SET_QUEUES + 1 < count {
            start::<CancelAdjustment>(&mut tasks, &process, queues, ran);
            start::<Maintenance>(&mut tasks, &process, queues, ran);
        }
    }
    assert_eq!(tasks.len(), count, "a count of queues is a multiple of {SET_QUEUES}, or one more");
    (tasks, sets[0].clone())
}

/// What the server and this process have used so far.
struct Usage {
    connections: f64,
    calls: f64,
    redis_cpu_seconds: f64,
    own_cpu_seconds: f64,
}

impl Usage {
    async fn now(redis: &Redis) -> Self {
        let text: String = redis.query(redis::cmd("INFO").arg("everything")).await.unwrap();
        let values: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once(':')).collect();
        let number = |name: &str| values.get(name).and_then(|value| value.parse::<f64>().ok()).unwrap_or(0.0);
        // Calls from outside: what scripts call inside is theirs.
        let calls = |name: &str| -> f64 {
            let stats = values.get(format!("cmdstat_{name}").as_str()).and_then(|stats| stats.strip_prefix("calls="));
            stats.and_then(|stats| stats.split(',').next()?.parse().ok()).unwrap_or(0.0)
        };
        let outside = ["evalsha", "eval", "ping", "blpop", "subscribe"].map(calls);
        Self {
            connections: number("connected_clients"),
            calls: outside.iter().sum(),
            redis_cpu_seconds: number("used_cpu_sys") + number("used_cpu_user"),
            own_cpu_seconds: own_cpu_seconds(),
        }
    }
}

/// CPU time of this process. (Fields 14 and 15 of `/proc/self/stat`.)
fn own_cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>()
        / TICKS_PER_SECOND
}

/// Enqueues one job after the other, each while the process is idle. Returns the times from before the call that enqueues
/// to the begin of the handler, in order.
async fn wake_ups(queues: &Queues, count: usize, ran: &mut UnboundedReceiver<Instant>) -> Vec<Duration> {
    let payload = AwardPoints { log_id: LogId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap() };
    let mut waits = Vec::with_capacity(count);
    for _ in 0..count {
        let begun = Instant::now();
        queues.enqueue(&[NewJob::of(new_id(), &payload, Lane::parse("m1").unwrap())]).await.unwrap();
        let started = timeout(WAKE_TIMEOUT, ran.recv()).await.unwrap().unwrap();
        waits.push(started - begun);
        // Until the job is settled and the worker waits again.
        while queues.queue(JobKind::AwardPoints).counts().await.unwrap().running > 0 {
            sleep(Duration::from_millis(1)).await;
        }
        sleep(Duration::from_millis(5)).await;
    }
    waits.sort();
    waits
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("the address of an empty Redis");
    let seconds: u64 = arguments.next().map_or(20, |text| text.parse().unwrap());
    let count: usize = arguments.next().map_or(1_000, |text| text.parse().unwrap());
    println!("queues  connections  calls/s  CPU ms/s  Redis CPU ms/s  wake-up p50, p99, max (ms)");
    for queues in [3, 25] {
        let observer = Redis::open(&url, 1).unwrap();
        let none = Usage::now(&observer).await;
        let redis = Redis::open(&url, 2).unwrap();
        let (ran, mut runs) = unbounded_channel();
        let (workers, first) = start_workers(&redis, queues, &ran);
        sleep(SETTLING).await;
        let before = Usage::now(&observer).await;
        sleep(Duration::from_secs(seconds)).await;
        let after = Usage::now(&observer).await;
        let per_second = |from: f64, to: f64| (to - from) / seconds as f64;
        let waits = wake_ups(&first, count, &mut runs).await;
        let ms = |percent: usize| waits[(waits.len() - 1) * percent / 100].as_secs_f64() * 1_000.0;
        println!(
            "{queues:6}  {:11}  {:7.1}  {:8.2}  {:14.2}  {:.2}, {:.2}, {:.2}",
            after.connections - none.connections,
            per_second(before.calls, after.calls),
            per_second(before.own_cpu_seconds, after.own_cpu_seconds) * 1_000.0,
            per_second(before.redis_cpu_seconds, after.redis_cpu_seconds) * 1_000.0,
            ms(50),
            ms(99),
            ms(100),
        );
        drop(workers);
        drop(redis);
        drop(first);
        sleep(Duration::from_secs(1)).await;
    }
}
