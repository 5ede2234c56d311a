//! A consistent copy of a database file, also while a server writes to it.

mod unfinished;

use super::{
    OpenError,
    failure::kind_of,
    from_sql,
    read_only::open_to_read,
    sum::{sum_of, views_at},
};
use crate::counter::storage::StorageErrorKind;
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tokio_util::sync::CancellationToken;
use unfinished::Unfinished;

/// What is in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many posts have views.
    pub posts: u64,
    /// The views of all of them.
    pub views: u64,
}

/// Why there is no copy. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be read.
    #[error(transparent)]
    Source(#[from] OpenError),
    /// Nothing is overwritten.
    #[error("{} exists already; name another file, or move that one away", .0.display())]
    Exists(PathBuf),
    /// The copy cannot be written.
    #[error(
        "the copy {} could not be written ({problem}); check that its folder exists and has room",
        file.display()
    )]
    Copy {
        /// Where it was to be.
        file: PathBuf,
        /// What the system says.
        problem: String,
    },
    /// Somebody stopped it.
    #[error("interrupted; there is no copy")]
    Interrupted,
}

/// Copies the database `file` to `copy`, as it is at one moment. Saves go on
/// meanwhile. When this returns, the copy is whole and on the disk; until then
/// there is nothing under its name. Only its owner can read and write it.
///
/// If `stop` is set meanwhile, the copy is given up, and nothing of it is left. What an
/// earlier copy into the same folder left, because it was killed, is removed.
///
/// # Errors
/// If the database cannot be read, or the copy cannot be written, or `stop` was set.
pub async fn back_up(
    file: &Path,
    copy: &Path,
    stop: &CancellationToken,
) -> Result<Copied, BackupError> {
    if fs::symlink_metadata(copy).is_ok() {
        return Err(BackupError::Exists(copy.into()));
    }
    let mut source = open_to_read(file).await?;
    contents(&mut source)
        .await
        .map_err(|e| OpenError::new(file, &e))?;

    let of_copy = |problem: &dyn ToString| BackupError::Copy {
        file: copy.into(),
        problem: problem.to_string(),
    };
    Unfinished::remove_abandoned(copy);
    let unfinished = Unfinished::beside(copy).map_err(|e| of_copy(&e))?;
    let name = unfinished.path.to_str();
    let name = name.ok_or_else(|| of_copy(&"its name is not UTF-8"))?;
    interrupt_when(stop, &mut source)
        .await
        .map_err(|e| of_copy(&e))?;
    let written = sqlx::query("VACUUM INTO ?")
        .bind(name)
        .execute(&mut source)
        .await;
    if stop.is_cancelled() {
        return Err(BackupError::Interrupted);
    }
    written.map_err(|error| match kind_of(&error) {
        StorageErrorKind::Damaged => OpenError::new(file, &error).into(),
        _ => of_copy(&error),
    })?;
    let _ = source.close().await;
    let copied = finish_contents(&unfinished.path).await;
    let copied = copied.map_err(|e| of_copy(&e))?;
    unfinished.finish(copy).map_err(|e| of_copy(&e))?;
    Ok(copied)
}

/// Has SQLite give up what it does soon after `stop` is set.
async fn interrupt_when(
    stop: &CancellationToken,
    connection: &mut SqliteConnection,
) -> Result<(), sqlx::Error> {
    /// SQLite's virtual machine does so many in about a millisecond.
    const STEPS_BETWEEN_LOOKS: i32 = 10_000;
    let stop = stop.clone();
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || !stop.is_cancelled());
    Ok(())
}

/// Takes the runs of the program out of a copy, which none of them writes into, and says
/// what is in it. A server knows the file that it counts into by its own row there, and is
/// not to take a copy that is put in its place for that file.
async fn finish_contents(copy: &Path) -> Result<Copied, sqlx::Error> {
    let mut copy = SqliteConnectOptions::new()
        .filename(copy)
        // It is thrown away if anything fails, and made sure of on the disk afterwards.
        .journal_mode(SqliteJournalMode::Memory)
        .synchronous(SqliteSynchronous::Off)
        .disable_statement_logging()
        .connect()
        .await?;
    sqlx::query("DELETE FROM writers")
        .execute(&mut copy)
        .await?;
    let copied = contents(&mut copy).await?;
    copy.close().await?;
    Ok(copied)
}

async fn contents(connection: &mut SqliteConnection) -> Result<Copied, sqlx::Error> {
    let row = sqlx::query(concat!(
        "SELECT count(*), ",
        sum_of!("total"),
        " FROM totals"
    ))
    .fetch_one(connection)
    .await?;
    Ok(Copied {
        posts: from_sql(row.try_get(0)?),
        views: views_at(&row, 1)?,
    })
}
