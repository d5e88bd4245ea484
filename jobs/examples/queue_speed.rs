//! Measures the queue on a Redis given as argument: bulk enqueue, no-op processing, and the idle wait for a start.
//!
//!     cargo run --release -p jobs --features testing --example queue_speed -- redis://127.0.0.1:6379 [jobs] [concurrency]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "prints figures for a person"
)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use apalis_core::{task::data::Data, worker::builder::WorkerBuilder, worker::context::WorkerContext};
use domain::LogId;
use jobs::{
    AwardPoints, Job, JobError, JobKind, Lane, NewJob, QueueBackend, Queues, WorkerOptions,
    testing::{new_id, unique_prefix},
};
use tokio::{sync::mpsc, time::Instant};

const LANES: usize = 50;
const LATENCY_SAMPLES: usize = 300;

fn new_jobs(count: usize) -> Vec<NewJob> {
    let payload = AwardPoints { log_id: LogId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap() };
    (0..count)
        .map(|n| {
            let lane = Lane::parse(&format!("01JD8Q3VN7Z9M0A2B4C6D8E0{:02}", n % LANES)).unwrap();
            NewJob::of(new_id(), &payload, lane).trace("0123456789abcdef")
        })
        .collect()
}

/// CPU seconds that Redis has used.
async fn redis_cpu_seconds(queues: &Queues) -> f64 {
    let mut connection = queues.redis().clone();
    let info: String = redis::cmd("INFO").arg("cpu").query_async(&mut connection).await.unwrap();
    info.lines()
        .filter_map(|line| {
            line.strip_prefix("used_cpu_user:")
                .or_else(|| line.strip_prefix("used_cpu_sys:"))?
                .trim()
                .parse::<f64>()
                .ok()
        })
        .sum()
}

/// CPU seconds that this process has used.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |n: usize| fields.get(n).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

async fn count_job(_: Job<AwardPoints>, done: Data<Arc<AtomicU64>>) -> Result<(), JobError> {
    done.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

async fn note_start(_: Job<AwardPoints>, started: Data<mpsc::UnboundedSender<Instant>>) -> Result<(), JobError> {
    let _ = started.send(Instant::now());
    Ok(())
}

async fn bulk(url: &str, count: usize, concurrency: usize) {
    let queues = Queues::connect_prefixed(url, &unique_prefix()).unwrap();
    queues.ping().await.unwrap();
    let jobs = new_jobs(count);
    let redis_cpu = redis_cpu_seconds(&queues).await;
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    // Two calls under way, so that making a call and carrying it out overlap.
    for pair in jobs.chunks(1_000) {
        queues.enqueue(pair).await.unwrap();
    }
    let took = begun.elapsed().as_secs_f64();
    let cpu = (cpu_seconds() - cpu) * 1e6 / count as f64;
    let redis = (redis_cpu_seconds(&queues).await - redis_cpu) * 1e6 / count as f64;
    println!("enqueue in bulk {:>9.0} jobs/s; CPU us a job: client {cpu:.2}, Redis {redis:.2}", count as f64 / took);

    let done = Arc::new(AtomicU64::new(0));
    let context = WorkerContext::new("speed");
    let options = WorkerOptions { concurrency: Some(concurrency), ..WorkerOptions::new("speed", 1) };
    let worker = WorkerBuilder::new(&context)
        .backend(QueueBackend::<AwardPoints>::new(&queues, options))
        .data(Arc::clone(&done))
        .build(count_job);
    let redis_cpu = redis_cpu_seconds(&queues).await;
    let (begun, cpu) = (Instant::now(), cpu_seconds());
    let running = tokio::spawn(worker.run());
    while queues.queue(JobKind::AwardPoints).counts().await.unwrap().pending() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let took = begun.elapsed().as_secs_f64();
    let cpu = (cpu_seconds() - cpu) * 1e6 / count as f64;
    assert_eq!(done.load(Ordering::Relaxed), count as u64);
    let redis = (redis_cpu_seconds(&queues).await - redis_cpu) * 1e6 / count as f64;
    println!("process no-op   {:>9.0} jobs/s; CPU us a job: client {cpu:.2}, Redis {redis:.2}", count as f64 / took);
    context.stop().unwrap();
    running.await.unwrap().unwrap();
}

async fn idle_latency(url: &str) {
    let queues = Queues::connect_prefixed(url, &unique_prefix()).unwrap();
    let (sender, mut started) = mpsc::unbounded_channel::<Instant>();
    let context = WorkerContext::new("latency");
    let worker = WorkerBuilder::new(&context)
        .backend(QueueBackend::<AwardPoints>::new(&queues, WorkerOptions::new("latency", 1)))
        .data(sender)
        .build(note_start);
    let running = tokio::spawn(worker.run());
    let mut waits = Vec::with_capacity(LATENCY_SAMPLES);
    for job in new_jobs(LATENCY_SAMPLES) {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let begun = Instant::now();
        queues.enqueue(std::slice::from_ref(&job)).await.unwrap();
        waits.push(started.recv().await.unwrap().duration_since(begun));
    }
    waits.sort();
    let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_micros();
    println!("idle, enqueue to start: p50 {} us, p99 {} us, max {} us", at(0.5), at(0.99), at(1.0));
    context.stop().unwrap();
    running.await.unwrap().unwrap();
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().expect("the address of a Redis, such as redis://127.0.0.1:6379");
    let mut number = |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, concurrency) = (number(200_000), number(500));
    for _ in 0..3 {
        bulk(&url, count, concurrency).await;
    }
    idle_latency(&url).await;
}
