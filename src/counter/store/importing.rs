//! Views of another counter, added to a database file while a server counts into it.
//!
//! A server's saves wait for whoever writes. So the views are first put into tables that only
//! this connection has, for which nothing needs to be locked, and then taken over in a few
//! statements: all of them or none.

use super::{
    Change, CorrectError, MOST_VIEWS, OpenError, Views, connections::BUSY_TIMEOUT,
    correcting::moment, from_sql, schema, to_sql,
};
use crate::counter::protocol::Slug;
use sqlx::{
    ConnectOptions, Connection, QueryBuilder, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow, SqliteSynchronous},
};
use std::{collections::BTreeMap, path::Path};

/// How many rows one statement stages: it has three parameters a row, and SQLite takes
/// 32,766 (<https://www.sqlite.org/limits.html>).
const STAGED_ROWS: usize = 2_000;

/// Views that are added to a file. Nothing of it is changed before [`Self::apply`].
pub struct Importing {
    connection: SqliteConnection,
}

impl Importing {
    /// Opens this file, which must exist.
    ///
    /// # Errors
    /// If it cannot be read, or is not a database of this program.
    pub async fn open(file: &Path) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            // Whoever imports a file does not want to do it a second time.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let open = async {
            let mut connection = options.connect().await?;
            schema::require_own(&mut connection).await?;
            Self::with(connection).await
        };
        open.await.map_err(|e| OpenError::new(file, &e))
    }

    /// An empty database that no file holds, to see what an import would do before a server
    /// first started.
    ///
    /// # Errors
    /// If SQLite has no memory for it.
    pub async fn in_memory() -> Result<Self, OpenError> {
        let open = async {
            let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
            schema::migrate(&mut connection).await?;
            Self::with(connection).await
        };
        open.await
            .map_err(|e| OpenError::new(Path::new(":memory:"), &e))
    }

    async fn with(mut connection: SqliteConnection) -> Result<Self, sqlx::Error> {
        for table in [
            "CREATE TEMP TABLE import_slugs (
                 slug    TEXT PRIMARY KEY NOT NULL,
                 dated   INTEGER NOT NULL,
                 undated INTEGER NOT NULL
             ) STRICT, WITHOUT ROWID",
            "CREATE TEMP TABLE import_days (
                 slug  TEXT NOT NULL,
                 day   TEXT NOT NULL,
                 views INTEGER NOT NULL,
                 PRIMARY KEY (slug, day)
             ) STRICT, WITHOUT ROWID",
        ] {
            sqlx::query(table).execute(&mut connection).await?;
        }
        Ok(Self { connection })
    }

    /// When the file with this SHA-256 was imported; `None` if it never was.
    ///
    /// # Errors
    /// If that cannot be read.
    pub async fn imported_at(&mut self, sha256: &str) -> Result<Option<String>, CorrectError> {
        // An older version of this program knew no imports.
        let is_known: bool =
            sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'imports'")
                .fetch_one(&mut self.connection)
                .await?;
        if !is_known {
            return Ok(None);
        }
        let when = sqlx::query_scalar("SELECT imported_at FROM imports WHERE sha256 = ?")
            .bind(sha256)
            .fetch_optional(&mut self.connection)
            .await?;
        Ok(when)
    }

    /// Stages the views of slugs, and calls `staged` for each slug.
    ///
    /// # Errors
    /// If there are more than [`MOST_VIEWS`] of a slug, or there is no room for them.
    pub async fn stage(
        &mut self,
        views: &BTreeMap<Slug, Views>,
        mut staged: impl FnMut(),
    ) -> Result<(), CorrectError> {
        let mut transaction = self.connection.begin().await?;
        let mut slugs = Vec::with_capacity(STAGED_ROWS);
        let mut days = Vec::with_capacity(STAGED_ROWS);
        for (slug, views) in views {
            let dated: i128 = views.days.values().copied().map(i128::from).sum();
            let dated = i64::try_from(dated)
                .ok()
                .filter(|dated| *dated <= to_sql(MOST_VIEWS));
            let dated = dated.ok_or_else(|| CorrectError::TooMany { slug: slug.clone() })?;
            slugs.push((slug, dated, views.undated));
            if slugs.len() == STAGED_ROWS {
                stage_slugs(&mut transaction, &mut slugs).await?;
            }
            for (day, views) in &views.days {
                days.push((slug, day.to_string(), to_sql(*views)));
                if days.len() == STAGED_ROWS {
                    stage_days(&mut transaction, &mut days).await?;
                }
            }
            staged();
        }
        stage_slugs(&mut transaction, &mut slugs).await?;
        stage_days(&mut transaction, &mut days).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What becomes of each slug that is staged. Saves of a server do not wait for this.
    ///
    /// # Errors
    /// If a slug would have more than [`MOST_VIEWS`], fewer than none, or fewer than it has.
    pub async fn preview(&mut self) -> Result<Vec<Change>, CorrectError> {
        check(&mut self.connection).await?;
        let rows = sqlx::query(
            "SELECT i.slug, coalesce(t.total, 0), coalesce(t.total, 0) + i.dated + i.undated
             FROM import_slugs AS i LEFT JOIN totals AS t USING (slug) ORDER BY i.slug",
        )
        .fetch_all(&mut self.connection)
        .await?;
        Ok(rows.iter().filter_map(change_at).collect())
    }

    /// Adds what is staged, for this reason, and writes down that the file with this SHA-256
    /// is imported, down to the disk. A file of an older version of this program is brought
    /// up to date. Returns what became of each slug. A server that counts into the file shows
    /// it within a second.
    ///
    /// # Errors
    /// As [`Self::preview`], or if it cannot be written. Then nothing was changed.
    pub async fn apply(mut self, why: &str, sha256: &str) -> Result<Vec<Change>, CorrectError> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        schema::migrate(&mut transaction).await?;
        check(&mut transaction).await?;
        let last: i64 = last_correction(&mut transaction).await?;
        sqlx::query(
            "INSERT INTO corrections (made_at, command, slug, before, after, undated, why)
             SELECT ?, 'import', i.slug, coalesce(t.total, 0),
                    coalesce(t.total, 0) + i.dated + i.undated, i.undated, ?
             FROM import_slugs AS i LEFT JOIN totals AS t USING (slug) ORDER BY i.slug",
        )
        .bind(moment())
        .bind(why)
        .execute(&mut *transaction)
        .await?;
        for statement in [
            // `WHERE true`: https://www.sqlite.org/lang_upsert.html, "Parsing Ambiguity".
            "INSERT INTO totals (slug, total)
             SELECT slug, dated + undated FROM import_slugs WHERE true ORDER BY slug
             ON CONFLICT (slug) DO UPDATE SET total = total + excluded.total",
            "INSERT INTO days (slug, day, views)
             SELECT slug, day, views FROM import_days WHERE true ORDER BY slug, day
             ON CONFLICT (slug, day) DO UPDATE SET views = views + excluded.views",
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        sqlx::query(
            "INSERT INTO imports (sha256, imported_at) VALUES (?, ?)
             ON CONFLICT (sha256) DO UPDATE SET imported_at = excluded.imported_at",
        )
        .bind(sha256)
        .bind(moment())
        .execute(&mut *transaction)
        .await?;
        let own = last_correction(&mut transaction).await?;
        transaction.commit().await?;
        // Read when the file is no longer locked.
        let rows = sqlx::query(
            "SELECT slug, before, after FROM corrections WHERE id > ? AND id <= ? ORDER BY id",
        )
        .bind(last)
        .bind(own)
        .fetch_all(&mut self.connection)
        .await?;
        self.connection.close().await?;
        Ok(rows.iter().filter_map(change_at).collect())
    }
}

