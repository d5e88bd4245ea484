//! The wake list: one token wakes one idle worker.

use std::time::Duration;

use super::Queue;
use crate::{connection::OwnConnection, error::QueueError};

impl Queue {
    /// Puts a token in, so that an idle worker looks for work.
    pub(crate) async fn wake(&self) -> Result<(), QueueError> {
        self.connection.call(redis::cmd("RPUSH").arg(self.keys.wake()).arg("1")).await?;
        Ok(())
    }

    /// Waits for a token, at most so many seconds.
    pub(crate) async fn wait_for_wake(&self, connection: &mut OwnConnection, secs: u64) -> Result<bool, QueueError> {
        let token: Option<(String, String)> =
            connection.query(redis::cmd("BLPOP").arg(self.keys.wake()).arg(secs)).await?;
        Ok(token.is_some())
    }

    /// A connection of one's own, for reads that block and answer within `response_timeout`.
    pub(crate) async fn open_connection(&self, response_timeout: Duration) -> Result<OwnConnection, QueueError> {
        Ok(self.connection.open_own(response_timeout).await?)
    }
}
