//! What can go wrong with the database, by what the caller will do about it: try again, or not.

use crate::crypto::DecryptError;

/// A failed database operation. The source is kept; whoever handles it logs it once.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// PostgreSQL is away, overloaded or shutting down. Try later.
    #[error("PostgreSQL is not available")]
    Unavailable(#[source] sqlx::Error),
    /// PostgreSQL cancelled the statement because it ran longer than its timeout allows. The server is available, so the
    /// statement itself, a lock it waits for, or the server's load is to blame: the attempt counts.
    #[error("a statement took longer than its timeout")]
    Timeout(#[source] sqlx::Error),
    /// Another transaction was faster (lost race, deadlock, serialisation). Try again at once.
    #[error("another transaction was faster")]
    Conflict(#[source] Option<sqlx::Error>),
    /// A constraint refused the rows; the name says which. The same rows are refused again.
    #[error("constraint {constraint} refused the rows")]
    Refused {
        /// Name of the constraint in the schema.
        constraint: String,
        /// What PostgreSQL said.
        #[source]
        source: sqlx::Error,
    },
    /// A stored value cannot be read back: the row, not the caller, is wrong.
    #[error("stored {what} cannot be read")]
    Corrupt {
        /// Which column or document.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Anything else: a programming error or a schema that does not fit.
    #[error("the database refused a statement")]
    Other(#[source] sqlx::Error),
}

/// SQLSTATE of a key that exists already.
const UNIQUE_VIOLATION: &str = "23505";
/// Keys that two transactions may come to write at the same moment: the second one starts over, and finds what the first has
/// written. A row that any other key refuses would be refused again.
const RACED_KEYS: [&str; 4] =
    ["customers_email_key", "customers_shopify_key", "orders_pkey", "points_transactions_source_key"];
/// Indexes of partitions have the key's name and this, with the partition's number.
const PARTITION_SUFFIX: &str = "_p";

/// What a violated key or check means: the one place that knows constraints by name.
fn of_constraint(constraint: String, unique: bool, source: sqlx::Error) -> StoreError {
    let (key, _) = constraint
        .rsplit_once(PARTITION_SUFFIX)
        .filter(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or((constraint.as_str(), ""));
    match unique && RACED_KEYS.contains(&key) {
        true => StoreError::Conflict(Some(source)),
        false => StoreError::Refused { constraint, source },
    }
}

impl StoreError {
    /// Returns whether the same call fails however often it is made, until a person corrects the program or the row. A value
    /// under a key that this process does not have, or in a format that it does not know, is not such a case: another process
    /// may be able to read it.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Refused { .. } => true,
            Self::Corrupt { source, .. } => !matches!(
                source.downcast_ref::<DecryptError>(),
                Some(DecryptError::UnknownKey(_) | DecryptError::Format)
            ),
            Self::Unavailable(_) | Self::Timeout(_) | Self::Conflict(_) | Self::Other(_) => false,
        }
    }

    /// Whether the same call may succeed later, unchanged.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Timeout(_) | Self::Conflict(_))
    }

    pub(crate) fn corrupt(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Corrupt { what, source: source.into() }
    }
}

/// Checks that a statement wrote every row that it was to write: fails with [`StoreError::Conflict`] when it wrote fewer, since
/// another transaction was faster.
pub(crate) fn expect_rows(written: impl TryInto<usize>, expected: usize) -> Result<(), StoreError> {
    if written.try_into().ok() == Some(expected) { Ok(()) } else { Err(StoreError::Conflict(None)) }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Io(_)
            | E::Tls(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::WorkerCrashed
            | E::BeginFailed
            | E::Protocol(_) => Self::Unavailable(error),
            E::Database(database) => {
                let code = database.code().unwrap_or_default().into_owned();
                let constraint = database.constraint().map(str::to_owned);
                match (code.as_str(), constraint) {
                    // serialization_failure, deadlock_detected, lock_not_available
                    ("40001" | "40P01" | "55P03", _) => Self::Conflict(Some(error)),
                    // query_canceled: statement_timeout, or an operator who cancelled the statement
                    ("57014", _) => Self::Timeout(error),
                    // A transaction idle for too long, because this process hung: its connection was closed.
                    ("25P03", _) => Self::Unavailable(error),
                    // connection, resources, operator intervention (shutdown, starting up), system errors
                    (code, _) if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => {
                        Self::Unavailable(error)
                    }
                    (code, Some(constraint)) => of_constraint(constraint, code == UNIQUE_VIOLATION, error),
                    _ => Self::Other(error),
                }
            }
            _ => Self::Other(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_process_may_read_is_not_permanent() {
        let corrupt = |source: DecryptError| StoreError::corrupt("a column", source).is_permanent();
        assert!(!corrupt(DecryptError::UnknownKey("2027".to_owned())));
        assert!(!corrupt(DecryptError::Format));
        assert!(corrupt(DecryptError::Authentication));
        assert!(StoreError::corrupt("a column", "no number").is_permanent());
        let refused = StoreError::Refused { constraint: "a_check".to_owned(), source: sqlx::Error::RowNotFound };
        assert!(refused.is_permanent());
        for other in [StoreError::Unavailable, StoreError::Timeout, StoreError::Other] {
            assert!(!other(sqlx::Error::PoolTimedOut).is_permanent());
        }
        assert!(!StoreError::Conflict(None).is_permanent());
    }
}
