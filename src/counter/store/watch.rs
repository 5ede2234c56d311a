//! Whether the file that was opened is still the database: nothing is saved into another
//! file that stands in its place.
//!
//! A file that was moved, deleted or replaced has another device and inode, or none. A file
//! that was overwritten in place has the same ones, so the database itself is asked: it has
//! a row that this run of the program alone wrote.
//!
//! Another process that brings its journal into the file writes it page by page, and until
//! the last of them the file is no whole database. So one that cannot be recognised is
//! believed to have been overwritten when it has not changed for a while.

use super::{
    Store,
    connections::{Connections, checkpoint},
    identity::{FileId, FileStamp, FilesSeen},
    row_of_writer, schema, today,
};
use jiff::civil::Date;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::{
    fs, io,
    time::{Duration, Instant},
};

/// A file that is not recognised, and that nobody has written to for so long, was
/// overwritten. Who brings a journal into it writes all the time.
pub(super) const SETTLED_AFTER: Duration = Duration::from_secs(2);
/// How long to wait before a file that is being written to is looked at again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// Why nothing is saved into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FileProblem {
    #[error("there is no file at the database's path")]
    Missing,
    #[error("the file at the database's path is another one")]
    Replaced,
    #[error("the database is being written by another program, or was overwritten")]
    Unsettled,
    #[error("the database was overwritten")]
    Overwritten,
    #[error("the database is being opened again")]
    Closed,
}

impl FileProblem {
    /// What is wrong, and what to do.
    pub(super) fn advice(self) -> &'static str {
        match self {
            Self::Missing => {
                "the database file is gone; move it back, and saving goes on. \
                 If it is lost, stop the server and restore a backup: the views that are \
                 not saved go to a file beside it"
            }
            Self::Replaced => {
                "another file stands in the place of the database, and nothing is written \
                 into it; move the first one back, or restart the server to use the other: \
                 the views that are not saved go to a file beside it"
            }
            Self::Unsettled => {
                "another program is writing the database file, or has written over it; \
                 nothing is saved until that is known, which takes a few seconds"
            }
            Self::Overwritten => {
                "the database was overwritten while the server ran, and nothing is written \
                 into it; restore a backup if it is damaged, and restart the server: \
                 the views that are not saved go to a file beside it"
            }
            Self::Closed => {
                "the database is closed and is being opened again; check that its folder \
                 can be written"
            }
        }
    }
}

/// What is known of the file that was opened.
#[derive(Debug)]
pub(super) struct Watch {
    /// The file itself.
    opened: FileId,
    /// Its write-ahead log and shared index.
    journal: [Option<FileId>; 2],
    /// How the file looked when it was last known to be this run's.
    stamp: FileStamp,
    /// The last batch of this run that was in the file itself, without its journal; `None`
    /// as long as there was none.
    batch: Option<i64>,
    problem: Option<FileProblem>,
    /// How the file looked when it was first not recognised, and since when it looks so.
    doubt: Option<(FileStamp, Instant)>,
    /// The UTC day on which this run's row was last written for its own sake.
    entered_on: Date,
}

enum Verdict {
    Ours,
    /// It was overwritten, or another process is writing it.
    Unrecognised,
    /// It could not be found out; the next look will show it.
    Unknown,
}

impl Watch {
    /// The file as it is now is the one that was opened.
    pub(super) fn new(seen: FilesSeen) -> Option<Self> {
        let (opened, stamp) = seen.main?;
        Some(Self {
            opened,
            journal: seen.journal,
            stamp,
            batch: None,
            problem: None,
            doubt: None,
            entered_on: today(),
        })
    }

    /// The file, which looks so now, is not recognised: whether another process may still be
    /// writing it.
    fn doubted(&mut self, stamp: FileStamp) -> FileProblem {
        let known = self.doubt.filter(|(before, _)| *before == stamp);
        let (_, since) = *self.doubt.insert(known.unwrap_or((stamp, Instant::now())));
        match since.elapsed() < SETTLED_AFTER {
            true => FileProblem::Unsettled,
            false => FileProblem::Overwritten,
        }
    }
}

