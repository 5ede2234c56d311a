//! A consistent copy of a database file, also while a server writes to it.

use super::{
    BUSY_TIMEOUT, OpenError, from_sql,
    sum::{sum_of, views_at},
};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

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
}

/// Copies the database `file` to `copy`, as it is at one moment. Saves go on
/// meanwhile. When this returns, the copy is whole and on the disk; until then
/// there is nothing under its name.
pub async fn back_up(file: &Path, copy: &Path) -> Result<Copied, BackupError> {
    if fs::symlink_metadata(copy).is_ok() {
        return Err(BackupError::Exists(copy.into()));
    }
    let of_source = |e| BackupError::Source(OpenError::new(file, &e));
    let mut source = open(file).await.map_err(of_source)?;
    // Also finds out that this is a database of ours.
    contents(&mut source).await.map_err(of_source)?;

    let of_copy = |problem: &dyn ToString| BackupError::Copy {
        file: copy.into(),
        problem: problem.to_string(),
    };
    let unfinished = Unfinished::beside(copy);
    let name = unfinished.0.to_str();
    let name = name.ok_or_else(|| of_copy(&"its name is not UTF-8"))?;
    sqlx::query("VACUUM INTO ?")
        .bind(name)
        .execute(&mut source)
        .await
        .map_err(|e| of_copy(&e))?;
    let _ = source.close().await;
    let copied = async {
        let mut copy = open(&unfinished.0).await?;
        let copied = contents(&mut copy).await?;
        copy.close().await?;
        Ok::<_, sqlx::Error>(copied)
    };
    let copied = copied.await.map_err(|e| of_copy(&e))?;
    unfinished.finish(copy).map_err(|e| of_copy(&e))?;
    Ok(copied)
}

async fn open(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(BUSY_TIMEOUT)
        .connect()
        .await
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
        posts: from_sql(row.get(0)),
        views: views_at(&row, 1)?,
    })
}

/// A copy that is not whole yet, under a name of its own. Dropping it removes it.
struct Unfinished(PathBuf);

impl Unfinished {
    fn beside(copy: &Path) -> Self {
        let mut name = copy.as_os_str().to_owned();
        name.push(format!(".{:08x}.unfinished", rand::random::<u32>()));
        Self(name.into())
    }

    /// Gives it its name. SQLite leaves such a copy to the operating system, so
    /// it is first made sure of on the disk.
    fn finish(self, copy: &Path) -> io::Result<()> {
        File::open(&self.0)?.sync_all()?;
        // Unlike a rename, a link never overwrites a file that came meanwhile.
        fs::hard_link(&self.0, copy).or_else(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => Err(e),
            // Some file systems have no links.
            _ if fs::symlink_metadata(copy).is_ok() => Err(io::ErrorKind::AlreadyExists.into()),
            _ => fs::rename(&self.0, copy),
        })?;
        // The copy is there and whole. Not every file system lets its folder be
        // made sure of too.
        let folder = copy.parent().filter(|p| !p.as_os_str().is_empty());
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
