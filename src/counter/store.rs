//! Totals and days in a SQLite file.
//!
//! One connection writes and a few read beside it (WAL), so that a page is
//! never slowed by a save.

use super::{
    protocol::Slug,
    storage::{Batch, Corrected, Days, Storage, StorageFuture},
    tally::SavePolicy,
};
use connections::Connections;
use failure::Failure;
use identity::DatabasePath;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use sqlx::{Connection, Row, SqliteConnection, SqlitePool, sqlite::SqliteRow};
use std::{collections::HashMap, path::Path, sync::Arc};
use tokio::sync::{Mutex, RwLock};
use watch::{FileProblem, Watch};

mod access;
mod backup;
mod connections;
mod correcting;
mod days;
mod failure;
mod identity;
mod importing;
mod open;
mod open_error;
mod owner_transaction;
mod read_only;
mod schema;
mod snapshot;
mod sum;
#[cfg(test)]
mod tests;
mod watch;

pub use backup::{BackupError, Copied, back_up};
pub use correcting::{Change, CorrectError, Correcting, MOST_VIEWS, Views};
pub use importing::Importing;
pub use open_error::OpenError;
pub(crate) use owner_transaction::OwnerTransaction;
pub use snapshot::{Correction, Snapshot};

/// A run whose row is this old has ended, and its row says nothing to anyone. One that
/// goes on enters itself each day.
const KEEP_WRITERS_DAYS: i64 = 30;

/// The SQLite file with all totals. Clones are the same open file.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    path: DatabasePath,
    created: bool,
    /// Names this run in the table of committed batches.
    writer: String,
    policy: SavePolicy,
    /// `None` while the file is opened again, and for good once it was overwritten.
    connections: RwLock<Option<Connections>>,
    /// Locked before `connections`.
    watch: Mutex<Watch>,
}

impl Store {
    /// The path of the file, from the root on.
    pub fn path(&self) -> &Path {
        &self.inner.path.main
    }

    /// Whether opening it created the file.
    pub fn was_created(&self) -> bool {
        self.inner.created
    }

    /// Closes the file; what was added is in it. A file that was replaced is left as it
    /// is.
    pub async fn close(&self) {
        // Closing would write the journal into a file that was overwritten, and would
        // leave it beside one that was replaced.
        let _ = self.check_settled_file().await;
        if let Some(connections) = &*self.inner.connections.read().await {
            connections.close().await;
        }
    }

    async fn try_add(&self, batch: &Batch) -> Result<HashMap<Slug, u64>, Failure> {
        self.check_file().await?;
        let totals = {
            let connections = self.inner.connections.read().await;
            let connections = connections.as_ref().ok_or(FileProblem::Closed)?;
            self.add_to(&connections.writing, batch).await?
        };
        // What was committed into a file that was moved away meanwhile is not saved. If it
        // comes back, the batch's number shows that it is.
        self.check_file().await?;
        Ok(totals)
    }

    async fn add_to(
        &self,
        writing: &SqlitePool,
        batch: &Batch,
    ) -> Result<HashMap<Slug, u64>, sqlx::Error> {
        let mut connection = writing.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let first_time = claim(&mut transaction, &self.inner.writer, batch.number).await?;
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
        self.inner.policy
    }

    fn total<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, u64> {
        Box::pin(self.read("reading a total", async move |reading| {
            let mut connection = reading.acquire().await?;
            total_of(&mut connection, slug).await
        }))
    }

    fn totals(&self) -> StorageFuture<'_, HashMap<Slug, u64>> {
        Box::pin(self.read("reading the totals", async |reading| {
            let rows = sqlx::query("SELECT slug, total FROM totals")
                .fetch_all(reading)
                .await?;
            slugs_and_totals(&rows)
        }))
    }

    fn days<'a>(&'a self, slug: &'a Slug) -> StorageFuture<'a, Days> {
        Box::pin(self.read("reading days", async move |reading| {
            // What both say is of one moment.
            let mut moment = reading.begin().await?;
            let total = total_of(&mut moment, slug).await?;
            let days = days::of_slug(&mut moment, slug).await?;
            Ok(Days { total, days })
        }))
    }

    fn add<'a>(&'a self, batch: &'a Batch) -> StorageFuture<'a, HashMap<Slug, u64>> {
        Box::pin(async move {
            let added = self.try_add(batch).await;
            added.map_err(|e| e.during("saving views"))
        })
    }

    fn corrected(&self, after: i64) -> StorageFuture<'_, Corrected> {
        Box::pin(async move {
            let present = self.check_file().await;
            present.map_err(|e| Failure::from(e).during("looking at the database"))?;
            self.read("reading corrections", async |reading| {
                // One statement, so that it is one moment.
                let rows = sqlx::query(
                    "SELECT c.slug, coalesce(t.total, 0), max(c.id)
                     FROM corrections AS c LEFT JOIN totals AS t USING (slug)
                     WHERE c.id > ? GROUP BY c.slug",
                )
                .bind(after)
                .fetch_all(reading)
                .await?;
                let mut last = after;
                for row in &rows {
                    last = last.max(row.try_get(2)?);
                }
                let totals = slugs_and_totals(&rows)?;
                Ok(Corrected { last, totals })
            })
            .await
        })
    }
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

/// The last batch of this writer; `None` if it has no row.
async fn row_of_writer(
    connection: &mut SqliteConnection,
    writer: &str,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT batch FROM writers WHERE writer = ?")
        .bind(writer)
        .fetch_optional(connection)
        .await
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
    Ok(from_sql(row.try_get(0)?))
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
    match row {
        Some(row) => Ok(from_sql(row.try_get(0)?)),
        None => Ok(0),
    }
}

/// The slug and the total in these rows. A slug that another program wrote, and that is
/// none, is left out. A total that is no number is an error: it is not 0.
fn slugs_and_totals<T: FromIterator<(Slug, u64)>>(rows: &[SqliteRow]) -> Result<T, sqlx::Error> {
    let read = |row: &SqliteRow| {
        let slug = row.try_get::<&str, _>(0).ok()?.parse().ok()?;
        Some(row.try_get(1).map(|total| (slug, from_sql(total))))
    };
    rows.iter().filter_map(read).collect()
}

fn to_sql(views: u64) -> i64 {
    i64::try_from(views).unwrap_or(i64::MAX)
}

fn from_sql(total: i64) -> u64 {
    u64::try_from(total).unwrap_or(0)
}