impl Store {
    /// Looks whether the file is there and is the one that was opened. Logs once when it
    /// is not, and once when it is again.
    pub(super) async fn check_file(&self) -> Result<(), FileProblem> {
        let mut watch = self.inner.watch.lock().await;
        let problem = self.examine(&mut watch).await;
        let before = std::mem::replace(&mut watch.problem, problem);
        if problem != before {
            self.act_on(&watch, before, problem).await;
        }
        match problem {
            None => self.stay_entered(&mut watch).await,
            Some(problem) => return Err(problem),
        }
        Ok(())
    }

    /// As [`Self::check_file`], once nobody is writing to the file.
    pub(super) async fn check_settled_file(&self) -> Result<(), FileProblem> {
        loop {
            match self.check_file().await {
                Err(FileProblem::Unsettled) => tokio::time::sleep(LOOK_AGAIN_AFTER).await,
                settled => return settled,
            }
        }
    }

    /// Remembers which batch of this run is in the file itself.
    pub(super) async fn recognise(&self) {
        let mut watch = self.inner.watch.lock().await;
        let _ = self.verify(&mut watch).await;
    }

    async fn examine(&self, watch: &mut Watch) -> Option<FileProblem> {
        if watch.problem == Some(FileProblem::Overwritten) {
            // What was in the file is gone, whatever comes in its place.
            return watch.problem;
        }
        let Ok(seen) = self.look().await else {
            // Nothing shows that it is another file; whether it can be read and written is
            // seen when that is tried.
            return watch.problem;
        };
        let Some((file, stamp)) = seen.main else {
            return Some(FileProblem::Missing);
        };
        if file != watch.opened {
            return Some(FileProblem::Replaced);
        }
        if stamp != watch.stamp {
            match self.verify(watch).await {
                Verdict::Ours => {
                    watch.stamp = stamp;
                    watch.doubt = None;
                }
                Verdict::Unrecognised => return Some(watch.doubted(stamp)),
                Verdict::Unknown => {}
            }
        }
        let is_open = self.inner.connections.read().await.is_some();
        if is_open && seen.journal == watch.journal {
            return None;
        }
        self.open_again(watch).await.err()
    }

    /// Says once a day that this run goes on: the rows of runs that ended are removed, and
    /// by its own this one knows the file.
    async fn stay_entered(&self, watch: &mut Watch) {
        let today = today();
        if watch.entered_on == today {
            return;
        }
        // What fails today is made up for tomorrow: rows are kept for a month.
        watch.entered_on = today;
        if let Some(connections) = &*self.inner.connections.read().await {
            let _ = sqlx::query(
                "INSERT INTO writers (writer, batch, seen_on) VALUES (?, ?, ?)
                 ON CONFLICT (writer) DO UPDATE SET seen_on = excluded.seen_on",
            )
            .bind(&self.inner.writer)
            .bind(watch.batch.unwrap_or(0))
            .bind(today.to_string())
            .execute(&connections.writing)
            .await;
        }
    }

    async fn look(&self) -> io::Result<FilesSeen> {
        let path = self.inner.path.clone();
        let look = tokio::task::spawn_blocking(move || path.look());
        look.await.map_err(io::Error::other)?
    }

    /// Asks the file, without its journal, for this run's row.
    async fn verify(&self, watch: &mut Watch) -> Verdict {
        let connections = self.inner.connections.read().await;
        // While this is held, no save of this server moves pages from the journal into the
        // file.
        let _writing = match &*connections {
            Some(connections) => match connections.writing.acquire().await {
                Ok(writing) => Some(writing),
                Err(_) => return Verdict::Unknown,
            },
            None => None,
        };
        match self.batch_in_file().await {
            Ok(Some(batch)) if watch.batch.is_none_or(|known| known <= batch) => {
                watch.batch = Some(batch);
                Verdict::Ours
            }
            // Its first row may be in the journal still.
            Ok(None) if watch.batch.is_none() => Verdict::Ours,
            Ok(_) => Verdict::Unrecognised,
            Err(error) if shows_other_content(&error) => Verdict::Unrecognised,
            Err(_) => Verdict::Unknown,
        }
    }

    /// The last batch of this run that is in the file itself.
    async fn batch_in_file(&self) -> Result<Option<i64>, sqlx::Error> {
        let mut file = SqliteConnectOptions::new()
            .filename(&self.inner.path.main)
            .read_only(true)
            .immutable(true)
            .disable_statement_logging()
            .connect()
            .await?;
        let batch = async {
            schema::require_own(&mut file).await?;
            row_of_writer(&mut file, &self.inner.writer).await
        };
        let batch = batch.await;
        let _ = file.close().await;
        batch
    }

