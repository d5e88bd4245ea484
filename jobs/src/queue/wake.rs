//! The wake list: one token wakes one idle worker.

use redis::{AsyncConnectionConfig, aio::MultiplexedConnection};

use super::Queue;
use crate::error::QueueError;

impl Queue {
    /// Puts a token in, so that an idle worker looks for work.
    pub(crate) async fn wake(&self) -> Result<(), QueueError> {
        let mut connection = self.connection.clone();
        Ok(redis::cmd("RPUSH").arg(self.keys.wake()).arg("1").exec_async(&mut connection).await?)
    }

    /// Waits for a token, at most so many seconds.
    pub(crate) async fn wait_for_wake(
        &self,
        connection: &mut MultiplexedConnection,
        secs: u64,
    ) -> Result<bool, QueueError> {
        let token: Option<(String, String)> =
            redis::cmd("BLPOP").arg(self.keys.wake()).arg(secs).query_async(connection).await?;
        Ok(token.is_some())
    }

    /// A connection of one's own, for reads that block.
    pub(crate) async fn open_connection(
        &self,
        config: &AsyncConnectionConfig,
    ) -> Result<MultiplexedConnection, QueueError> {
        Ok(self.client.get_multiplexed_async_connection_with_config(config).await?)
    }
}
