//! The scripts, and how they are called: by hash, or with their text where the server that has
//! the queue does not know them: it is new, was restarted, or took the queue over.

use std::sync::LazyLock;

use redis::{Arg, Cmd, ErrorKind, ServerErrorKind, Value};

use super::keys::Keys;
use crate::{connection::Redis, error::QueueError};

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
script!(SETTINGS, "settings", WHEN_FULL);

/// Has one key, which is not of a queue.
pub(super) static BUCKET: LazyLock<Script> =
    LazyLock::new(|| Script::new("bucket", [WHEN_FULL, include_str!("../lua/bucket.lua")].concat()));

/// Has one key, which is not of a queue.
pub(super) static QUOTA: LazyLock<Script> =
    LazyLock::new(|| Script::new("quota", [ONLY_WITH_ROOM, include_str!("../lua/quota.lua")].concat()));

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

    /// A call of a script with one key.
    pub(super) fn call_key(&self, key: &str) -> Cmd {
        let mut command = Cmd::with_capacity(10, 256);
        command.arg("EVALSHA").arg(&self.hash).arg(1).arg(key);
        command
    }

    /// Makes the call.
    pub(super) async fn run(&self, redis: &Redis, command: &Cmd) -> Result<Value, QueueError> {
        match redis.call(command).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                Ok(redis.call(&self.with_text(command)).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// The same call with the script itself, which the server then remembers. It goes where the keys are, while `SCRIPT
    /// LOAD` would need every node of a cluster.
    fn with_text(&self, command: &Cmd) -> Cmd {
        let mut whole = Cmd::with_capacity(64, self.code.len() + 1_024);
        whole.arg("EVAL").arg(&self.code);
        for argument in command.args_iter().skip(2) {
            if let Arg::Simple(bytes) = argument {
                whole.arg(bytes);
            }
        }
        whole
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
