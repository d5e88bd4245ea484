//! Waking idle processes: by one subscription however many queues there are, and past processes that are gone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::StreamExt;
use jobs::{
    AwardPoints, CancelAdjustment, Job, JobError, Maintenance, NewJob, Payload, Queues, WorkerOptions, WorkerProcess,
    testing::{self, new_id},
};

use redis::aio::MultiplexedConnection;
use tokio::time::{Instant, sleep};

use crate::support::*;

/// How long a woken worker may take on a busy machine.
const WOKEN_MAX: Duration = Duration::from_millis(250);
/// How long an idle process is watched.
const MEASURED: Duration = Duration::from_secs(4);
/// Scripts that an idle process calls in a second, at most: two queues are visited, each with a heartbeat, the marks of its
/// measurements and a claim; and half a visit that falls into the second from outside.
const IDLE_SCRIPTS_PER_SECOND: u64 = 8;

async fn ignore<P>(_: Job<P>) -> Result<(), JobError> {
    Ok(())
}

/// Starts workers of that many queues in one process: of three kinds in each set of queues, and one more.
fn start_process(name: &str, sets: &[Queues], count: usize) -> Vec<Running> {
    let process = WorkerProcess::new(sets[0].redis(), name, 1);
    let options = || WorkerOptions::new(name, 1);
    let mut running = Vec::new();
    for queues in sets {
        running.push(start_in::<AwardPoints, _, _>(&process, queues, options(), ignore));
        if running.len() < count {
            running.push(start_in::<CancelAdjustment, _, _>(&process, queues, options(), ignore));
            running.push(start_in::<Maintenance, _, _>(&process, queues, options(), ignore));
        }
    }
    assert_eq!(running.len(), count);
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

/// Returns the connections to Redis of an idle process with that many queues, and the scripts it calls in [`MEASURED`].
async fn idle_cost(count: usize) -> (u64, u64) {
    let server = Server::start().await;
    let mut connection = connect(&server.url).await;
    let before = info(&mut connection, "clients").await["connected_clients"].parse::<u64>().unwrap();
    let first = Queues::connect(&server.url).unwrap();
    let sets: Vec<_> = (0..count.div_ceil(3)).map(|n| Queues::new(first.redis(), &format!("set{n}"))).collect();
    let running = start_process("idle", &sets, count);
    until("all workers wait", || async {
        let mut connection = connection.clone();
        let keys: Vec<String> = redis::cmd("KEYS").arg("*:waiters").query_async(&mut connection).await.unwrap();
        keys.len() == count
    })
    .await;
    // What a start costs is over when nothing but visits is seen.
    until("the start is over", || async {
        let mut connection = connection.clone();
        let begun = scripts_called(&mut connection).await;
        sleep(Duration::from_secs(1)).await;
        scripts_called(&mut connection).await - begun <= IDLE_SCRIPTS_PER_SECOND
    })
    .await;
    let begun = scripts_called(&mut connection).await;
    // What is measured is what happens while time passes.
    sleep(MEASURED).await;
    let called = scripts_called(&mut connection).await - begun;
    let connections = info(&mut connection, "clients").await["connected_clients"].parse::<u64>().unwrap() - before;
    for worker in running {
        worker.stop().await;
    }
    (connections, called)
}

#[tokio::test]
async fn an_idle_process_costs_the_same_however_many_queues_it_serves() {
    let most = MEASURED.as_secs() * IDLE_SCRIPTS_PER_SECOND;
    for count in [3, 25] {
        let (connections, called) = idle_cost(count).await;
        assert_eq!(connections, 2, "one connection for calls, one for wake-ups, with {count} queues");
        assert!(called > 0 && called <= most, "{called} scripts called in {MEASURED:?} with {count} queues");
    }
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

/// Returns the key of the processes that wait for the queue of that name.
fn waiters_key(queues: &Queues, name: &str) -> String {
    let kind = jobs::JobKind::parse(name).unwrap();
    let debug = format!("{:?}", queues.queue(kind));
    format!("{}waiters", debug.split('"').nth(1).unwrap())
}

/// Returns how many processes wait for the queue of that name.
async fn waiters(queues: &Queues, name: &str) -> u64 {
    queues.redis().query(redis::cmd("ZCARD").arg(waiters_key(queues, name))).await.unwrap()
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
    let key = waiters_key(queues, "award-points");
    let waiting: Vec<String> = queues.redis().query(redis::cmd("ZRANGE").arg(key).arg(0).arg(-1)).await.unwrap();
    let counts: HashMap<String, usize> =
        queues.redis().query(redis::cmd("PUBSUB").arg("NUMSUB").arg(&waiting)).await.unwrap();
    counts.values().filter(|count| **count > 0).count()
}

#[tokio::test]
async fn a_lost_wake_up_is_found_out() {
    let queues = testing::queues();
    let running = start(&queues, options(), ignore);
    let key = waiters_key(&queues, "award-points");
    let client = redis::Client::open(testing::redis_url()).unwrap();
    // The first runs may be due to the start of the worker, which claims without being woken.
    for round in 1..=4 {
        until("it waits", || async { waiters(&queues, "award-points").await == 1 }).await;
        // One that takes the wake-up and does nothing, as a process that hangs: it has waited for longest.
        let channel = format!("wake:hangs-{}", new_id());
        let mut hangs = client.get_async_pubsub().await.unwrap();
        hangs.subscribe(&channel).await.unwrap();
        let (now_seconds, _): (u64, u64) = queues.redis().query(&redis::cmd("TIME")).await.unwrap();
        let earlier = (now_seconds - 30) * 1_000;
        queues.redis().call(redis::cmd("ZADD").arg(&key).arg(earlier).arg(&channel)).await.unwrap();
        queues.enqueue(&[job("m1")]).await.unwrap();
        hangs.on_message().next().await.expect("the wake-up");
        until("it is done all the same", || async { counts(&queues).await.done_total == round }).await;
    }
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
