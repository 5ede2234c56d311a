//! What is in a database file at one moment, for whoever only reads it: also while
//! another process counts into it.

use super::{
    MOST_VIEWS, OpenError, Views, days,
    read_only::open_to_read,
    slugs_and_totals,
    sum::{sum_at, sum_of},
    to_sql,
};
use crate::counter::protocol::Slug;
use jiff::civil::Date;
use serde::Serialize;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// A database file at one moment. Nothing of it is changed.
pub struct Snapshot {
    file: PathBuf,
    connection: SqliteConnection,
}

/// What its owner changed of a slug's numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Correction {
    /// When, in UTC: `2026-11-20T12:00:00Z`.
    pub made_at: String,
    /// The command: `set`, `rename`, `import`.
    pub command: String,
    /// The slug.
    pub slug: String,
    /// The total as it was stored before.
    pub before: i64,
    /// The total as it was stored then.
    pub after: i64,
    /// What of the change is in no day.
    pub undated: i64,
    /// Why, in the owner's words.
    pub why: String,
}

impl Snapshot {
    /// The file as it is now.
    ///
    /// # Errors
    /// If there is no such file, or it is not a database of this program, or is one of a
    /// newer version.
    pub async fn of(file: &Path) -> Result<Self, OpenError> {
        let mut connection = open_to_read(file).await?;
        let begun = async {
            sqlx::raw_sql("BEGIN").execute(&mut connection).await?;
            // The moment is that of the first look.
            sqlx::query("SELECT count(*) FROM totals")
                .fetch_one(&mut connection)
                .await
        };
        match begun.await {
            Ok(_) => Ok(Self {
                file: file.into(),
                connection,
            }),
            Err(error) => Err(OpenError::new(file, &error)),
        }
    }

    /// Reads what stands beside the counts, at the same moment.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// The error of a read that failed.
    pub(crate) fn failed(&self, error: &sqlx::Error) -> OpenError {
        OpenError::new(&self.file, error)
    }

    /// All totals, by slug.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn totals(&mut self) -> Result<Vec<(Slug, u64)>, OpenError> {
        let rows = sqlx::query("SELECT slug, total FROM totals ORDER BY slug")
            .fetch_all(&mut self.connection)
            .await;
        let rows = rows.map_err(|e| OpenError::new(&self.file, &e))?;
        slugs_and_totals(&rows).map_err(|e| OpenError::new(&self.file, &e))
    }

    /// The views of each UTC day that had any, of one slug or of all.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn days(&mut self, slug: Option<&Slug>) -> Result<BTreeMap<Date, u64>, OpenError> {
        let days = match slug {
            Some(slug) => days::of_slug(&mut self.connection, slug).await,
            None => days::of_all(&mut self.connection).await,
        };
        days.map_err(|e| OpenError::new(&self.file, &e))
    }

    /// All there is of every slug.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn views(&mut self) -> Result<BTreeMap<Slug, Views>, OpenError> {
        let mut all: BTreeMap<Slug, Views> = BTreeMap::new();
        for (slug, total) in self.totals().await? {
            all.entry(slug).or_default().undated = to_sql(total);
        }
        let days = days::of_each(&mut self.connection).await;
        let days = days.map_err(|e| OpenError::new(&self.file, &e))?;
        for (slug, day, views) in days {
            let of_slug = all.entry(slug).or_default();
            of_slug.undated = of_slug.undated.saturating_sub(to_sql(views));
            of_slug.days.insert(day, views);
        }
        Ok(all)
    }

    /// What was corrected, in the order in which it was; nothing in a file that an older
    /// version wrote, which knew no corrections.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn corrections(&mut self) -> Result<Vec<Correction>, OpenError> {
        if !self.knows_corrections().await? {
            return Ok(Vec::new());
        }
        let rows = sqlx::query(
            "SELECT made_at, command, slug, before, after, undated, why
             FROM corrections ORDER BY id",
        )
        .fetch_all(&mut self.connection)
        .await;
        let rows = rows.map_err(|e| OpenError::new(&self.file, &e))?;
        let read: Result<_, _> = rows.iter().map(correction).collect();
        read.map_err(|e| OpenError::new(&self.file, &e))
    }

    /// Everything that is wrong with the file, in a sentence each; nothing if all is well.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub async fn problems(&mut self) -> Result<Vec<String>, OpenError> {
        let undated = match self.knows_corrections().await? {
            true => "SELECT slug, 0, undated FROM corrections",
            false => "SELECT '', 0, 0 WHERE false",
        };
        let found = problems(&mut self.connection, undated).await;
        found.map_err(|e| OpenError::new(&self.file, &e))
    }

    async fn knows_corrections(&mut self) -> Result<bool, OpenError> {
        let known =
            sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'corrections'")
                .fetch_one(&mut self.connection)
                .await;
        known.map_err(|e| OpenError::new(&self.file, &e))
    }
}

fn correction(row: &SqliteRow) -> Result<Correction, sqlx::Error> {
    Ok(Correction {
        made_at: row.try_get(0)?,
        command: row.try_get(1)?,
        slug: row.try_get(2)?,
        before: row.try_get(3)?,
        after: row.try_get(4)?,
        undated: row.try_get(5)?,
        why: row.try_get(6)?,
    })
}

async fn problems(
    connection: &mut SqliteConnection,
    undated: &str,
) -> Result<Vec<String>, sqlx::Error> {
    let mut found = Vec::new();
    let integrity: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut *connection)
        .await?;
    found.extend(
        integrity
            .into_iter()
            .filter(|line| line != "ok")
            .map(|line| format!("SQLite says: {line}; restore a backup")),
    );
    // Whatever else is read of such a file says nothing.
    if !found.is_empty() {
        return Ok(found);
    }
    let days: Vec<(String, String)> = sqlx::query_as("SELECT slug, day FROM days")
        .fetch_all(&mut *connection)
        .await?;
    for (slug, day) in days {
        if day.parse::<Date>().is_err() {
            found.push(format!("{slug:?} has views on {day:?}, which is no day"));
        }
    }
    // Each total beside what its days and corrections add up to.
    let sql = format!(
        "SELECT slug, {}, {} FROM (
             SELECT slug, total, 0 AS parts FROM totals
             UNION ALL SELECT slug, 0, views FROM days
             UNION ALL {undated}
         ) GROUP BY slug ORDER BY slug",
        sum_of!("total"),
        sum_of!("parts"),
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    for row in rows {
        let slug: String = row.try_get(0)?;
        let (total, parts) = (sum_at(&row, 1)?, sum_at(&row, 3)?);
        if let Err(error) = slug.parse::<Slug>() {
            found.push(format!("{slug:?} is counted and can be no page: {error}"));
        }
        if total > i128::from(MOST_VIEWS) {
            found.push(format!("{slug:?} has {total} views, more than can be"));
        }
        if total != parts {
            found.push(format!(
                "{slug:?} has {total} views, and its days and corrections add up to {parts}; say how many it has with `view-counter set`"
            ));
        }
    }
    Ok(found)
}
