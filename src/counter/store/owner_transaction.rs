//! What an owner changes in a database file, also while a server uses it.

use super::{
    OpenError,
    connections::BUSY_TIMEOUT,
    schema::{self, Owner, SchemaError},
};
use sqlx::{
    ConnectOptions, Sqlite, SqliteConnection, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use std::path::Path;

/// A change that is being made: all of it or nothing. Until [`Self::commit`] nobody sees
/// any of it, and dropping it changes nothing. Saves of a server wait meanwhile.
pub(crate) struct OwnerTransaction {
    /// Of one connection, which is that of the transaction.
    pool: SqlitePool,
    transaction: Transaction<'static, Sqlite>,
}

impl OwnerTransaction {
    /// Begins to change this file, which must exist; one of an older version of this
    /// program is brought up to date. Waits for a save that is being made.
    ///
    /// # Errors
    /// If it cannot be written, or is not a database of this program.
    pub(crate) async fn begin(file: &Path) -> Result<Self, OpenError> {
        let begun = async {
            let options = SqliteConnectOptions::new()
                .filename(file)
                // Whoever changes something does not want to do it a second time.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(BUSY_TIMEOUT)
                // What was deleted is not to be found in the file.
                .pragma("secure_delete", "ON")
                .disable_statement_logging();
            let pool = SqlitePoolOptions::new()
                .max_connections(1)
                .connect_with(options)
                .await?;
            let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
            match schema::owner(&mut transaction).await? {
                Owner::AnotherProgram => return Err(SchemaError::AnotherProgram.into()),
                Owner::Nobody => return Err(SchemaError::Empty.into()),
                Owner::ThisProgram { .. } => {}
            }
            // A part of the change: a dry run takes it back too.
            schema::migrate(&mut transaction).await?;
            Ok(Self { pool, transaction })
        };
        begun.await.map_err(|e| OpenError::new(file, &e))
    }

    /// The connection, within the transaction.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// Makes the change.
    ///
    /// # Errors
    /// If it cannot be written. Then nothing was changed.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await?;
        self.pool.close().await;
        Ok(())
    }

    /// Changes nothing, and lets others write again.
    pub(crate) async fn give_up(self) {
        drop(self.transaction);
        self.pool.close().await;
    }
}
