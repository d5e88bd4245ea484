//! The resources that the rows of one run of the fault matrix share: a PostgreSQL that a row may stop, used by one row at a time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::postgres_server::PostgresServer;

/// Default duration of a partner's outage.
pub const PARTNER_OUTAGE: Duration = Duration::from_secs(30);

/// A run of the fault matrix. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ChaosRun {
    postgres: Arc<Mutex<PostgresServer>>,
    /// Duration of a partner's outage.
    pub(super) partner_outage: Duration,
}

impl ChaosRun {
    /// Starts a run with its PostgreSQL.
    pub async fn start() -> Self {
        Self { postgres: Arc::new(Mutex::new(PostgresServer::start().await)), partner_outage: PARTNER_OUTAGE }
    }

    /// Sets the duration of a partner's outage.
    #[must_use]
    pub fn with_partner_outage(self, partner_outage: Duration) -> Self {
        Self { partner_outage, ..self }
    }

    /// Locks the PostgreSQL for one row, started again or resumed if the row before has left it stopped or paused.
    pub async fn postgres(&self) -> OwnedMutexGuard<PostgresServer> {
        let mut postgres = Arc::clone(&self.postgres).lock_owned().await;
        if !postgres.is_running() {
            postgres.run().await;
        }
        postgres.resume();
        postgres
    }
}
