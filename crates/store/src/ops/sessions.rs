//! Sessions of the queue monitor that their users ended: remembered until they would have ended by themselves.

use chrono::{DateTime, Utc};

use crate::{Store, StoreError, TenantScope};

/// Expired rows that one call removes.
const EXPIRED_ROWS_MAX: i64 = 500;

impl Store {
    /// Records that a session was ended, until `ends_at`, and removes some of those that are past that time at `now`.
    ///
    /// # Errors
    /// As any statement.
    pub async fn end_ops_session(
        &self,
        id: &str,
        ends_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        sqlx::query!(
            "INSERT INTO ops_sessions_ended (session_id, ends_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            id,
            ends_at
        )
        .execute(&mut *tx)
        .await?;
        sqlx::query!(
            "DELETE FROM ops_sessions_ended WHERE session_id IN
                 (SELECT session_id FROM ops_sessions_ended WHERE ends_at < $1 LIMIT $2)",
            now,
            EXPIRED_ROWS_MAX
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Returns whether the session was ended by its user.
    ///
    /// # Errors
    /// As any statement.
    pub async fn ops_session_is_ended(&self, id: &str) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let found = sqlx::query_scalar!("SELECT session_id FROM ops_sessions_ended WHERE session_id = $1", id)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(found.is_some())
    }
}
