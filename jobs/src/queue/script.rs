//! The scripts, and how they are called: by hash, loaded once more when Redis has forgotten them.

use std::sync::LazyLock;

use redis::{Cmd, ErrorKind, ServerErrorKind, Value, aio::ConnectionManager};

use super::keys::Keys;
use crate::error::QueueError;

/// A script with its hash.
pub(super) struct Script {
    /// Name for errors.
    pub(super) name: &'static str,
    code: String,
    hash: String,
}

/// Ending a job must work when Redis is full: it is what frees memory.
const WHEN_FULL: &str = "#!lua flags=allow-oom\n";
const ONLY_WITH_ROOM: &str = "#!lua\n";
const COMMON: &str = include_str!("../lua/common.lua");
/// For the scripts that write figures: every script pays for what stands before it.
const BUCKETS: &str = include_str!("../lua/buckets.lua");

macro_rules! script {
    ($constant:ident, $name:literal, $flags:expr) => {
        script!($constant, $name, $flags, "");
    };
    ($constant:ident, $name:literal, $flags:expr, $more:expr) => {
        pub(super) static $constant: LazyLock<Script> = LazyLock::new(|| {
            Script::new($name, [$flags, COMMON, $more, include_str!(concat!("../lua/", $name, ".lua"))].concat())
        });
    };
}

script!(ENQUEUE, "enqueue", ONLY_WITH_ROOM);
script!(CLAIM, "claim", WHEN_FULL);
script!(SETTLE, "settle", WHEN_FULL);
script!(HEARTBEAT, "heartbeat", WHEN_FULL);
script!(RESCUE, "rescue", WHEN_FULL, BUCKETS);
script!(CONTROL, "control", WHEN_FULL);
script!(COUNTS, "counts", WHEN_FULL);
script!(DEAD, "dead", WHEN_FULL);
script!(METER, "meter", ONLY_WITH_ROOM, BUCKETS);
script!(WINDOW, "window", WHEN_FULL);
script!(LOOK, "look", WHEN_FULL);
script!(ACT, "act", WHEN_FULL);

impl Script {
    fn new(name: &'static str, code: String) -> Self {
        let hash = redis::Script::new(&code).get_hash().to_owned();
        Self { name, code, hash }
    }

    /// A call with the queue's keys and prefix in place; the caller appends the other arguments.
    pub(super) fn call(&self, keys: &Keys) -> Cmd {
        let mut command = Cmd::with_capacity(64, 1_024);
        command.arg("EVALSHA").arg(&self.hash).arg(keys.all().len()).arg(keys.all()).arg(keys.prefix());
        command
    }

    /// Makes the call.
    pub(super) async fn run(&self, connection: &ConnectionManager, command: &Cmd) -> Result<Value, QueueError> {
        let mut connection = connection.clone();
        match connection.send_packed_command(command).await.and_then(Value::extract_error) {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                redis::cmd("SCRIPT").arg("LOAD").arg(&self.code).exec_async(&mut connection).await?;
                Ok(connection.send_packed_command(command).await.and_then(Value::extract_error)?)
            }
            answer => Ok(answer?),
        }
    }

    /// The elements of an array answer.
    pub(super) fn array(&self, answer: Value) -> Result<Vec<Value>, QueueError> {
        match answer {
            Value::Array(values) => Ok(values),
            _ => Err(self.unexpected("not an array")),
        }
    }

    pub(super) fn unexpected(&self, detail: &'static str) -> QueueError {
        QueueError::Reply { script: self.name, detail }
    }

    /// An integer element.
    pub(super) fn integer(&self, value: Option<&Value>) -> Result<i64, QueueError> {
        match value {
            Some(Value::Int(number)) => Ok(*number),
            Some(Value::BulkString(bytes)) => std::str::from_utf8(bytes)
                .ok()
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| self.unexpected("not an integer")),
            _ => Err(self.unexpected("integer missing")),
        }
    }

    /// A non-negative integer element.
    pub(super) fn count(&self, value: Option<&Value>) -> Result<u64, QueueError> {
        u64::try_from(self.integer(value)?).map_err(|_| self.unexpected("negative"))
    }

    /// A text element.
    pub(super) fn text(&self, value: Option<Value>) -> Result<String, QueueError> {
        match value {
            Some(Value::BulkString(bytes)) => String::from_utf8(bytes).map_err(|_| self.unexpected("not UTF-8")),
            _ => Err(self.unexpected("text missing")),
        }
    }
}