    /// Brings what was committed into the file, closes it, and opens it again, with a
    /// journal at its path.
    async fn open_again(&self, watch: &mut Watch) -> Result<(), FileProblem> {
        let inner = &self.inner;
        let mut connections = inner.connections.write().await;
        if let Some(open) = connections.take() {
            if checkpoint(&open.writing, "TRUNCATE").await.is_err() {
                *connections = Some(open);
                return Err(FileProblem::Closed);
            }
            open.close().await;
        }
        let opened = Connections::open(&inner.path.main, watch.opened, inner.policy).await;
        let opened = opened.map_err(|_| FileProblem::Closed)?;
        if super::register(&opened.writing, &inner.writer)
            .await
            .is_err()
        {
            opened.close().await;
            return Err(FileProblem::Closed);
        }
        *connections = Some(opened);
        drop(connections);
        if let Ok(seen) = self.look().await {
            watch.journal = seen.journal;
        }
        if watch.problem.is_none() {
            tracing::warn!(
                database = %inner.path.main.display(),
                "the files -wal and -shm beside the database were removed or replaced while it is in use; what was in them is saved in the database. Leave them alone while the server runs"
            );
        }
        Ok(())
    }

    /// Does what is to be done once when this problem begins, or when none is left.
    async fn act_on(
        &self,
        watch: &Watch,
        before: Option<FileProblem>,
        problem: Option<FileProblem>,
    ) {
        let database = self.inner.path.main.display();
        match (before, problem) {
            // Most likely it is whole again in a moment.
            (None, Some(FileProblem::Unsettled)) | (Some(FileProblem::Unsettled), None) => {}
            (_, None) => {
                tracing::info!(%database, "the database file is back; views are saved again");
            }
            (_, Some(problem)) => tracing::error!(%database, "{}", problem.advice()),
        }
        match problem {
            None | Some(FileProblem::Closed | FileProblem::Unsettled) => {}
            Some(FileProblem::Missing) => {
                self.complete_old_file().await;
            }
            Some(FileProblem::Replaced) => {
                let complete = self.complete_old_file().await;
                self.separate_journal(watch, complete);
            }
            Some(FileProblem::Overwritten) => {
                // Closing a connection would write the journal into the file, so they are
                // left open until the process ends.
                if let Some(connections) = self.inner.connections.write().await.take() {
                    std::mem::forget(connections);
                }
                self.separate_journal(watch, false);
            }
        }
    }

    /// Brings what was committed into the file that was opened, wherever it is now.
    /// Returns whether that is done, and the journal empty.
    async fn complete_old_file(&self) -> bool {
        match &*self.inner.connections.read().await {
            Some(open) => checkpoint(&open.writing, "TRUNCATE").await.is_ok(),
            None => false,
        }
    }

    /// Takes the old journal away from beside the other file: SQLite would read it as a
    /// part of that one. One that is not empty gets another name.
    fn separate_journal(&self, watch: &Watch, is_empty: bool) {
        for (path, ours) in self.inner.path.journal.iter().zip(watch.journal) {
            if ours.is_none() || FileId::at(path).ok().flatten() != ours {
                continue;
            }
            let is_index = path
                .extension()
                .is_some_and(|e| e.to_string_lossy().ends_with("-shm"));
            let separated = match is_empty || is_index {
                true => fs::remove_file(path),
                false => {
                    let mut name = path.clone().into_os_string();
                    name.push(format!(".{:08x}.old", rand::random::<u32>()));
                    fs::rename(path, name)
                }
            };
            if let Err(error) = separated {
                tracing::error!(
                    file = %path.display(), %error,
                    "the journal of the database that was replaced cannot be removed; remove it before the server is started again"
                );
            }
        }
    }
}

/// Whether reading failed because the file holds something else, and not because it could
/// not be read.
fn shows_other_content(error: &sqlx::Error) -> bool {
    use super::failure::{kind_of, primary_code};
    use crate::counter::storage::StorageErrorKind::Damaged;
    match error {
        sqlx::Error::Configuration(_) => true,
        // SQLITE_ERROR: it has no such table.
        error => kind_of(error) == Damaged || primary_code(error) == Some(1),
    }
}
