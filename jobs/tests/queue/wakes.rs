//! Waking idle processes: by one subscription however many queues there are, and past processes that are gone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use jobs::{
    AwardPoints, CancelAdjustment, Job, JobError, Maintenance, NewJob, Payload, Queues, WorkerOptions, WorkerProcess,
    testing::{self, new_id},
};
use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep};

use crate::support::*;

/// How long a woken worker may take on a busy machine.
const WOKEN_MAX: Duration = Duration::from_millis(250);

async fn ignore<P>(_: Job<P>) -> Result<(), JobError> {
    Ok(())
}

/// Starts workers of all kinds in one process, over as many sets of queues as are given.
fn start_process(name: &str, all: &[Queues]) -> Vec<Running> {
    let process = WorkerProcess::new(all[0].redis(), name, 1);
    let mut running = Vec::new();
    for queues in all {
        let options = || WorkerOptions::new(name, 1);
        running.push(start_in::<AwardPoints, _, _>(&process, queues, options(), ignore));
        running.push(start_in::<CancelAdjustment, _, _>(&process, queues, options(), ignore));
        running.push(start_in::<Maintenance, _, _>(&process, queues, options(), ignore));
    }
    running
}

async fn connect(url: &str) -> MultiplexedConnection {
    redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap()
}

