//! Totals and days in a SQLite file.
//!
//! One connection writes and a few read beside it (WAL), so that a page is
//! never slowed by a save.

use super::{
    protocol::Slug,
    storage::{Batch, Corrected, Days, Storage, StorageError, StorageFuture},
    tally::SavePolicy,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{collections::HashMap, path::Path, time::Duration};

mod backup;
mod correcting;
mod days;
mod open_error;
mod snapshot;
mod sum;
#[cfg(test)]
mod tests;

pub use backup::{BackupError, Copied, back_up};
pub use correcting::{Change, CorrectError, Correcting, MOST_VIEWS, Views};
pub use open_error::OpenError;
pub use snapshot::{Correction, Snapshot};

use open_error::OfSomethingElse;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!();

/// How long a statement waits for another process's lock before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that only read.
const READERS: u32 = 4;
/// A run that saved nothing for this long has ended, and its row says nothing
/// to anyone. One that goes on after all enters itself again.
const KEEP_WRITERS_DAYS: i64 = 30;

/// The SQLite file with all totals.
#[derive(Clone, Debug)]
pub struct Store {
    writing: SqlitePool,
    reading: SqlitePool,
    /// Names this run in the table of committed batches.
    writer: String,
    policy: SavePolicy,
}

impl Store {
    /// Opens the file for counting; creates it, and the folder it is in, if
    /// there is none, and brings an older one up to date.
    ///
    /// Fails, and changes nothing, if the file is not ours to write, is not a
    /// database, or was written by a newer version.
    ///
    /// Where views are saved before they are shown, each save waits until it is
    /// on the disk itself: a power cut takes none back. Otherwise it is handed
    /// to the operating system, which survives any crash but its own.
    pub async fn open(file: &Path, policy: SavePolicy) -> Result<Self, OpenError> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(|e| OpenError::no_folder(file, &e))?;
        }
        let writer = format!("{:032x}", rand::random::<u128>());
        Self::connect(file, writer, policy)
            .await
            .map_err(|e| OpenError::new(file, &e))
    }

    async fn connect(file: &Path, writer: String, policy: SavePolicy) -> Result<Self, sqlx::Error> {
        let synchronous = match policy {
            SavePolicy::Debounced => SqliteSynchronous::Normal,
            SavePolicy::BeforeShown => SqliteSynchronous::Full,
        };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .synchronous(synchronous)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        // Before WAL, which would already write into a file that is not ours.
        let mut first = options.connect().await?;
        if is_of_something_else(&mut first).await? {
            return Err(sqlx::Error::Configuration(Box::new(OfSomethingElse)));
        }
        MIGRATIONS.run(&mut first).await?;
        first.close().await?;
        let options = options.journal_mode(SqliteJournalMode::Wal);
        let writing = SqlitePoolOptions::new()
            .max_connections(1)
            // When the disk is full, SQLite takes a transaction back by itself,
            // and sqlx goes on believing in it: such a connection could never
            // begin another.
            .before_acquire(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_with(options.clone())
            .await?;
        register(&writing, &writer).await?;
        let reading = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.create_if_missing(false).read_only(true))
            .await?;
        Ok(Self {
            writing,
            reading,
            writer,
            policy,
        })
    }

    /// Closes the file; what was added is in it.
    pub async fn close(&self) {
        self.reading.close().await;
        self.writing.close().await;
    }

    async fn try_add(&self, batch: &Batch) -> Result<HashMap<Slug, u64>, sqlx::Error> {
        let mut connection = self.writing.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let first_time = claim(&mut transaction, &self.writer, batch.number).await?;
        let mut totals = HashMap::with_capacity(batch.deltas.len());
        for (slug, delta) in &batch.deltas {
            let total = if first_time {
                for (day, views) in delta.days() {
                    add_day(&mut transaction, slug, &day.to_string(), views).await?;
                }
                add_total(&mut transaction, slug, delta.views()).await?
            } else {
                // Committed before, by an attempt that did not hear of it.
                total_of(&mut transaction, slug).await?
            };
            totals.insert(slug.clone(), total);
        }
        transaction.commit().await?;
        Ok(totals)
    }
}

