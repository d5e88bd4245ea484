//! The queue on Redis Cluster: three nodes of the test's own, a slot that moves while its jobs run, a node that dies.

use std::{
    collections::{BTreeSet, HashMap},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use jobs::{
    AwardPoints, CancelAdjustment, Job, JobError, JobId, JobKind, NewJob, Payload, Queues, Redis, WorkerOptions,
    testing::{new_id, unique_prefix},
};
use redis::{FromRedisValue, Value, aio::MultiplexedConnection};

use crate::support::*;

const NODES: usize = 3;
const SLOTS: usize = 16_384;
/// Tests of the contract that are run again on a cluster; fewer would mean that a filter no longer fits.
const CONTRACT_TESTS_MIN: usize = 25;

/// Three nodes, each a master of a third of the slots.
struct Cluster {
    nodes: Vec<Server>,
    url: String,
}

impl Cluster {
    async fn start() -> Self {
        let mut nodes = Vec::new();
        for _ in 0..NODES {
            let bus = free_port().to_string();
            let arguments = ["--cluster-enabled", "yes", "--cluster-port", &bus, "--cluster-node-timeout", "2000"];
            nodes
                .push(Server::start_with(&[&arguments[..], &["--cluster-require-full-coverage", "no"]].concat()).await);
        }
        let hosts: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let cluster = Self { nodes, url: format!("redis+cluster://{}", hosts.join(",")) };
        cluster.join().await;
        cluster
    }

    /// Makes the nodes know each other, and share the slots out.
    async fn join(&self) {
        for index in 0..NODES {
            let (first, last) = (SLOTS * index / NODES, SLOTS * (index + 1) / NODES - 1);
            let epoch = (index + 1).to_string();
            self.ask::<()>(index, &["CLUSTER", "SET-CONFIG-EPOCH", &epoch]).await;
            self.ask::<()>(index, &["CLUSTER", "ADDSLOTSRANGE", &first.to_string(), &last.to_string()]).await;
            let config: HashMap<String, String> = self.ask(0, &["CONFIG", "GET", "cluster-port"]).await;
            let (port, bus) = (self.nodes[0].port.to_string(), &config["cluster-port"]);
            self.ask::<()>(index, &["CLUSTER", "MEET", "127.0.0.1", &port, bus]).await;
        }
        until("every node knows the whole cluster", || async {
            for index in 0..NODES {
                let info: String = self.ask(index, &["CLUSTER", "INFO"]).await;
                if !["cluster_state:ok", "cluster_known_nodes:3", "cluster_slots_ok:16384", "cluster_size:3"]
                    .iter()
                    .all(|line| info.contains(line))
                {
                    return false;
                }
            }
            true
        })
        .await;
    }

    async fn node(&self, index: usize) -> MultiplexedConnection {
        let client = redis::Client::open(self.nodes[index].url.as_str()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Sends a command to one node.
    async fn ask<T: FromRedisValue>(&self, index: usize, words: &[&str]) -> T {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query_async(&mut self.node(index).await).await.unwrap_or_else(|error| panic!("{words:?}: {error}"))
    }

    async fn slot_of(&self, key: &str) -> usize {
        self.ask(0, &["CLUSTER", "KEYSLOT", key]).await
    }

    /// Moves a slot with its keys to the next node, as `redis-cli --cluster reshard` does. Answers where it is then.
    async fn move_slot(&self, slot: usize) -> usize {
        let from = (0..NODES).find(|index| slot < SLOTS * (index + 1) / NODES).unwrap();
        let to = (from + 1) % NODES;
        let (source, target): (String, String) =
            (self.ask(from, &["CLUSTER", "MYID"]).await, self.ask(to, &["CLUSTER", "MYID"]).await);
        let (slot, port) = (slot.to_string(), self.nodes[to].port.to_string());
        self.ask::<()>(to, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &source]).await;
        self.ask::<()>(from, &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &target]).await;
        loop {
            let keys: Vec<String> = self.ask(from, &["CLUSTER", "GETKEYSINSLOT", &slot, "5"]).await;
            if keys.is_empty() {
                break;
            }
            let mut words = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
            words.extend(keys.iter().map(String::as_str));
            self.ask::<()>(from, &words).await;
        }
        for index in [to, from].into_iter().chain((0..NODES).filter(|index| *index != to && *index != from)) {
            self.ask::<()>(index, &["CLUSTER", "SETSLOT", &slot, "NODE", &target]).await;
        }
        to
    }
}

/// Counts the runs of each job.
type Runs = Arc<Mutex<HashMap<JobId, usize>>>;

fn count<P: Payload>(
    runs: &Runs,
) -> impl FnMut(Job<P>) -> futures::future::Ready<Result<(), JobError>> + Clone + use<P> {
    let runs = Arc::clone(runs);
    move |job: Job<P>| {
        *runs.lock().unwrap().entry(job.context.job_id.clone()).or_default() += 1;
        futures::future::ready(Ok(()))
    }
}

async fn done(queues: &Queues, kind: JobKind) -> u64 {
    queues.queue(kind).counts().await.map_or(0, |counts| counts.done_total)
}

#[tokio::test]
async fn the_contract_holds_on_a_cluster() {
    let cluster = Cluster::start().await;
    // The same tests as on one server, which read its address from the environment.
    let mut tests = Command::new(std::env::current_exe().unwrap());
    tests.args(["contract::", "fairness::", "worker::"]).env("TEST_REDIS_URL", &cluster.url);
    let ran = tokio::task::spawn_blocking(move || tests.stdin(Stdio::null()).output().unwrap()).await.unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{out}{}", String::from_utf8_lossy(&ran.stderr));
    let passed = out.lines().find_map(|line| line.strip_prefix("test result: ok. ")?.split_once(' ')).unwrap().0;
    assert!(passed.parse::<usize>().unwrap() >= CONTRACT_TESTS_MIN, "{out}");
}

#[tokio::test]
async fn each_queue_is_on_one_slot_and_workers_of_both_kinds_do_their_jobs() {
    let cluster = Cluster::start().await;
    let prefix = unique_prefix();
    let queues = Queues::connect_prefixed(&cluster.url, &prefix).unwrap();
    let adjust =
        |lane_name: &str| NewJob::of(new_id(), &CancelAdjustment { log_id: payload().log_id }, lane(lane_name));
    // A lane's name must not matter to where its keys are.
    let lanes: Vec<String> = (0..20).map(|n| format!("merchant-{n}")).collect();
    let given = lanes.iter().flat_map(|name| [job(name).idempotency_key("k"), job(name), adjust(name), adjust(name)]);
    queues.enqueue(&given.collect::<Vec<_>>()).await.unwrap();
    queues.ping().await.unwrap();

    for kind in [JobKind::AwardPoints, JobKind::CancelAdjustment] {
        let mut slots = BTreeSet::new();
        for index in 0..NODES {
            let keys: Vec<String> = cluster.ask(index, &["KEYS", &format!("{{{prefix}-{}}}*", kind.name())]).await;
            for key in keys {
                slots.insert(cluster.slot_of(&key).await);
            }
        }
        assert_eq!(slots.len(), 1, "{kind}: {slots:?}");
    }
    let runs: Runs = Arc::default();
    let award = start_of::<AwardPoints, _, _>(&queues, options(), count(&runs));
    let cancel = start_of::<CancelAdjustment, _, _>(&queues, WorkerOptions::new("worker-2", 8), count(&runs));
    until("all are done", || async {
        done(&queues, JobKind::AwardPoints).await == 40 && done(&queues, JobKind::CancelAdjustment).await == 40
    })
    .await;
    // Both sleep by now: a token wakes them, wherever their queue is.
    queues.enqueue(&[job("late"), adjust("late")]).await.unwrap();
    until("they were woken", || async { runs.lock().unwrap().len() == 82 }).await;
    award.stop().await;
    cancel.stop().await;
    assert!(runs.lock().unwrap().values().all(|count| *count == 1));
}

#[tokio::test]
async fn a_queue_moves_with_its_slot_and_outlives_its_node_and_no_job_is_lost_or_run_twice() {
    let mut cluster = Cluster::start().await;
    let prefix = unique_prefix();
    let queues = Queues::connect_prefixed(&cluster.url, &prefix).unwrap();
    let runs: Runs = Arc::default();
    let running = start_of::<AwardPoints, _, _>(&queues, options(), count(&runs));
    let slot = cluster.slot_of(&format!("{{{prefix}-award-points}}:jobs")).await;

    // Jobs come in all the while; a refused call is made again, as the api's sweep does.
    let producer = tokio::spawn({
        let queues = queues.clone();
        async move {
            for batch in 0..100 {
                let given: Vec<_> = (0..20).map(|n| job(&format!("m{}", (batch + n) % 7))).collect();
                while queues.enqueue(&given).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    });
    until("jobs run", || async { runs.lock().unwrap().len() > 100 }).await;
    let owner = cluster.move_slot(slot).await;
    producer.await.unwrap();
    until("all are done", || async { done(&queues, JobKind::AwardPoints).await == 2_000 }).await;
    assert!(runs.lock().unwrap().values().all(|count| *count == 1), "a job ran twice");

    // Its new node dies; without a replica the queue waits for it, and the other slots are served.
    cluster.nodes[owner].kill();
    assert!(queues.enqueue(&[job("m1")]).await.is_err_and(|error| error.is_transient()));
    cluster.nodes[owner].restart().await;
    until("jobs are taken again", || async { queues.enqueue(&many(50, "m2")).await.is_ok() }).await;
    until("all have run", || async { runs.lock().unwrap().len() >= 2_050 }).await;
    running.stop().await;
    assert!(runs.lock().unwrap().values().all(|count| *count == 1), "a job ran twice");
}

#[tokio::test]
async fn a_url_of_the_wrong_kind_says_which_to_write() {
    let cluster = Cluster::start().await;
    let server = Server::start().await;
    for (url, remedy) in [
        (cluster.nodes[0].url.clone(), "write redis+cluster://"),
        (server.url.replace("redis://", "redis+cluster://"), "write redis://"),
        (server.url.replace("redis://", "redis+sentinel://") + "/main", "write redis://"),
    ] {
        let findings = Redis::open(&url, 1).unwrap().examine().await.unwrap();
        assert_eq!(findings.len(), 1, "{url}: {findings:?}");
        assert!(findings[0].risk.is_fatal() && findings[0].to_string().contains(remedy), "{}", findings[0]);
    }
    // The right one: every master is asked.
    cluster.ask::<Value>(1, &["CONFIG", "SET", "maxmemory", "100mb", "maxmemory-policy", "allkeys-lru"]).await;
    let findings = Redis::open(&cluster.url, 1).unwrap().examine().await.unwrap();
    let node = findings.iter().map(|finding| (finding.risk, finding.node.clone().unwrap())).collect::<Vec<_>>();
    assert_eq!(node, [(jobs::Risk::Eviction, format!("127.0.0.1:{}", cluster.nodes[1].port))]);
}
