//! What a row is given to play on: a PostgreSQL that it may stop, shared by the rows of one run, one after the other.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::postgres_server::PostgresServer;

/// The stage. Cheap to clone; only one row at a time stands on it.
#[derive(Debug, Clone)]
pub struct Stage {
    postgres: Arc<Mutex<PostgresServer>>,
}

impl Stage {
    /// Starts the PostgreSQL.
    pub async fn set() -> Self {
        Self { postgres: Arc::new(Mutex::new(PostgresServer::start().await)) }
    }

    /// The PostgreSQL, running, whatever the row before has done to it.
    pub async fn postgres(&self) -> OwnedMutexGuard<PostgresServer> {
        let mut postgres = Arc::clone(&self.postgres).lock_owned().await;
        if !postgres.is_running() {
            postgres.run().await;
        }
        postgres
    }
}
