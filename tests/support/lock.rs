//! A database that another process is writing.

use super::Folder;
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

/// The lock under which alone a database is written.
pub(crate) struct Lock(SqliteConnection);

impl Lock {
    pub(crate) async fn take(folder: &Folder) -> Self {
        let options = SqliteConnectOptions::new().filename(folder.database());
        let mut connection = options.connect().await.unwrap();
        // It may have to wait for a save that is under way.
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut connection)
            .await
            .unwrap();
        Self(connection)
    }

    pub(crate) async fn release(mut self) {
        sqlx::query("ROLLBACK").execute(&mut self.0).await.unwrap();
        self.0.close().await.unwrap();
    }
}
