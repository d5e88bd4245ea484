//! The Redis under measurement: emptied between measurements and metered. Rejects a Redis that is not the benchmark's own,
//! since all data are deleted.

use anyhow::{Context, Result, ensure};
use redis::aio::MultiplexedConnection;

use crate::meter;

/// The private Redis.
pub(crate) struct Server {
    connection: MultiplexedConnection,
    pid: u32,
}

impl Server {
    /// Connects, and checks the configuration that the benchmark requires.
    ///
    /// # Errors
    /// Fails when it is unavailable, not on the loopback, or without the append-only file.
    pub(crate) async fn connect(url: &str) -> Result<Self> {
        ensure!(url.starts_with("redis://127.0.0.1:"), "{url} is not on the loopback: the benchmark empties its Redis");
        let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
        for (name, wanted) in [("appendonly", "yes"), ("appendfsync", "everysec"), ("save", "")] {
            let (_, value): (String, String) =
                redis::cmd("CONFIG").arg("GET").arg(name).query_async(&mut connection).await?;
            ensure!(value == wanted, "Redis has {name} {value:?}, the benchmark needs {wanted:?}");
        }
        let mut server = Self { connection, pid: 0 };
        server.pid = server.info("server", "process_id").await?;
        Ok(server)
    }

    /// Deletes all data.
    pub(crate) async fn clear(&mut self) -> Result<()> {
        Ok(redis::cmd("FLUSHALL").arg("SYNC").exec_async(&mut self.connection).await?)
    }

    /// Rewrites the append-only file now, so that it is not rewritten during a measurement and does not grow over the run.
    pub(crate) async fn compact(&mut self) -> Result<()> {
        redis::cmd("CONFIG")
            .arg("SET")
            .arg("auto-aof-rewrite-percentage")
            .arg(0)
            .exec_async(&mut self.connection)
            .await?;
        redis::cmd("BGREWRITEAOF").exec_async(&mut self.connection).await?;
        while self.info::<u8>("persistence", "aof_rewrite_in_progress").await? == 1 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Returns the bytes of the data: memory in use less that of clients and of the log's buffer.
    pub(crate) async fn data_bytes(&mut self) -> Result<f64> {
        let used: f64 = self.info("memory", "used_memory").await?;
        let clients: f64 = self.info("memory", "mem_clients_normal").await?;
        let log: f64 = self.info("memory", "mem_aof_buffer").await?;
        Ok(used - clients - log)
    }

    /// Returns the CPU seconds used by Redis.
    pub(crate) fn cpu_s(&self) -> f64 {
        meter::cpu_alone_s(self.pid)
    }

    async fn info<T: std::str::FromStr>(&mut self, section: &str, name: &str) -> Result<T> {
        let text: String = redis::cmd("INFO").arg(section).query_async(&mut self.connection).await?;
        let mut fields = text.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = fields.find(|(field, _)| *field == name).with_context(|| format!("INFO has no {name}"))?;
        value.trim().parse().ok().with_context(|| format!("INFO says {name}:{value}"))
    }
}
