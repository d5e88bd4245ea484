//! Waking idle processes. A claim that finds less than it wants puts the process' channel among the queue's waiters, and whatever
//! makes work available publishes the queue's name on the channel of one of them (`wake` in `lua/common.lua`). One
//! subscription serves all queues of a process, also where they are on different nodes of a cluster.

use super::{
    Queue,
    script::{CONTROL, Script},
};
use crate::error::QueueError;

impl Queue {
    /// Returns the name under which the queue is published on the channels of those that wait for it.
    pub(crate) fn wake_name(&self) -> &str {
        self.keys.prefix()
    }

    /// Waits for this queue no longer. A wake-up that was just given to the channel is given to another.
    ///
    /// # Errors
    /// Fails when Redis is unavailable.
    pub(crate) async fn stop_waiting(&self, channel: &str) -> Result<(), QueueError> {
        let script: &Script = &CONTROL;
        let mut command = script.call(&self.keys);
        command.arg("leave").arg(channel).arg("").arg("").arg("");
        script.run(&self.connection, &command).await?;
        Ok(())
    }
}
