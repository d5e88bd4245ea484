//! The reading pool: pages, histories, reports and checks. Its statements are planned in the ordinary way, its connections are its own,
//! and PostgreSQL refuses every write on them (docs/adr/0019). Refuses what a change is computed from: that is read in the
//! transaction of the change.

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};

use crate::pool::IDLE_TIMEOUT;
use crate::{StoreError, TenantScope, Tx};

/// The database for reading only. Cheap to clone.
///
/// What writes takes a [`Tx`], which no `ReadStore` opens:
///
/// ```compile_fail,E0308
/// async fn mix_up(reads: &store::ReadStore, scope: &store::TenantScope) {
///     let mut tx = reads.begin(scope).await.unwrap();
///     store::ledger::append(&mut tx, &[], &[], &[]).await.unwrap();
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ReadStore {
    pool: PgPool,
}

/// A read-only transaction of the application role. Another type than [`Tx`], so that nothing that writes can be given one.
#[derive(Debug)]
pub struct ReadTx(Tx);

/// The limits of a reading pool.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Connections open at most.
    pub connections_max: u32,
    /// How long a caller waits for a free connection.
    pub acquire_timeout: Duration,
    /// Longest that a single statement may run.
    pub statement_timeout: Duration,
}

impl ReadStore {
    /// Creates a pool that connects when it is first used.
    ///
    /// # Errors
    /// Fails when `url` is not a PostgreSQL URL.
    pub fn lazy(url: &str, limits: ReadLimits) -> Result<Self, StoreError> {
        let statement_timeout_ms = limits.statement_timeout.as_millis().max(1).to_string(); // 0 would be no limit
        let options = PgConnectOptions::from_str(url)?.application_name("loyalnest-read").options([
            ("timezone", "UTC"),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", statement_timeout_ms.as_str()),
            ("idle_in_transaction_session_timeout", statement_timeout_ms.as_str()),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(limits.connections_max)
            .acquire_timeout(limits.acquire_timeout)
            .idle_timeout(IDLE_TIMEOUT)
            .test_before_acquire(false) // a dead connection shows as Unavailable and is retried by the caller
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Opens a read-only transaction that sees the rows of `scope` only.
    ///
    /// # Errors
    /// Fails with [`StoreError::Unavailable`] when no connection is free in time.
    pub async fn begin(&self, scope: &TenantScope) -> Result<ReadTx, StoreError> {
        Ok(ReadTx(Box::pin(self.pool.begin_with(AssertSqlSafe(scope.begin_statement()))).await?))
    }

    /// Closes all connections and waits for those in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

impl ReadTx {
    /// Ends the transaction.
    ///
    /// # Errors
    /// As any statement.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

impl Deref for ReadTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for ReadTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}
