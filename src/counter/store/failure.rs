//! Failures of the database by their kind, and what an operator does about each.

use super::watch::FileProblem;
use crate::counter::storage::{StorageError, StorageErrorKind};
use StorageErrorKind::{Busy, Damaged, Full, Other, ReadOnly, Replaced};

/// Why something could not be read from the database or written to it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Sqlx(#[from] sqlx::Error),
    #[error(transparent)]
    File(#[from] FileProblem),
}

impl Failure {
    /// The error of this operation ("saving views").
    pub(super) fn during(self, operation: &'static str) -> StorageError {
        let (kind, advice) = match &self {
            Self::File(problem) => (Replaced, Some(problem.advice())),
            Self::Sqlx(error) => advice_for(error),
        };
        match (advice, self) {
            (Some(advice), cause) => StorageError::with_advice(operation, kind, advice, cause),
            (None, cause) => StorageError::new(operation, cause),
        }
    }
}

/// SQLite's primary result code, if the database itself failed
/// (<https://www.sqlite.org/rescode.html>).
pub(super) fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code = database_error(error)?.code()?.parse::<u32>().ok()?;
    Some(code & 0xff)
}

/// What the database itself says, also about a migration.
fn database_error(error: &sqlx::Error) -> Option<&dyn sqlx::error::DatabaseError> {
    use sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
    match error {
        sqlx::Error::Migrate(error) => match &**error {
            Execute(error) | ExecuteMigration(error, _) => database_error(error),
            _ => None,
        },
        error => error.as_database_error(),
    }
}

/// The kind of an error, from SQLite's code or from sqlx.
pub(super) fn kind_of(error: &sqlx::Error) -> StorageErrorKind {
    match (primary_code(error), error) {
        // SQLITE_BUSY, SQLITE_LOCKED
        (Some(5 | 6), _) | (_, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => Busy,
        // SQLITE_READONLY
        (Some(8), _) => ReadOnly,
        // SQLITE_CORRUPT, SQLITE_NOTADB
        (Some(11 | 26), _) => Damaged,
        // SQLITE_FULL
        (Some(13), _) => Full,
        // A value of another type than the table declares.
        (_, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) => Damaged,
        _ => Other,
    }
}

/// What to do about an error while the server runs; `None` if only the error itself says
/// what is wrong.
fn advice_for(error: &sqlx::Error) -> (StorageErrorKind, Option<&'static str>) {
    let kind = kind_of(error);
    let advice = match (kind, error) {
        (Busy, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) => {
            "every connection to the database is in use; it is tried again. \
             If this lasts, the disk is too slow"
        }
        (Busy, _) => {
            "the database is locked by another process; end that process. It is tried again"
        }
        (Full, _) => "the disk is full; make room on it. It is tried again",
        (Damaged, _) => {
            "the database is damaged; run `view-counter check`, stop the server, \
             and restore a backup"
        }
        (ReadOnly, _) => {
            "the database cannot be written; check the permissions of the file and its \
             folder, and that its file system is not read-only. It is tried again"
        }
        (Replaced | Other, _) => return (kind, None),
    };
    (kind, Some(advice))
}
