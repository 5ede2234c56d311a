//! Why a database file cannot be used, in words for whoever has it.

use std::path::{Path, PathBuf};

/// Why a database file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the database {} {problem}", file.display())]
pub struct OpenError {
    file: PathBuf,
    problem: String,
}

impl OpenError {
    pub(super) fn new(file: &Path, error: &sqlx::Error) -> Self {
        Self {
            file: file.into(),
            problem: problem_of(error),
        }
    }

    pub(super) fn no_folder(file: &Path, error: &std::io::Error) -> Self {
        Self {
            file: file.into(),
            problem: format!("cannot be created, because its folder cannot: {error}"),
        }
    }
}

/// What is wrong with a database, and what to do: what follows "the database".
pub(super) fn problem_of(error: &sqlx::Error) -> String {
    // https://www.sqlite.org/rescode.html, primary codes.
    let code = database_error(error)
        .and_then(|e| e.code())
        .and_then(|code| code.parse::<u32>().ok())
        .map(|code| code & 0xff);
    match (code, error) {
        (Some(5), _) => "is locked by another process; stop that one and try again".into(),
        (Some(8), _) => {
            "cannot be written; check the permissions of the file and its folder".into()
        }
        (Some(11), _) => "is damaged; restore a backup of it".into(),
        (Some(13), _) => "cannot be written: the disk is full".into(),
        (Some(14), _) => {
            "cannot be opened; check that it exists and that its permissions allow it".into()
        }
        (Some(26), _) => "is not a SQLite database; it was left as it is. Name another file".into(),
        (_, sqlx::Error::Configuration(e)) if e.is::<OfSomethingElse>() => e.to_string(),
        (_, sqlx::Error::Migrate(e)) if is_newer(e) => {
            "was written by a newer version of this program; use that version".into()
        }
        _ => format!("cannot be used: {error}"),
    }
}

/// What the database itself says, also of a migration.
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

fn is_newer(error: &sqlx::migrate::MigrateError) -> bool {
    matches!(error, sqlx::migrate::MigrateError::VersionMissing(_))
}

#[derive(Debug, thiserror::Error)]
#[error("holds something else than counts; it was left as it is. Name another file")]
pub(super) struct OfSomethingElse;
