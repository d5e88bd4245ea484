//! What a row is given to play on: a PostgreSQL that it may stop, shared by the rows of one run, one after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::postgres_server::PostgresServer;

/// How long a partner is ill unless another time is asked for.
pub const PARTNER_OUTAGE: Duration = Duration::from_secs(30);

/// The stage. Cheap to clone; only one row at a time stands on it.
#[derive(Debug, Clone)]
pub struct Stage {
    postgres: Arc<Mutex<PostgresServer>>,
    /// How long a partner is ill.
    pub(super) partner_outage: Duration,
}

impl Stage {
    /// Starts the PostgreSQL.
    pub async fn set() -> Self {
        Self { postgres: Arc::new(Mutex::new(PostgresServer::start().await)), partner_outage: PARTNER_OUTAGE }
    }

    /// A partner is ill for so long.
    #[must_use]
    pub fn with_partner_outage(self, partner_outage: Duration) -> Self {
        Self { partner_outage, ..self }
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
