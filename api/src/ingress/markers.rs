//! Redis' memory of webhooks that are recorded: `webhook:{merchant_id}:{webhook_id}`, for two days. It is read before
//! PostgreSQL is asked and written only after its commit, so that a process killed in between swallows nothing; it is
//! never the truth. Redis may be away: then nothing is remembered, and PostgreSQL decides alone.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jobs::Redis;
use redis::{RedisError, Value};
use tokio::time::{Instant, timeout};

/// How long a webhook is remembered: as long as Shopify retries.
const REMEMBERED_SECONDS: u64 = 172_800;
/// How long a request may wait for Redis.
const ANSWER_MAX: Duration = Duration::from_millis(250);
/// How long Redis is left alone after it did not answer, so that one request in a second pays for it, not all.
const LEFT_ALONE: Duration = Duration::from_secs(1);

/// A failure opens it for a moment; while open, nobody asks.
#[derive(Debug)]
pub(super) struct Circuit {
    start: Instant,
    open_until_ms: AtomicU64,
}

impl Circuit {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), open_until_ms: AtomicU64::new(0) }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn is_open(&self) -> bool {
        self.open_until_ms.load(Ordering::Relaxed) > self.now_ms()
    }

    pub(super) fn failed(&self) {
        let left_alone_ms = u64::try_from(LEFT_ALONE.as_millis()).unwrap_or(u64::MAX);
        self.open_until_ms.store(self.now_ms() + left_alone_ms, Ordering::Relaxed);
    }
}

/// The markers in Redis.
pub(super) struct Markers {
    prefix: String,
    redis: Redis,
    circuit: Circuit,
}

impl Markers {
    /// Markers in that Redis. Keys begin with `prefix` unless it is empty.
    pub(super) fn new(redis: &Redis, prefix: &str) -> Self {
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}:") };
        Self { prefix, redis: redis.clone(), circuit: Circuit::new() }
    }

    /// Behaves as if Redis had just failed.
    #[cfg(test)]
    pub(super) fn leave_alone(&self) {
        self.circuit.failed();
    }

    /// The key of one delivery.
    pub(super) fn key(&self, merchant_id: &str, webhook_id: &str) -> String {
        let mut key = String::with_capacity(self.prefix.len() + 9 + merchant_id.len() + webhook_id.len());
        for part in [&self.prefix, "webhook:", merchant_id, ":", webhook_id] {
            key.push_str(part);
        }
        key
    }

    /// Which of `keys` are remembered, in order; `None` when Redis does not say.
    pub(super) async fn seen(&self, keys: &[String]) -> Option<Vec<bool>> {
        if self.circuit.is_open() {
            return None;
        }
        let mut command = redis::cmd("MGET");
        let asked = timeout(ANSWER_MAX, self.redis.query::<Vec<Value>>(command.arg(keys))).await;
        let values = self.note("webhook_seen", asked)?;
        (values.len() == keys.len()).then(|| values.iter().map(|value| !matches!(value, Value::Nil)).collect())
    }

    /// Remembers `keys`, if Redis takes them.
    pub(super) async fn remember(&self, keys: &[String]) {
        if keys.is_empty() || self.circuit.is_open() {
            return;
        }
        let commands = keys.iter().map(|key| {
            let mut command = redis::cmd("SET");
            command.arg(key).arg(1).arg("EX").arg(REMEMBERED_SECONDS);
            command
        });
        self.note("webhook_remember", timeout(ANSWER_MAX, self.redis.call_each(commands)).await);
    }

    fn note<T>(
        &self,
        what: &'static str,
        outcome: Result<Result<T, RedisError>, tokio::time::error::Elapsed>,
    ) -> Option<T> {
        let reason = match outcome {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => error.to_string(),
            Err(elapsed) => elapsed.to_string(),
        };
        self.circuit.failed();
        platform::metrics::redis_errors(what, 1);
        tracing::warn!(what, reason, "Redis did not answer: going on without it");
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_failure_spares_redis_for_a_second() {
        let circuit = Circuit::new();
        assert!(!circuit.is_open());
        circuit.failed();
        assert!(circuit.is_open());
        tokio::time::advance(Duration::from_millis(999)).await;
        assert!(circuit.is_open());
        tokio::time::advance(Duration::from_millis(1)).await;
        assert!(!circuit.is_open());
    }

    #[tokio::test]
    async fn without_redis_nothing_is_remembered_and_nothing_fails() {
        let markers = Markers::new(&Redis::open("redis://127.0.0.1:9", 1).unwrap(), "t");
        let keys = [markers.key("M", "w")];
        assert_eq!(keys, ["t:webhook:M:w"]);
        assert_eq!(markers.seen(&keys).await, None);
        assert!(markers.circuit.is_open());
        markers.remember(&keys).await;
    }
}
