//! How what stands beside the counter reads and writes the same file.

use super::{Failure, FileProblem, Store};
use crate::counter::{storage::StorageError, tally::SavePolicy};
use sqlx::{Connection, SqliteConnection, SqlitePool};

impl Store {
    /// Does something with the connections that read.
    pub(crate) async fn read<T>(
        &self,
        operation: &'static str,
        read: impl AsyncFnOnce(&SqlitePool) -> Result<T, sqlx::Error>,
    ) -> Result<T, StorageError> {
        let connections = self.inner.connections.read().await;
        let read = async {
            let connections = connections.as_ref().ok_or(FileProblem::Closed)?;
            Ok(read(&connections.reading).await?)
        };
        read.await.map_err(|e: Failure| e.during(operation))
    }

    /// Does something in a transaction of its own, which not even a power failure takes back.
    /// Views are saved before it or after it. It is to be let run to its end: after a
    /// cancellation nobody knows whether it was committed.
    pub(crate) async fn write_durably<T>(
        &self,
        operation: &'static str,
        write: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, StorageError> {
        let written = async {
            self.check_file().await?;
            let written = {
                let connections = self.inner.connections.read().await;
                let connections = connections.as_ref().ok_or(FileProblem::Closed)?;
                let mut connection = connections.writing.acquire().await?;
                let is_durable = self.inner.policy == SavePolicy::BeforeShown;
                if !is_durable {
                    sqlx::query("PRAGMA synchronous = FULL")
                        .execute(&mut *connection)
                        .await?;
                }
                let written = transaction(&mut connection, write).await;
                if !is_durable {
                    sqlx::query("PRAGMA synchronous = NORMAL")
                        .execute(&mut *connection)
                        .await?;
                }
                written?
            };
            // What was committed into a file that was moved away meanwhile is not stored.
            self.check_file().await?;
            Ok(written)
        };
        written.await.map_err(|e: Failure| e.during(operation))
    }
}

async fn transaction<T>(
    connection: &mut SqliteConnection,
    write: impl AsyncFnOnce(&mut SqliteConnection) -> Result<T, sqlx::Error>,
) -> Result<T, sqlx::Error> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let written = write(&mut transaction).await?;
    transaction.commit().await?;
    Ok(written)
}
