//! One connection to Redis, whatever stands behind `REDIS_URL`: a server, a service watched by Sentinels, or a cluster.
//!
//! [`Redis`] connects when first used, is shared by its clones, and connects anew when the connection breaks, falls silent,
//! or leads to a server that is no longer the master. A failed call stays failed: whether it may be made again, only the
//! caller knows, and waits before it does.

mod address;
mod connector;
mod risks;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Shared, try_join_all},
};
use redis::{
    Cmd, FromRedisValue, Pipeline, RedisError, RedisFuture, RedisResult, Value,
    aio::{ConnectionLike, PubSubSink, PubSubStream},
    from_redis_value,
};
use tokio::time::{Instant, interval_at, sleep};

pub use address::InvalidAddress;
pub use risks::{Finding, Risk};

use crate::retry::Jitter;
use address::Address;
use connector::{Connection, Connector, in_time, is_connection_lost};

/// How long an answer may take. Beyond that the call counts as failed, though Redis may still carry it out.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);
/// Attempts to connect before the waiting calls fail.
const CONNECT_ATTEMPTS: u32 = 4;
/// First pause between them; it doubles.
const CONNECT_PAUSE_BASE: Duration = Duration::from_millis(50);
/// Longest of these pauses.
const CONNECT_PAUSE_MAX: Duration = Duration::from_millis(250);

/// How often a subscription asks whether its connection still works.
const PING_INTERVAL: Duration = Duration::from_secs(10);

/// A connection on its way, or open: all who wait for it wait for the same.
type Connecting = Shared<BoxFuture<'static, RedisResult<Connection>>>;

/// A Redis. Cheap to clone; clones share one connection that heals itself.
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    address: Address,
    connector: Connector,
    jitter: Arc<Jitter>,
    current: Mutex<(u64, Connecting)>,
}

impl Redis {
    /// The Redis at that address: `redis://host:port/db`, `redis+sentinel://host:port,host:port/service/db` or
    /// `redis+cluster://host:port,host:port`, with `rediss` over TLS. Connects when first used, so Redis may be away now.
    /// `seed` is that of the pauses between attempts to connect, and to be different in each process.
    ///
    /// # Errors
    /// The address is none of these.
    pub fn open(url: &str, seed: u64) -> Result<Self, InvalidAddress> {
        let address = Address::parse(url)?;
        let connector = Connector::new(address.clone()).map_err(|_| InvalidAddress::Node)?;
        let jitter = Arc::new(Jitter::seeded(seed));
        let current = Mutex::new((0, connecting(connector.clone(), Arc::clone(&jitter))));
        Ok(Self(Arc::new(Inner { address, connector, jitter, current })))
    }

    /// Sends one command.
    ///
    /// # Errors
    /// Fails when Redis is unavailable or refuses the command. A command whose answer did not come may have been carried out.
    pub async fn call(&self, command: &Cmd) -> RedisResult<Value> {
        let (number, mut connection) = self.connection().await?;
        let answer = connection.call(command).await;
        self.examined(number, answer)
    }

    /// Sends one command and reads its answer as a `T`.
    ///
    /// # Errors
    /// As [`Redis::call`]; or the answer is something else.
    pub async fn query<T: FromRedisValue>(&self, command: &Cmd) -> RedisResult<T> {
        Ok(from_redis_value(self.call(command).await?)?)
    }

    /// Sends commands whose order does not matter, in one round trip, and forgets their answers. Their keys may be on
    /// different nodes of a cluster.
    ///
    /// # Errors
    /// As [`Redis::call`], for any of them; the others may have been carried out.
    pub async fn call_each(&self, commands: impl IntoIterator<Item = Cmd>) -> RedisResult<()> {
        let (number, mut connection) = self.connection().await?;
        let answer = if let Connection::Cluster(_) = &connection {
            let calls = commands.into_iter().map(|command| {
                let mut connection = connection.clone();
                async move { connection.call(&command).await }
            });
            try_join_all(calls).await.map(|_| ())
        } else {
            let mut pipeline = Pipeline::new();
            commands.into_iter().for_each(|command| {
                pipeline.add_command(command);
            });
            connection
                .call_all(&pipeline, 0, pipeline.len())
                .await
                .and_then(|answers| answers.into_iter().try_for_each(|answer| answer.extract_error().map(|_| ())))
        };
        self.examined(number, answer)
    }

