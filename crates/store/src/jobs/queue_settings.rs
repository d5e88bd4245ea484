//! What operators have set of each queue, as a JSON document that its writer understands. Redis works by a copy.

use crate::{Store, StoreError, TenantScope, Tx};

impl Store {
    /// The queues that have settings, with these.
    ///
    /// # Errors
    /// As any statement.
    pub async fn queue_settings(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let rows = sqlx::query!(r#"SELECT queue, settings::text AS "settings!" FROM queue_settings"#)
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(rows.into_iter().map(|row| (row.queue, row.settings)).collect())
    }
}

/// The settings of a queue, for change: others who ask for them wait until the transaction ends. `{}` where none were made.
///
/// # Errors
/// As any statement.
pub async fn lock(tx: &mut Tx, queue: &str) -> Result<String, StoreError> {
    sqlx::query!(
        "INSERT INTO queue_settings (queue, settings) VALUES ($1, '{}') ON CONFLICT (queue) DO NOTHING",
        queue
    )
    .execute(&mut **tx)
    .await?;
    let select = sqlx::query_scalar!(
        r#"SELECT settings::text AS "settings!" FROM queue_settings WHERE queue = $1 FOR UPDATE"#,
        queue
    );
    Ok(select.fetch_one(&mut **tx).await?)
}

/// Replaces the settings of a queue.
///
/// # Errors
/// As any statement.
pub async fn save(tx: &mut Tx, queue: &str, settings: &str) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE queue_settings SET settings = $2::text::json, updated_at = CURRENT_TIMESTAMP WHERE queue = $1",
        queue,
        settings
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