impl Storage for Store {
    fn policy(&self) -> SavePolicy {
        self.policy
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(async move {
            let total = async {
                let mut connection = self.reading.acquire().await?;
                total_of(&mut connection, slug).await
            };
            total
                .await
                .map_err(|e| StorageError::new("reading a total", e))
        })
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        Box::pin(async move {
            let rows = sqlx::query("SELECT slug, total FROM totals")
                .fetch_all(&self.reading)
                .await
                .map_err(|e| StorageError::new("reading the totals", e))?;
            Ok(rows.iter().filter_map(slug_and_total).collect())
        })
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        Box::pin(async move {
            let read = async {
                // What both say is of one moment.
                let mut moment = self.reading.begin().await?;
                let total = total_of(&mut moment, slug).await?;
                let days = days::of_slug(&mut moment, slug).await?;
                Ok::<_, sqlx::Error>(Days { total, days })
            };
            read.await.map_err(|e| StorageError::new("reading days", e))
        })
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async move {
            self.try_add(batch)
                .await
                .map_err(|e| StorageError::new("saving views", e))
        })
    }

    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
        Box::pin(async move {
            // One statement, so that it is one moment.
            let rows = sqlx::query(
                "SELECT c.slug, coalesce(t.total, 0), max(c.id)
                 FROM corrections AS c LEFT JOIN totals AS t USING (slug)
                 WHERE c.id > ? GROUP BY c.slug",
            )
            .bind(after)
            .fetch_all(&self.reading)
            .await
            .map_err(|e| StorageError::new("reading corrections", e))?;
            let ids = rows.iter().filter_map(|row| row.try_get(2).ok());
            Ok(Corrected {
                last: ids.max().unwrap_or(after),
                totals: rows.iter().filter_map(slug_and_total).collect(),
            })
        })
    }
}

/// Whether the file has tables, and none of this program's.
async fn is_of_something_else(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) > 0 AND count(*) FILTER (WHERE name = '_sqlx_migrations') = 0
         FROM sqlite_schema WHERE type = 'table'",
    )
    .fetch_one(connection)
    .await
}

/// Enters this run in the table of writers. As the first write it also shows
/// that the file can be written.
async fn register(writing: &SqlitePool, writer: &str) -> Result<(), sqlx::Error> {
    let outdated = today().saturating_sub(jiff::Span::new().days(KEEP_WRITERS_DAYS));
    let mut transaction = writing.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("DELETE FROM writers WHERE seen_on < ?")
        .bind(outdated.to_string())
        .execute(&mut *transaction)
        .await?;
    claim(&mut transaction, writer, 0).await?;
    transaction.commit().await
}

/// Enters this batch as this writer's last. Returns whether it was not
/// committed before.
async fn claim(
    connection: &mut SqliteConnection,
    writer: &str,
    batch: i64,
) -> Result<bool, sqlx::Error> {
    let claimed = sqlx::query(
        "INSERT INTO writers (writer, batch, seen_on) VALUES (?, ?, ?)
         ON CONFLICT (writer) DO UPDATE
         SET batch = excluded.batch, seen_on = excluded.seen_on
         WHERE batch < excluded.batch",
    )
    .bind(writer)
    .bind(batch)
    .bind(today().to_string())
    .execute(connection)
    .await?;
    Ok(claimed.rows_affected() > 0)
}

/// The UTC day.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

async fn add_total(
    connection: &mut SqliteConnection,
    slug: &Slug,
    views: u64,
) -> Result<u64, sqlx::Error> {
    let row = sqlx::query(
        "INSERT INTO totals (slug, total) VALUES (?, ?)
         ON CONFLICT (slug) DO UPDATE SET total = total + excluded.total
         RETURNING total",
    )
    .bind(slug.as_str())
    .bind(to_sql(views))
    .fetch_one(connection)
    .await?;
    Ok(from_sql(row.get(0)))
}

async fn add_day(
    connection: &mut SqliteConnection,
    slug: &Slug,
    day: &str,
    views: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO days (slug, day, views) VALUES (?, ?, ?)
         ON CONFLICT (slug, day) DO UPDATE SET views = views + excluded.views",
    )
    .bind(slug.as_str())
    .bind(day)
    .bind(to_sql(views))
    .execute(connection)
    .await?;
    Ok(())
}

async fn total_of(connection: &mut SqliteConnection, slug: &Slug) -> Result<u64, sqlx::Error> {
    let row = sqlx::query("SELECT total FROM totals WHERE slug = ?")
        .bind(slug.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(row.map_or(0, |row| from_sql(row.get(0))))
}

/// A row of another program's making may hold a slug that is none of ours.
fn slug_and_total(row: &sqlx::sqlite::SqliteRow) -> Option<(Slug, u64)> {
    let slug = row.try_get::<&str, _>(0).ok()?.parse().ok()?;
    Some((slug, from_sql(row.try_get(1).ok()?)))
}

fn to_sql(views: u64) -> i64 {
    i64::try_from(views).unwrap_or(i64::MAX)
}

fn from_sql(total: i64) -> u64 {
    u64::try_from(total).unwrap_or(0)
}
