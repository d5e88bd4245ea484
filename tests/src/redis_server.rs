//! A Redis of one test, which may be flushed, stopped and started again without harm to others.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::environment::unique;
use crate::wait::wait_until;

/// The server; killed when dropped.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    arguments: Vec<String>,
    dir: PathBuf,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts an empty one that keeps nothing on disk.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a cluster of one node: keys on different slots are apart there as in any other.
    pub async fn start_cluster() -> Self {
        let bus = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port().to_string();
        let server = Self::start_with(&["--cluster-enabled", "yes", "--cluster-port", &bus]).await;
        server.ask(redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16_383)).await;
        let client = redis::Client::open(server.url()).unwrap();
        wait_until("the cluster serves", async || {
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            let info: String = redis::cmd("CLUSTER").arg("INFO").query_async(&mut connection).await.unwrap();
            info.contains("cluster_state:ok")
        })
        .await;
        server
    }

    /// Starts one with further arguments of `redis-server`.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let dir = std::env::temp_dir().join(format!("loyalnest-redis-{}", unique().ulid()));
        std::fs::create_dir_all(&dir).unwrap();
        let arguments = arguments.iter().map(ToString::to_string).collect();
        let mut server = Self { port, arguments, dir, process: None };
        server.run().await;
        server
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it again after [`RedisServer::kill`], empty.
    pub async fn run(&mut self) {
        let port = self.port.to_string();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        command
            .arg(&self.dir)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        self.process = Some(command.spawn().expect("redis-server is installed"));
        let client = redis::Client::open(self.url()).unwrap();
        wait_until("the private Redis answers", async || client.get_multiplexed_async_connection().await.is_ok()).await;
    }

    /// Kills it; what it held is gone.
    pub async fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().await.unwrap();
        }
    }

    /// Empties it.
    pub async fn flush(&self) {
        self.ask(&redis::cmd("FLUSHALL")).await;
    }

    async fn ask(&self, command: &redis::Cmd) {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        command.exec_async(&mut connection).await.unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