async fn last_correction(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM corrections")
        .fetch_one(connection)
        .await
}

/// Fails for the first staged slug whose total could not be what it would become.
async fn check(connection: &mut SqliteConnection) -> Result<(), CorrectError> {
    let row = sqlx::query(
        "SELECT i.slug, coalesce(t.total, 0), i.dated, i.undated
         FROM import_slugs AS i LEFT JOIN totals AS t USING (slug)
         WHERE i.dated + i.undated < 0
            OR coalesce(t.total, 0) + i.dated + i.undated NOT BETWEEN 0 AND ?
         ORDER BY i.slug LIMIT 1",
    )
    .bind(to_sql(MOST_VIEWS))
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(());
    };
    let slug: &str = row.try_get(0)?;
    let slug: Slug = slug.parse().map_err(|e| sqlx::Error::Decode(Box::new(e)))?;
    let [before, dated, undated]: [i64; 3] = [row.try_get(1)?, row.try_get(2)?, row.try_get(3)?];
    let after = i128::from(before) + i128::from(dated) + i128::from(undated);
    Err(if after < 0 {
        CorrectError::BelowZero {
            slug,
            total: from_sql(before.saturating_add(dated)),
            taken: undated.unsigned_abs(),
        }
    } else if after > i128::from(MOST_VIEWS) {
        CorrectError::TooMany { slug }
    } else {
        CorrectError::Lowered {
            slug,
            before: from_sql(before),
            after: u64::try_from(after).unwrap_or(0),
        }
    })
}

fn change_at(row: &SqliteRow) -> Option<Change> {
    let slug: &str = row.try_get(0).ok()?;
    Some(Change {
        slug: slug.parse().ok()?,
        before: from_sql(row.try_get(1).ok()?),
        after: from_sql(row.try_get(2).ok()?),
    })
}

async fn stage_slugs(
    connection: &mut SqliteConnection,
    rows: &mut Vec<(&Slug, i64, i64)>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("INSERT INTO import_slugs (slug, dated, undated) ");
    insert.push_values(rows.drain(..), |mut row, (slug, dated, undated)| {
        row.push_bind(slug.as_str())
            .push_bind(dated)
            .push_bind(undated);
    });
    insert.build().execute(connection).await?;
    Ok(())
}

async fn stage_days(
    connection: &mut SqliteConnection,
    rows: &mut Vec<(&Slug, String, i64)>,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut insert = QueryBuilder::new("INSERT INTO import_days (slug, day, views) ");
    insert.push_values(rows.drain(..), |mut row, (slug, day, views)| {
        row.push_bind(slug.as_str()).push_bind(day).push_bind(views);
    });
    insert.build().execute(connection).await?;
    Ok(())
}
