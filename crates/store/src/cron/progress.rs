//! Where a long task of the platform's stands: how far its pass over all merchants has come, kept from step to step, so that a run
//! that is interrupted goes on there. Two runs cannot advance the same pass: the step of the slower one is refused.

use crate::{Store, StoreError, TenantScope};

/// How far a pass has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskProgress {
    /// The merchant it is at; empty at the beginning.
    pub at_merchant: String,
    /// Its last row of that merchant that is done; empty before the first.
    pub at_row: String,
    /// Rows looked at.
    pub looked_at: i64,
    /// Rows among them that are not as they should be.
    pub found: i64,
}

impl Store {
    /// Returns how far the task's pass has come; begins a new one if the last one is finished.
    ///
    /// # Errors
    /// As any statement.
    pub async fn begin_pass(&self, task: &str) -> Result<TaskProgress, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let progress = sqlx::query_as!(
            TaskProgress,
            "INSERT INTO task_progress AS p (task) VALUES ($1)
             ON CONFLICT (task) DO UPDATE
             SET at_merchant = CASE WHEN p.finished_at IS NULL THEN p.at_merchant ELSE '' END,
                 at_row = CASE WHEN p.finished_at IS NULL THEN p.at_row ELSE '' END,
                 looked_at = CASE WHEN p.finished_at IS NULL THEN p.looked_at ELSE 0 END,
                 found = CASE WHEN p.finished_at IS NULL THEN p.found ELSE 0 END,
                 begun_at = CASE WHEN p.finished_at IS NULL THEN p.begun_at ELSE CURRENT_TIMESTAMP END,
                 finished_at = NULL
             RETURNING at_merchant, at_row, looked_at, found",
            task
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(progress)
    }

    /// Moves the task's pass from one point to a later one, and notes whether that is its end. Returns false, and changes nothing,
    /// if the pass does not stand at `from`: another run has it.
    ///
    /// # Errors
    /// As any statement.
    pub async fn advance_pass(
        &self,
        task: &str,
        from: &TaskProgress,
        to: &TaskProgress,
        is_end: bool,
    ) -> Result<bool, StoreError> {
        let mut tx = self.begin(&TenantScope::Platform).await?;
        let advanced = sqlx::query!(
            "UPDATE task_progress
             SET at_merchant = $5, at_row = $6, looked_at = $7, found = $8, updated_at = CURRENT_TIMESTAMP,
                 finished_at = CASE WHEN $9 THEN CURRENT_TIMESTAMP END
             WHERE task = $1 AND at_merchant = $2 AND at_row = $3 AND looked_at = $4 AND finished_at IS NULL",
            task,
            from.at_merchant,
            from.at_row,
            from.looked_at,
            to.at_merchant,
            to.at_row,
            to.looked_at,
            to.found,
            is_end
        )
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(advanced.rows_affected() == 1)
    }
}
