//! A Redis of one test, which can be flushed, stalled, filled, stopped and restarted without affecting others.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use tokio::process::{Child, Command};

use crate::environment::{free_port, unique};
use crate::wait::wait_until;

/// Timeout of a test's own command on a busy machine.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// The data that survive a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Persistence {
    /// No data.
    None,
    /// All but the last second: an append-only file synced every second.
    EverySecond,
}

/// The server; killed when dropped.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    arguments: Vec<String>,
    dir: PathBuf,
    persistence: Persistence,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts an empty server without persistence.
    pub async fn start() -> Self {
        Self::launch(&[], Persistence::None).await
    }

    /// Starts an empty server with the given persistence.
    pub async fn start_keeping(persistence: Persistence) -> Self {
        Self::launch(&[], persistence).await
    }

    /// Starts an empty server without persistence and with further arguments of `redis-server`.
    pub async fn start_with(arguments: &[&str]) -> Self {
        Self::launch(arguments, Persistence::None).await
    }

    /// Starts a cluster of one node, which separates keys of different slots like any cluster.
    pub async fn start_cluster() -> Self {
        let bus = free_port().to_string();
        let server = Self::start_with(&["--cluster-enabled", "yes", "--cluster-port", &bus]).await;
        let mut connection = server.connection().await;
        redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16_383).exec_async(&mut connection).await.unwrap();
        wait_until("the cluster serves", async || {
            let info: String =
                redis::cmd("CLUSTER").arg("INFO").query_async(&mut server.connection().await).await.unwrap();
            info.contains("cluster_state:ok")
        })
        .await;
        server
    }

    async fn launch(arguments: &[&str], persistence: Persistence) -> Self {
        let dir = std::env::temp_dir().join(format!("loyalnest-redis-{}", unique().ulid()));
        std::fs::create_dir_all(&dir).unwrap();
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let mut server = Self { port: free_port(), arguments, dir, persistence, process: None };
        server.run().await;
        server
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Restarts it after [`RedisServer::kill`] or [`RedisServer::stop`], empty or with the data of its append-only file.
    pub async fn run(&mut self) {
        let port = self.port.to_string();
        let append_only = if self.persistence == Persistence::EverySecond { "yes" } else { "no" };
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--maxmemory-policy", "noeviction"]);
        command.args(["--appendonly", append_only, "--appendfsync", "everysec", "--dir"]).arg(&self.dir);
        command.args(&self.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        self.process = Some(command.spawn().expect("redis-server is installed"));
        let client = redis::Client::open(self.url()).unwrap();
        wait_until("the private Redis answers", async || {
            let Ok(mut connection) = client.get_multiplexed_async_connection().await else { return false };
            // While it loads its file it answers with an error.
            redis::cmd("PING").exec_async(&mut connection).await.is_ok()
        })
        .await;
    }

    /// Kills it; the data in memory are lost.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.unwrap();
        }
    }

    /// Shuts it down: it syncs its append-only file if it has one.
    pub async fn stop(&mut self) {
        self.signal("-TERM").await;
        if let Some(mut process) = self.process.take() {
            wait_until("Redis has ended", async || process.try_wait().unwrap().is_some()).await;
        }
    }

    /// Sends a signal by name: `-STOP` stalls it, `-CONT` resumes it.
    pub async fn signal(&self, signal: &str) {
        let pid = self.process.as_ref().and_then(Child::id).expect("Redis still runs").to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().await.unwrap().success(), "kill {signal} {pid}");
    }

    /// Deletes all data.
    pub async fn flush(&self) {
        redis::cmd("FLUSHALL").exec_async(&mut self.connection().await).await.unwrap();
    }

    /// Limits its memory to this many bytes more than now; `None`: no limit.
    pub async fn allow_more(&self, bytes: Option<u64>) {
        let mut connection = self.connection().await;
        let limit = match bytes {
            Some(more) => self.used_bytes().await + more,
            None => 0,
        };
        redis::cmd("CONFIG").arg(&["SET", "maxmemory"]).arg(limit).exec_async(&mut connection).await.unwrap();
    }

    /// Returns every command that has changed its data so far, from its append-only file.
    pub fn written(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.dir.join("appendonlydir")).expect("it keeps an append-only file");
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }

    async fn used_bytes(&self) -> u64 {
        let told: String = redis::cmd("INFO").arg("memory").query_async(&mut self.connection().await).await.unwrap();
        let used = told.lines().find_map(|line| line.strip_prefix("used_memory:"));
        used.and_then(|bytes| bytes.trim().parse().ok()).expect("Redis tells its memory")
    }

    async fn connection(&self) -> MultiplexedConnection {
        let patience = AsyncConnectionConfig::new()
            .set_response_timeout(Some(ANSWER_MAX))
            .set_connection_timeout(Some(ANSWER_MAX));
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection_with_config(&patience).await.unwrap()
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
