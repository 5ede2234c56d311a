//! The open connections to a database file: one writes, and a few read beside it (WAL).

use super::identity::FileId;
use crate::counter::tally::SavePolicy;
use sqlx::{
    ConnectOptions, Connection, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};

/// How long a statement waits for another process's lock before it fails.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that only read.
const READERS: u32 = 4;
/// How long a request waits for a connection. One that waits longer is answered that the
/// database cannot be read, which frees its place.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);

/// The connections of one run.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) writing: SqlitePool,
    pub(super) reading: SqlitePool,
}

impl Connections {
    /// Opens this file, which exists and is in WAL mode. Fails if another file is at the
    /// path by now.
    pub(super) async fn open(
        path: &Path,
        file: FileId,
        policy: SavePolicy,
    ) -> Result<Self, sqlx::Error> {
        let options = options(path, policy);
        let writing = pool(path, file, 1)
            // When the disk is full, SQLite takes a transaction back by itself,
            // and sqlx goes on believing in it: such a connection could never
            // begin another.
            .before_acquire(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_with(options.clone())
            .await?;
        let reading = pool(path, file, READERS)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self { writing, reading })
    }

    pub(super) async fn close(&self) {
        self.reading.close().await;
        self.writing.close().await;
    }
}

/// How a file is opened for counting. It must exist.
pub(super) fn options(path: &Path, policy: SavePolicy) -> SqliteConnectOptions {
    let synchronous = match policy {
        SavePolicy::Debounced => SqliteSynchronous::Normal,
        SavePolicy::BeforeShown => SqliteSynchronous::Full,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .synchronous(synchronous)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

/// A pool whose connections are all opened now and kept: a file that was moved away can
/// still be read through them, and no later one opens a file that came in its place.
fn pool(path: &Path, file: FileId, connections: u32) -> SqlitePoolOptions {
    let path = path.to_owned();
    SqlitePoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |_, _| {
            let found = FileId::at(&path);
            Box::pin(async move {
                match found? == Some(file) {
                    true => Ok(()),
                    false => Err(sqlx::Error::Configuration(
                        "another file is at the database's path".into(),
                    )),
                }
            })
        })
}

/// Moves what is in the write-ahead log into the file, as far as this mode does
/// (<https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>). Fails if another
/// connection hindered it.
pub(super) async fn checkpoint(
    writing: &SqlitePool,
    mode: &'static str,
) -> Result<(), sqlx::Error> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_one(writing)
        .await?;
    match row.try_get::<i64, _>(0)? {
        0 => Ok(()),
        _ => Err(sqlx::Error::Protocol(
            "another connection hinders the checkpoint".into(),
        )),
    }
}
