//! Why a database file cannot be used, in words for whoever has it.

use super::{
    failure::{kind_of, primary_code},
    schema::SchemaError,
};
use crate::counter::storage::StorageErrorKind;
use std::{
    fs::OpenOptions,
    io,
    path::{Path, PathBuf},
};

/// Why a database file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the database {} {problem}", file.display())]
pub struct OpenError {
    file: PathBuf,
    problem: String,
}

const READ_ONLY_FILE_SYSTEM: &str = "cannot be written: its file system is mounted read-only. Mount it for writing, or name a file elsewhere";

impl OpenError {
    pub(super) fn new(file: &Path, error: &sqlx::Error) -> Self {
        Self::saying(file, problem_of(file, error))
    }

    /// What follows "the database FILE".
    pub(super) fn saying(file: &Path, problem: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            problem: problem.into(),
        }
    }

    pub(super) fn no_folder(file: &Path, error: &io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem => READ_ONLY_FILE_SYSTEM.to_owned(),
            _ => format!("cannot be created, because its folder cannot: {error}"),
        };
        Self::saying(file, problem)
    }

    pub(super) fn not_created(file: &Path, error: &io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem => READ_ONLY_FILE_SYSTEM.to_owned(),
            io::ErrorKind::StorageFull => "cannot be written: the disk is full".to_owned(),
            _ => format!("cannot be created: {error}; check the permissions of its folder"),
        };
        Self::saying(file, problem)
    }
}

// https://www.sqlite.org/rescode.html
const READONLY: Option<u32> = Some(8);
const CANTOPEN: Option<u32> = Some(14);
const NOTADB: Option<u32> = Some(26);

/// What is wrong with this file, and what to do: what follows "the database FILE".
fn problem_of(file: &Path, error: &sqlx::Error) -> String {
    let code = primary_code(error);
    if file.is_dir() {
        return "is a folder; name a file in it".into();
    }
    if code == CANTOPEN && matches!(file.try_exists(), Ok(false)) {
        return "cannot be opened: there is no such file; check the path".into();
    }
    if [READONLY, CANTOPEN].contains(&code) && is_on_read_only_file_system(file) {
        return READ_ONLY_FILE_SYSTEM.into();
    }
    problem_with(error)
}

/// What is wrong with a database that gives this error.
pub(super) fn problem_with(error: &sqlx::Error) -> String {
    if let sqlx::Error::Configuration(error) = error
        && let Some(error) = error.downcast_ref::<SchemaError>()
    {
        return error.to_string();
    }
    match (kind_of(error), primary_code(error)) {
        (_, NOTADB) => "is not a SQLite database; it was left as it is. Name another file".into(),
        (_, CANTOPEN) => {
            "cannot be opened; check that its permissions and those of its folder allow it".into()
        }
        (StorageErrorKind::Busy, _) => {
            "is locked by another process; stop that one and try again".into()
        }
        (StorageErrorKind::ReadOnly, _) => {
            "cannot be written; check the permissions of the file and its folder".into()
        }
        (StorageErrorKind::Damaged, _) => "is damaged; restore a backup of it".into(),
        (StorageErrorKind::Full, _) => "cannot be written: the disk is full".into(),
        (StorageErrorKind::Replaced | StorageErrorKind::Other, _) => {
            format!("cannot be used: {error}")
        }
    }
}

/// Whether the file's system says that nothing on it can be written. Nothing is written to
/// find out, and the file must not be open in this process.
pub(super) fn is_on_read_only_file_system(file: &Path) -> bool {
    let opened = OpenOptions::new().append(true).open(file);
    opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
}
