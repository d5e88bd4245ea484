//! The services that every role needs: PostgreSQL and Redis as configured, whether they answer, and whether Redis keeps jobs.
//! Knows no job and no table; both services may be unavailable when a role starts.

mod keys;
mod partners;
mod shop_tokens;
mod watch;

use std::sync::{Arc, Mutex, PoisonError};

use jobs::{Finding, InvalidAddress, Queues, Redis};
use platform::config::{DatabaseConfig, RedisConfig};
use platform::health::Readiness;
use store::{ReadLimits, ReadStore, Store, StoreError};

pub use crate::partners::RedisRate;
pub use keys::{email_index, key_ring};
pub use shop_tokens::StoredShopTokens;

/// Name of PostgreSQL among the dependencies.
pub const POSTGRES: &str = "postgres";
/// Name of Redis among the dependencies.
pub const REDIS: &str = "redis";

/// The reason why a role cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DatastoresError {
    /// The text is not a URL of PostgreSQL.
    #[error("APP_DATABASE_URL cannot be used")]
    Database(#[from] StoreError),
    /// The text is not a URL of Redis.
    #[error("REDIS_URL cannot be used")]
    Redis(#[from] InvalidAddress),
}

/// The reason why Redis cannot be used at the moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedisUnready {
    /// Redis does not answer.
    #[error("{0}")]
    Away(String),
    /// Redis answers, but its settings would lose jobs, or prevent them from running.
    #[error("{0}")]
    Misconfigured(String),
}

/// Both services. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Datastores {
    store: Store,
    reads: ReadStore,
    queues: Queues,
    findings: Arc<Mutex<Vec<Finding>>>,
}

impl Datastores {
    /// Reads the addresses; connects when first used. `seed` must be different in each process.
    ///
    /// # Errors
    /// Fails when an address cannot be used.
    pub fn new(database: &DatabaseConfig, redis: &RedisConfig, seed: u64) -> Result<Self, DatastoresError> {
        let store = Store::lazy(database.url.expose(), database.connections_max, database.acquire_timeout())?;
        let limits = ReadLimits {
            connections_max: database.read_connections_max,
            acquire_timeout: database.acquire_timeout(),
            statement_timeout: database.read_statement_timeout(),
        };
        let reads = ReadStore::lazy(database.url.expose(), limits)?;
        let queues = Queues::new(&Redis::open(redis.url.expose(), seed)?, &redis.key_prefix);
        Ok(Self { store, reads, queues, findings: Arc::default() })
    }

    /// Returns PostgreSQL for writes and look-ups by key.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns PostgreSQL for pages and reports, which cannot write.
    #[must_use]
    pub fn reads(&self) -> &ReadStore {
        &self.reads
    }

    /// Returns the queues, under the prefix that all roles share.
    #[must_use]
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// Returns a readiness check that succeeds while both answer and Redis is fit for jobs.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let datastores = self.clone();
        self.postgres_readiness().with(REDIS, move || {
            let datastores = datastores.clone();
            async move { datastores.redis_ready().await.map_err(|unready| unready.to_string()) }
        })
    }

    /// Returns a readiness check that succeeds while PostgreSQL answers: for a role that works without Redis.
    #[must_use]
    pub fn postgres_readiness(&self) -> Readiness {
        let store = self.store.clone();
        Readiness::new().with(POSTGRES, move || {
            let store = store.clone();
            async move { store.ping().await.map_err(|error| error.to_string()) }
        })
    }

    /// Checks that Redis answers and, as far as [`Datastores::watch_redis`] has seen, is fit for jobs.
    ///
    /// # Errors
    /// Fails with the reason when it does not.
    pub async fn redis_ready(&self) -> Result<(), RedisUnready> {
        // What it is comes first: a replica or a node of a cluster answers, too, but not to what is asked.
        if let Some(fatal) = self.findings().iter().find(|finding| finding.risk.is_fatal()) {
            return Err(RedisUnready::Misconfigured(fatal.to_string()));
        }
        self.queues.ping().await.map_err(|error| RedisUnready::Away(error.to_string()))
    }

    fn findings(&self) -> std::sync::MutexGuard<'_, Vec<Finding>> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
