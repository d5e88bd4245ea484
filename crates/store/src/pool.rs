//! The connection pool of the write path, the one of the owner, and transactions that declare whose rows they may see.

use std::str::FromStr;
use std::time::Duration;

use domain::MerchantId;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

use crate::StoreError;

/// Longest a single statement may run; a bug or a lock must not hold a connection for ever.
const STATEMENT_TIMEOUT_MS: &str = "15000";
/// Longest a transaction may sit idle between statements. Nothing but pure planning happens there, and a process that
/// hangs holds its records' and customers' locks until then: less than a lease, so that whoever is given its jobs need not wait.
const IDLE_TRANSACTION_TIMEOUT_MS: &str = "5000";
/// Idle connections are closed after this.
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(600);

/// A transaction of the application role; rolled back when dropped.
pub type Tx = Transaction<'static, Postgres>;

/// Whose rows a transaction may see.
#[derive(Debug, Clone)]
pub enum TenantScope {
    /// These merchants only. Never empty in practice; empty sees nothing.
    Merchants(Vec<MerchantId>),
    /// All merchants: the platform's own sweeps and look-ups, never a tenant's request.
    Platform,
}

impl TenantScope {
    /// One merchant: what every tenant's request uses.
    #[must_use]
    pub fn of(merchant: &MerchantId) -> Self {
        Self::Merchants(vec![merchant.clone()])
    }

    /// The merchants of some rows, each once.
    pub fn of_all<'a>(merchants: impl IntoIterator<Item = &'a MerchantId>) -> Self {
        let mut merchants: Vec<MerchantId> = merchants.into_iter().cloned().collect();
        merchants.sort_unstable();
        merchants.dedup();
        Self::Merchants(merchants)
    }

    /// The opening statement. Ids are ULIDs by type, so they cannot break out of the literal.
    pub(crate) fn begin_statement(&self) -> String {
        let mut sql = String::from("BEGIN; SET LOCAL loyalnest.merchants = '");
        match self {
            Self::Platform => sql.push('*'),
            Self::Merchants(merchants) => {
                for (index, merchant) in merchants.iter().enumerate() {
                    if index > 0 {
                        sql.push(',');
                    }
                    sql.push_str(merchant.as_str());
                }
            }
        }
        sql.push('\'');
        sql
    }
}

/// The database of the write path, and of look-ups by key, as the application role sees it. Pages and reports are read from
/// [`ReadStore`](crate::ReadStore). Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
}

impl Store {
    /// A pool that connects when first used, so that a process starts while PostgreSQL is still away.
    ///
    /// # Errors
    /// When `url` is not a PostgreSQL URL.
    pub fn lazy(url: &str, connections_max: u32, acquire_timeout: Duration) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url)?.application_name("loyalnest").options([
            ("timezone", "UTC"),
            // Parameters are arrays of any length: a plan made for one array serves all, planning each anew costs more.
            ("plan_cache_mode", "force_generic_plan"),
            // Every statement here looks rows up by key. A plan made while the tables were small must not scan them when
            // they have grown: seen as merge joins over all of `api_logs`, for a batch of 77. Statements of the write path say
            // which side of a join leads by a LATERAL look-up that cannot be turned around (`OFFSET 0`, `FOR UPDATE`): for a
            // table that was empty when its statistics were made, walking its index and asking the keys looks cheaper.
            ("enable_seqscan", "off"),
            ("enable_hashjoin", "off"),
            ("enable_mergejoin", "off"),
            ("statement_timeout", STATEMENT_TIMEOUT_MS),
            ("idle_in_transaction_session_timeout", IDLE_TRANSACTION_TIMEOUT_MS),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(connections_max)
            .acquire_timeout(acquire_timeout)
            .idle_timeout(IDLE_TIMEOUT)
            .test_before_acquire(false) // a dead connection shows as Unavailable and is retried by the caller
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Opens a transaction that sees the rows of `scope` only.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection can be had in time.
    pub async fn begin(&self, scope: &TenantScope) -> Result<Tx, StoreError> {
        // Boxed, since it is large and in every future here: these are moved a dozen times on their way through the layers.
        Ok(Box::pin(self.pool.begin_with(AssertSqlSafe(scope.begin_statement()))).await?)
    }

    /// Opens a transaction that sees the rows of `scope` only, and whose statements are cancelled after `statement_timeout`
    /// instead of the pool's own, longer timeout.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no connection can be had in time.
    pub async fn begin_within(&self, scope: &TenantScope, statement_timeout: Duration) -> Result<Tx, StoreError> {
        let limit_ms = statement_timeout.as_millis().max(1); // 0 would be no limit
        let begin = format!("{}; SET LOCAL statement_timeout = {limit_ms}", scope.begin_statement());
        Ok(Box::pin(self.pool.begin_with(AssertSqlSafe(begin))).await?)
    }

    /// Whether PostgreSQL answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query!("SELECT 1 AS one").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The database as its owner: migrations, provisioning and `verify`. Row-level security does not bind it.
#[derive(Debug, Clone)]
pub struct Owner {
    pub(crate) pool: PgPool,
}

impl Owner {
    /// Connects now.
    ///
    /// # Errors
    /// When `url` is not a PostgreSQL URL or the server cannot be reached.
    pub async fn connect(url: &str) -> Result<Self, StoreError> {
        const CONNECTIONS_MAX: u32 = 2;
        const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
        let options =
            PgConnectOptions::from_str(url)?.application_name("loyalnest-owner").options([("timezone", "UTC")]);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS_MAX)
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_its_merchants_and_nothing_declared_sees_nothing() {
        let merchant = MerchantId::parse("01JD8Q3VN7Z9M0A2B4C6D8E0F1").unwrap();
        assert_eq!(
            TenantScope::of(&merchant).begin_statement(),
            "BEGIN; SET LOCAL loyalnest.merchants = '01JD8Q3VN7Z9M0A2B4C6D8E0F1'"
        );
        assert_eq!(TenantScope::Merchants(vec![]).begin_statement(), "BEGIN; SET LOCAL loyalnest.merchants = ''");
        assert_eq!(TenantScope::Platform.begin_statement(), "BEGIN; SET LOCAL loyalnest.merchants = '*'");
    }
}
