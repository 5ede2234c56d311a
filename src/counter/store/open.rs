//! Opening a database file for counting, and creating it.

use super::{
    Inner, OpenError, Store,
    connections::{BUSY_TIMEOUT, Connections, checkpoint, options},
    failure::kind_of,
    identity::{DatabasePath, FileId},
    register, schema,
    watch::Watch,
};
use crate::counter::{storage::StorageErrorKind, tally::SavePolicy};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long to wait before the journal mode is set once more. SQLite itself does not wait
/// for another process that is about to set it.
const MODE_AGAIN_AFTER: Duration = Duration::from_millis(20);

impl Store {
    /// Opens the file for counting; creates it, and the folder it is in, if
    /// there is none, and brings an older one up to date. A new file can be read and
    /// written by its owner alone.
    ///
    /// Fails, and changes nothing, if the file is not ours to write, is not a
    /// database, or was written by a newer version.
    ///
    /// Where views are saved before they are shown, each save waits until it is
    /// on the disk itself: a power cut takes none back. Otherwise it is handed
    /// to the operating system, which survives any crash but its own.
    pub async fn open(file: &Path, policy: SavePolicy) -> Result<Self, OpenError> {
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(|e| OpenError::no_folder(file, &e))?;
        }
        let created = create(file).map_err(|e| OpenError::not_created(file, &e))?;
        let opened = async {
            let mut first = options(file, policy).connect().await?;
            // Before WAL, which would already write into a file that is not ours.
            schema::prepare(&mut first).await?;
            set_wal_mode(&mut first).await?;
            first.close().await?;
            Self::connect(file, created, policy).await
        };
        opened.await.map_err(|e| OpenError::new(file, &e))
    }

    async fn connect(file: &Path, created: bool, policy: SavePolicy) -> Result<Self, sqlx::Error> {
        let path = DatabasePath::from_existing(file)?;
        let opened = FileId::at(&path.main)?.ok_or(io::ErrorKind::NotFound);
        let opened = opened.map_err(io::Error::from)?;
        let connections = Connections::open(&path.main, opened, policy).await?;
        let writer = format!("{:032x}", rand::random::<u128>());
        register(&connections.writing, &writer).await?;
        // By the row in the file itself this run knows it again. What hinders it now is
        // made up for by a later one.
        let _ = checkpoint(&connections.writing, "PASSIVE").await;
        let watch = Watch::new(path.look()?).ok_or(io::ErrorKind::NotFound);
        let watch = watch.map_err(io::Error::from)?;
        let store = Self {
            inner: Arc::new(Inner {
                path,
                created,
                writer,
                policy,
                connections: Some(connections).into(),
                watch: watch.into(),
            }),
        };
        store.recognise().await;
        Ok(store)
    }
}

/// Creates the file if there is none. Returns whether it did. SQLite gives the files that
/// it makes beside it the same permissions.
fn create(file: &Path) -> io::Result<bool> {
    let created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file);
    match created {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

async fn set_wal_mode(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let deadline = Instant::now() + BUSY_TIMEOUT;
    loop {
        let set = sqlx::query("PRAGMA journal_mode = WAL")
            .execute(&mut *connection)
            .await;
        match set {
            Err(error)
                if kind_of(&error) == StorageErrorKind::Busy && Instant::now() < deadline =>
            {
                sleep(MODE_AGAIN_AFTER).await;
            }
            other => return other.map(|_| ()),
        }
    }
}