    /// Subscribes to a channel, on a connection of its own. It does not heal: after an error, subscribe again, with the number of
    /// the attempt.
    pub(crate) async fn subscribe(&self, channel: &str, attempt: usize) -> RedisResult<Subscription> {
        let (mut sink, messages) = self.0.connector.open_pub_sub(attempt).await?.split();
        in_time(RESPONSE_TIMEOUT, sink.subscribe(channel)).await?;
        Ok(Subscription { sink, messages })
    }

    /// The connection as it is, and its number.
    async fn connection(&self) -> RedisResult<(u64, Connection)> {
        let (number, connecting) = self.current().clone();
        match connecting.await {
            Ok(connection) => Ok((number, connection)),
            Err(error) => {
                self.replace(number);
                Err(error)
            }
        }
    }

    fn examined<T>(&self, number: u64, answer: RedisResult<T>) -> RedisResult<T> {
        if answer.as_ref().is_err_and(is_connection_lost) {
            self.replace(number);
        }
        answer
    }

    /// Whoever calls next connects anew, unless someone else has seen to that.
    fn replace(&self, number: u64) {
        let mut current = self.current();
        if current.0 == number {
            *current = (number + 1, connecting(self.0.connector.clone(), Arc::clone(&self.0.jitter)));
        }
    }

    fn current(&self) -> MutexGuard<'_, (u64, Connecting)> {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects once somebody asks for it; on a task of its own, so that it goes on when they do not wait for it.
fn connecting(connector: Connector, jitter: Arc<Jitter>) -> Connecting {
    let connect = async move {
        let mut failed = 0;
        loop {
            match connector.open(RESPONSE_TIMEOUT).await {
                Ok(connection) => return Ok(connection),
                Err(error) => {
                    failed += 1;
                    if failed == CONNECT_ATTEMPTS {
                        return Err(error);
                    }
                    let pause = CONNECT_PAUSE_BASE.saturating_mul(1 << failed.min(6)).min(CONNECT_PAUSE_MAX);
                    sleep(pause / 2 + jitter.up_to(pause / 2)).await;
                }
            }
        }
    };
    async move {
        let gave_up = |_| RedisError::from((redis::ErrorKind::Client, "the attempt to connect was given up"));
        tokio::spawn(connect).await.unwrap_or_else(|error| Err(gave_up(error)))
    }
    .boxed()
    .shared()
}

/// So that `redis`' own commands and `Cmd::query_async` can be used. A pipeline's keys must be on one node.
impl ConnectionLike for Redis {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.call(command).boxed()
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        async move {
            let (number, mut connection) = self.connection().await?;
            let answer = connection.call_all(pipeline, offset, count).await;
            self.examined(number, answer)
        }
        .boxed()
    }

    fn get_db(&self) -> i64 {
        match &self.0.address {
            Address::Server(server) => server.redis_settings().db(),
            // Of no consequence: it is chosen where the master is connected to.
            Address::Sentinel { .. } | Address::Cluster(_) => 0,
        }
    }
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").finish_non_exhaustive()
    }
}

/// A subscription to a channel.
pub(crate) struct Subscription {
    sink: PubSubSink,
    messages: PubSubStream,
}

impl Subscription {
    /// Returns the next message, however long that takes.
    pub(crate) async fn next(&mut self) -> RedisResult<String> {
        let mut ping = interval_at(Instant::now() + PING_INTERVAL, PING_INTERVAL);
        loop {
            tokio::select! {
                message = self.messages.next() => {
                    let closed = || RedisError::from(io::Error::from(io::ErrorKind::ConnectionReset));
                    return message.ok_or_else(closed)?.get_payload();
                }
                // A connection that is cut off without a word looks like one on which nothing is published.
                _ = ping.tick() => {
                    in_time(RESPONSE_TIMEOUT, self.sink.ping::<Value>()).await?;
                }
            }
        }
    }
}