async fn info(connection: &mut MultiplexedConnection, section: &str) -> HashMap<String, String> {
    let text: String = redis::cmd("INFO").arg(section).query_async(connection).await.unwrap();
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Returns how many scripts were called so far.
async fn scripts_called(connection: &mut MultiplexedConnection) -> u64 {
    let stats = info(connection, "commandstats").await;
    let calls = |name: &str| {
        let stats = stats.get(name)?.strip_prefix("calls=")?;
        stats.split_once(',')?.0.parse::<u64>().ok()
    };
    calls("cmdstat_evalsha").unwrap_or(0) + calls("cmdstat_eval").unwrap_or(0)
}

/// Connections to Redis of an idle process with that many queues, and scripts it calls in four seconds.
async fn idle_cost(sets: usize) -> (u64, u64) {
    let server = Server::start().await;
    let mut connection = connect(&server.url).await;
    let before = info(&mut connection, "clients").await["connected_clients"].parse::<u64>().unwrap();
    let first = Queues::connect(&server.url).unwrap();
    let all: Vec<_> = (0..sets).map(|n| Queues::new(first.redis(), &format!("set{n}"))).collect();
    let running = start_process("idle", &all);
    until("all workers wait", || async {
        let mut connection = connection.clone();
        let mut waiting = 0_u64;
        for n in 0..sets {
            for kind in jobs::JobKind::ALL {
                let key = format!("{{set{n}-{kind}}}:waiters");
                waiting += redis::cmd("ZCARD").arg(key).query_async::<u64>(&mut connection).await.unwrap();
            }
        }
        waiting == 3 * sets as u64
    })
    .await;
    let begun = scripts_called(&mut connection).await;
    // What is measured is what happens while time passes.
    sleep(Duration::from_secs(4)).await;
    let called = scripts_called(&mut connection).await - begun;
    let connections = info(&mut connection, "clients").await["connected_clients"].parse::<u64>().unwrap() - before;
    for worker in running {
        worker.stop().await;
    }
    (connections, called)
}

#[tokio::test]
async fn an_idle_process_costs_the_same_however_many_queues_it_serves() {
    let (few, many) = (idle_cost(1).await, idle_cost(8).await);
    assert_eq!(few.0, 2, "one connection for calls, one for wake-ups");
    assert_eq!(many.0, few.0, "connections of 24 queues and of 3");
    assert!(few.1 > 0 && many.1 <= few.1 * 3 / 2, "scripts called for 24 queues: {}, for 3: {}", many.1, few.1);
}

#[tokio::test]
async fn one_process_is_woken_for_each_of_its_queues() {
    let queues = testing::queues();
    let ran = Arc::new(Mutex::new(Vec::new()));
    let process = WorkerProcess::new(queues.redis(), new_id().as_str(), 1);
    fn note<P: Payload>(
        ran: &Arc<Mutex<Vec<&'static str>>>,
    ) -> impl FnMut(Job<P>) -> futures::future::Ready<Result<(), JobError>> + Clone + use<P> {
        let ran = Arc::clone(ran);
        move |_| {
            ran.lock().unwrap().push(P::KIND.name());
            futures::future::ready(Ok(()))
        }
    }
    let award = start_in::<AwardPoints, _, _>(&process, &queues, options(), note(&ran));
    let cancel = start_in::<CancelAdjustment, _, _>(&process, &queues, options(), note(&ran));
    let adjust = || NewJob::of(new_id(), &CancelAdjustment { log_id: payload().log_id }, lane("m1"));
    let mut slowest = Duration::ZERO;
    for round in 1..=10 {
        until("both wait", || async {
            waiters(&queues, "award-points").await + waiters(&queues, "cancel-adjustment").await == 2
        })
        .await;
        let begun = Instant::now();
        queues.enqueue(&[job("m1"), adjust()]).await.unwrap();
        until("both have run", || async { ran.lock().unwrap().len() == round * 2 }).await;
        slowest = slowest.max(begun.elapsed());
    }
    assert!(slowest < WOKEN_MAX, "{slowest:?}: it was not woken");
    award.stop().await;
    cancel.stop().await;
    assert_eq!(waiters(&queues, "award-points").await, 0, "whoever has stopped is not woken");
}

/// Returns how many processes wait for the queue of that name.
async fn waiters(queues: &Queues, name: &str) -> u64 {
    let kind = jobs::JobKind::parse(name).unwrap();
    let debug = format!("{:?}", queues.queue(kind));
    let prefix = debug.split('"').nth(1).unwrap();
    let command = redis::cmd("ZCARD").arg(format!("{prefix}waiters")).clone();
    queues.redis().query(&command).await.unwrap()
}

#[tokio::test]
async fn a_process_that_is_gone_is_passed_over() {
    let queues = testing::queues();
    let gone = start(&queues, WorkerOptions::new("gone", 1), ignore);
    until("it waits", || async { waiters(&queues, "award-points").await == 1 }).await;
    // As if it were killed: it says goodbye to nobody.
    gone.task.abort();
    let _ = gone.task.await;
    let ran = Arc::new(tokio::sync::Notify::new());
    let noted = Arc::clone(&ran);
    let alive = start(&queues, WorkerOptions::new("alive", 2), move |_| {
        noted.notify_one();
        std::future::ready(Ok(()))
    });
    until("the other waits, too", || async { waiters(&queues, "award-points").await == 2 }).await;
    until("its connection is closed", || async { subscribers(&queues).await == 1 }).await;
    let begun = Instant::now();
    queues.enqueue(&[job("m1")]).await.unwrap();
    ran.notified().await;
    assert!(begun.elapsed() < WOKEN_MAX, "{:?}", begun.elapsed());
    alive.stop().await;
}

/// Returns how many of the processes that wait for `award-points` have a subscription.
async fn subscribers(queues: &Queues) -> usize {
    let debug = format!("{:?}", queue(queues));
    let prefix = debug.split('"').nth(1).unwrap();
    let waiting: Vec<String> =
        queues.redis().query(redis::cmd("ZRANGE").arg(format!("{prefix}waiters")).arg(0).arg(-1)).await.unwrap();
    let counts: HashMap<String, usize> =
        queues.redis().query(redis::cmd("PUBSUB").arg("NUMSUB").arg(&waiting)).await.unwrap();
    counts.values().filter(|count| **count > 0).count()
}

#[tokio::test]
async fn a_lost_wake_up_is_found_out() {
    let queues = testing::queues();
    let running = start(&queues, options(), ignore);
    until("it waits", || async { waiters(&queues, "award-points").await == 1 }).await;
    let debug = format!("{:?}", queue(&queues));
    let prefix = debug.split('"').nth(1).unwrap();
    let key = format!("{prefix}waiters");
    // As if Redis had lost what it was told last.
    let removed: u64 = queues.redis().query(redis::cmd("DEL").arg(&key)).await.unwrap();
    queues.enqueue(&[job("m1")]).await.unwrap();
    until("it is done all the same", || async { counts(&queues).await.done_total == 1 }).await;
    assert_eq!(removed, 1);
    running.stop().await;
}

#[tokio::test]
async fn a_worker_that_stops_hands_its_wake_up_on() {
    let queues = testing::queues();
    let (first, second) = (start(&queues, WorkerOptions::new("a", 1), ignore), start(&queues, options(), ignore));
    until("both wait", || async { waiters(&queues, "award-points").await == 2 }).await;
    first.stop().await;
    assert_eq!(waiters(&queues, "award-points").await, 1);
    for _ in 0..5 {
        let begun = Instant::now();
        let done = counts(&queues).await.done_total;
        queues.enqueue(&[job("m1")]).await.unwrap();
        until("it is done", || async { counts(&queues).await.done_total == done + 1 }).await;
        assert!(begun.elapsed() < WOKEN_MAX, "{:?}", begun.elapsed());
        until("it waits again", || async { waiters(&queues, "award-points").await == 1 }).await;
    }
    second.stop().await;
}
