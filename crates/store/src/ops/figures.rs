//! What the queue monitor counts in PostgreSQL: dead letters that nobody has replayed. Bounded, whatever is stored.

use crate::{Store, StoreError, TenantScope};

/// Dead letters that are counted; beyond, the count says "at least so many".
pub const DEAD_COUNTED_MAX: i64 = 200_000;

impl Store {
    /// Returns the number of dead letters of each queue that were not replayed, of the newest [`DEAD_COUNTED_MAX`].
    ///
    /// # Errors
    /// As any statement.
    pub async fn dead_letters_by_queue(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query!(
            r#"SELECT queue, count(*) AS "count!" FROM
                   (SELECT queue FROM dead_letters WHERE replayed_at IS NULL ORDER BY died_at DESC LIMIT $1) newest
               GROUP BY queue"#,
            DEAD_COUNTED_MAX
        )
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows.into_iter().map(|row| (row.queue, row.count)).collect())
    }
}
