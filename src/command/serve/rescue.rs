//! The last resort for views that could not be saved: a file beside the database, which
//! `view-counter import` reads.

use jiff::Timestamp;
use std::{
    collections::BTreeMap,
    error::Error,
    fs::{File, OpenOptions},
    io::{self, BufWriter},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use view_counter::{
    counter::{hub::Hub, protocol::Slug, store::Views},
    exchange,
};

/// The views that could not be saved, and where they are now.
///
/// Returns the error that the program ends with: `unsaved`, and what to do.
pub(super) fn keep(hub: &Hub, database: &Path, unsaved: impl Error) -> anyhow::Error {
    let views = views(hub);
    if views.is_empty() {
        return anyhow::anyhow!("{unsaved}");
    }
    match write(database, &views) {
        Ok(file) => {
            tracing::warn!(file = %file.display(), "the views that could not be saved are in a file");
            anyhow::anyhow!(
                "{unsaved}. They are in {file}; when the database can be written, add them with `view-counter import {file} --apply --database {database}`",
                file = file.display(),
                database = database.display(),
            )
        }
        Err(error) => anyhow::anyhow!(
            "{unsaved}. They are lost: a file beside the database could not be written either ({error})"
        ),
    }
}

/// As [`keep`], for a stop that waits for nothing: what became of the views is logged.
pub(super) fn keep_at_once(hub: &Hub, database: &Path) {
    let views = views(hub);
    if views.is_empty() {
        return;
    }
    match write(database, &views) {
        Ok(file) => {
            tracing::warn!(file = %file.display(), "views that are not known to be saved are in a file; `view-counter import` adds them");
        }
        Err(error) => {
            tracing::error!(%error, "views that are not saved are lost, for their file could not be written");
        }
    }
}

fn views(hub: &Hub) -> BTreeMap<Slug, Views> {
    let unsaved = hub.unsaved_views().into_iter().map(|(slug, delta)| {
        let views = Views {
            undated: 0,
            days: delta.days().collect(),
        };
        (slug, views)
    });
    unsaved.collect()
}

/// Writes a file of its own, which its owner alone can read.
fn write(database: &Path, views: &BTreeMap<Slug, Views>) -> io::Result<PathBuf> {
    let (path, file) = create(database)?;
    let mut out = BufWriter::new(file);
    exchange::write_csv(&mut out, views)?;
    out.into_inner()?.sync_all()?;
    Ok(path)
}

/// Creates a file beside the database. Nothing is overwritten.
fn create(database: &Path) -> io::Result<(PathBuf, File)> {
    let now = Timestamp::now().strftime("%Y-%m-%dT%H%M%SZ").to_string();
    let mut number = 1;
    loop {
        let mut name = database.as_os_str().to_owned();
        name.push(match number {
            1 => format!(".unsaved-{now}.csv"),
            _ => format!(".unsaved-{now}-{number}.csv"),
        });
        let path = PathBuf::from(name);
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        match created {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt};

    #[test]
    fn a_file_of_unsaved_views_is_imported_and_overwrites_none() {
        let folder = tempfile::TempDir::new().unwrap();
        let database = folder.path().join("views.db");
        let of_slug = Views {
            undated: 0,
            days: [("2026-11-20".parse().unwrap(), 3)].into(),
        };
        let views = BTreeMap::from([("posts/a".parse().unwrap(), of_slug)]);
        let files: BTreeSet<PathBuf> = (0..3).map(|_| write(&database, &views).unwrap()).collect();
        assert_eq!(files.len(), 3);
        for file in files {
            let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600);
            let input = exchange::Input::File(file);
            let options = exchange::Options::default();
            let imported = exchange::read(&input, &options, |file, _| file).unwrap();
            assert_eq!(imported.views, views);
        }
    }
}
