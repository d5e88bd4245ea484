//! Brings a database to the schema this build was made for; forward only.

use crate::{Owner, StoreError};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

impl Owner {
    /// Applies what is missing; does nothing on a current database. Concurrent callers wait for each other.
    ///
    /// # Errors
    /// When a migration fails or an applied one was changed since.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        MIGRATOR.run(&self.pool).await.map_err(|error| StoreError::Other(sqlx::Error::Migrate(Box::new(error))))
    }
}
