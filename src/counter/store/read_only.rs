//! Opening a database file only to read it, also on a file system that is mounted
//! read-only.

use super::{
    OpenError, connections::BUSY_TIMEOUT, open_error::is_on_read_only_file_system, schema,
};
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{fs, path::Path};

/// Opens a database of this program to read it. Nothing of it is changed.
///
/// Fails if there is no such file, or it is not a database of this program, or is one of a
/// newer version.
pub(super) async fn open_to_read(file: &Path) -> Result<SqliteConnection, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let error = match open_own(&options).await {
        Ok(connection) => return Ok(connection),
        Err(error) => error,
    };
    // In WAL mode SQLite makes files beside the one that it reads. Where it cannot, nobody
    // else writes either, and the file can be read without them.
    if file.is_file() && is_on_read_only_file_system(file) {
        if journal_bytes(file) > 0 {
            return Err(OpenError::saying(
                file,
                "cannot be read where it is: its file system is mounted read-only, and a part \
                 of the views is in the file of the same name with -wal at its end. Copy both \
                 files to a folder that can be written, and name the copy",
            ));
        }
        let options = options.immutable(true);
        return open_own(&options)
            .await
            .map_err(|e| OpenError::new(file, &e));
    }
    Err(OpenError::new(file, &error))
}

async fn open_own(options: &SqliteConnectOptions) -> Result<SqliteConnection, sqlx::Error> {
    let mut connection = options.connect().await?;
    schema::require_own(&mut connection).await?;
    Ok(connection)
}

/// The size of the write-ahead log; 0 if there is none.
fn journal_bytes(file: &Path) -> u64 {
    let real = fs::canonicalize(file).unwrap_or_else(|_| file.into());
    let mut journal = real.into_os_string();
    journal.push("-wal");
    fs::metadata(journal).map_or(0, |of| of.len())
}
