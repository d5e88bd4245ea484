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
    dir: PathBuf,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts an empty one that keeps nothing on disk.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let dir = std::env::temp_dir().join(format!("loyalnest-redis-{}", unique().ulid()));
        std::fs::create_dir_all(&dir).unwrap();
        let mut server = Self { port, dir, process: None };
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
        command.arg(&self.dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
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
        let client = redis::Client::open(self.url()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.unwrap();
        redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
