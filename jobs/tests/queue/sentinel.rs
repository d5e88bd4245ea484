//! The queue on a service watched by Sentinel: the master dies, another takes its place, and the worker goes on.

use std::{
    collections::HashMap,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use jobs::{Job, JobId, Queues, Redis, Risk, WorkerOptions, testing::new_id};
use redis::FromRedisValue;
use tokio::sync::Notify;

use crate::support::*;

/// A master, its replica, and the one Sentinel that watches them.
struct Watched {
    servers: [Server; 2],
    sentinel: Child,
    sentinel_port: u16,
    file: PathBuf,
}

impl Watched {
    async fn start() -> Self {
        let master = Server::start().await;
        let of = format!("127.0.0.1 {}", master.port);
        let replica = Server::start_with(&["--replicaof", &of, "--repl-diskless-sync-delay", "0"]).await;
        let sentinel_port = free_port();
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sentinel-{}.conf", new_id()));
        let text = format!(
            "port {sentinel_port}\nbind 127.0.0.1\nsentinel monitor main {of} 1\n\
             sentinel down-after-milliseconds main 400\nsentinel failover-timeout main 3000\n"
        );
        std::fs::write(&file, text).unwrap();
        let sentinel = Command::new("redis-server")
            .arg(&file)
            .arg("--sentinel")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let watched = Self { servers: [master, replica], sentinel, sentinel_port, file };
        until("the Sentinel knows the replica", || async {
            let replicas: Option<Vec<HashMap<String, String>>> = watched.ask(&["SENTINEL", "REPLICAS", "main"]).await;
            replicas.is_some_and(|all| all.iter().any(|one| one["master-link-status"] == "ok"))
        })
        .await;
        watched
    }

    fn url(&self) -> String {
        // The first of them does not answer.
        format!("redis+sentinel://127.0.0.1:{},127.0.0.1:{}/main", free_port(), self.sentinel_port)
    }

    /// Sends a command to the Sentinel.
    async fn ask<T: FromRedisValue>(&self, words: &[&str]) -> Option<T> {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.sentinel_port)).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.ok()?;
        redis::cmd(words[0]).arg(&words[1..]).query_async(&mut connection).await.ok()
    }

    /// Which of the servers is the master, as the Sentinel says.
    async fn master(&self) -> Option<usize> {
        let (_, port): (String, u16) = self.ask(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"]).await?;
        self.servers.iter().position(|server| server.port == port)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.sentinel.kill();
        let _ = self.sentinel.wait();
        let _ = std::fs::remove_file(&self.file);
    }
}

#[tokio::test]
async fn a_worker_follows_the_master_and_no_replicated_job_is_lost() {
    let mut watched = Watched::start().await;
    let queues = Queues::connect(&watched.url()).unwrap();
    let runs: Arc<Mutex<HashMap<JobId, usize>>> = Arc::default();
    let (begun, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let (noted, started, door) = (runs.clone(), begun.clone(), gate.clone());
    let options = WorkerOptions { concurrency: Some(10), lease_ms: Some(10_000), ..options() };
    let running = start(&queues, options, move |job: Job<jobs::AwardPoints>| {
        let (noted, started, door) = (noted.clone(), started.clone(), door.clone());
        async move {
            *noted.lock().unwrap().entry(job.context.job_id.clone()).or_default() += 1;
            if started.fetch_add(1, Ordering::SeqCst) < 10 {
                door.notified().await;
            }
            Ok(())
        }
    });
    queues.enqueue(&many(200, "m1")).await.unwrap();
    until("ten handlers are under way", || async { begun.load(Ordering::SeqCst) == 10 }).await;
    let replicas: u64 = queues.redis().query(redis::cmd("WAIT").arg(1).arg(5_000)).await.unwrap();
    assert_eq!(replicas, 1, "the replica has all that was enqueued and claimed");

    watched.servers[0].kill();
    gate.notify_waiters();
    assert!(!running.task.is_finished());
    until("all are done", || async { queue(&queues).counts().await.is_ok_and(|counts| counts.done_total == 200) })
        .await;
    assert_eq!(watched.master().await, Some(1));
    assert_eq!(runs.lock().unwrap().len(), 200);
    assert!(runs.lock().unwrap().values().all(|count| *count == 1), "a job ran twice");

    // The worker sleeps by now; what wakes it comes from the new master, too.
    queues.enqueue(&[job("m2")]).await.unwrap();
    until("it was woken", || async { runs.lock().unwrap().len() == 201 }).await;
    running.stop().await;
}

#[tokio::test]
async fn a_replica_given_as_the_server_is_found_out() {
    let watched = Watched::start().await;
    let replica = Redis::open(&watched.servers[1].url, 1).unwrap();
    let risks: Vec<Risk> = replica.examine().await.unwrap().into_iter().map(|finding| finding.risk).collect();
    assert_eq!(risks, [Risk::Replica]);
    let sentinel = Redis::open(&format!("redis://127.0.0.1:{}", watched.sentinel_port), 1).unwrap();
    let findings = sentinel.examine().await.unwrap();
    assert!(findings[0].to_string().contains("write redis+sentinel://"), "{findings:?}");
    assert_eq!(Redis::open(&watched.url(), 1).unwrap().examine().await.unwrap(), []);
}
