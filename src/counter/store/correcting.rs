//! What an owner changes in a database file, also while a server counts into it.

use super::{
    OpenError, OwnerTransaction, add_day, days, from_sql,
    open_error::problem_with,
    sum::{sum_at, sum_of, to_stored},
    to_sql, total_of,
};
use crate::counter::{protocol::Slug, wording};
use jiff::{Timestamp, civil::Date};
use std::{collections::BTreeMap, path::Path};

/// The most views that a slug can have: the largest number that every reader of JSON
/// has exactly (RFC 8259 §6).
pub const MOST_VIEWS: u64 = (1 << 53) - 1;

/// A change that is being made: all of it or nothing. Until [`Self::commit`] nobody sees
/// any of it, and dropping it changes nothing. Saves of a server wait meanwhile.
pub struct Correcting {
    change: OwnerTransaction,
}

/// What became of a slug's total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The slug.
    pub slug: Slug,
    /// What was stored.
    pub before: u64,
    /// What is.
    pub after: u64,
}

/// Views of a slug, by the day they were counted on and without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// Those of which no day is known. Fewer than none where an owner took away more
    /// than there were.
    pub undated: i64,
    /// Those of each UTC day.
    pub days: BTreeMap<Date, u64>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    /// The database cannot be used.
    #[error("the database {0}")]
    Database(String),
    /// A slug would have fewer than no views.
    #[error(
        "{slug} would have fewer than no views: {total} are stored in all, and {taken} would be taken away"
    )]
    BelowZero {
        /// The slug.
        slug: Slug,
        /// How many it has.
        total: u64,
        /// How many were to be taken.
        taken: u64,
    },
    /// An import would lower a slug.
    #[error(
        "{slug} has {} and would have {}; an import lowers nothing, `view-counter set` does",
        wording::views(*before),
        wording::grouped(*after)
    )]
    Lowered {
        /// The slug.
        slug: Slug,
        /// How many it has.
        before: u64,
        /// How many it would have.
        after: u64,
    },
    /// A slug would have more than [`MOST_VIEWS`].
    #[error(
        "{slug} would have more than 9,007,199,254,740,991 views, which is the most that can be"
    )]
    TooMany {
        /// The slug.
        slug: Slug,
    },
}

impl From<sqlx::Error> for CorrectError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(problem_with(&error))
    }
}

impl Correcting {
    /// Begins to change this file, which must exist; one of an older version of this
    /// program is brought up to date. Waits for a save that is being made.
    ///
    /// # Errors
    /// If it cannot be written, or is not a database of this program.
    pub async fn begin(file: &Path) -> Result<Self, OpenError> {
        let change = OwnerTransaction::begin(file).await?;
        Ok(Self { change })
    }

    /// What is stored of a slug; none if it never had a view.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn total(&mut self, slug: &Slug) -> Result<Option<u64>, CorrectError> {
        let total: Option<i64> = sqlx::query_scalar("SELECT total FROM totals WHERE slug = ?")
            .bind(slug.as_str())
            .fetch_optional(self.change.connection())
            .await?;
        Ok(total.map(from_sql))
    }

    /// Sets the total of a slug. Its days stay as they are.
    ///
    /// # Errors
    /// If it is more than [`MOST_VIEWS`], or cannot be written.
    pub async fn set(
        &mut self,
        slug: &Slug,
        views: u64,
        why: &str,
    ) -> Result<Change, CorrectError> {
        let before = total_of(self.change.connection(), slug).await?;
        // What it takes for the total to be the sum of its parts, also where another
        // program saw to it that it was not.
        let undated = to_sql(views).saturating_sub(self.parts(slug).await?);
        self.store("set", slug, before, Some(views), undated, why)
            .await
    }

    /// Sets the views of one day of a slug. Its total changes by as much.
    ///
    /// # Errors
    /// If there would be more than [`MOST_VIEWS`] or fewer than none, or it cannot be
    /// written.
    pub async fn set_day(
        &mut self,
        slug: &Slug,
        day: Date,
        views: u64,
        why: &str,
    ) -> Result<Change, CorrectError> {
        let before = total_of(self.change.connection(), slug).await?;
        let on_day = days::of_slug(self.change.connection(), slug)
            .await?
            .remove(&day);
        let on_day = on_day.unwrap_or(0);
        let after = before.saturating_add(views).checked_sub(on_day);
        let after = after.ok_or_else(|| CorrectError::BelowZero {
            slug: slug.clone(),
            total: before,
            taken: on_day.saturating_sub(views),
        })?;
        sqlx::query(
            "INSERT INTO days (slug, day, views) VALUES (?, ?, ?)
             ON CONFLICT (slug, day) DO UPDATE SET views = excluded.views",
        )
        .bind(slug.as_str())
        .bind(day.to_string())
        .bind(to_sql(views))
        .execute(self.change.connection())
        .await?;
        let why = joined(&day.to_string(), why);
        self.store("set", slug, before, Some(after), 0, &why).await
    }

    /// Moves all views of one slug to another, by their days, beside those that are
    /// there. Returns what became of the two.
    ///
    /// # Errors
    /// If they would be more than [`MOST_VIEWS`] together, or it cannot be written.
    pub async fn rename(
        &mut self,
        from: &Slug,
        to: &Slug,
        why: &str,
    ) -> Result<[Change; 2], CorrectError> {
        let views = self.views(from).await?;
        let before = total_of(self.change.connection(), from).await?;
        let undated = self.parts(from).await?;
        let undated = to_stored(i128::from(undated) - dated(&views.days));
        for table in [
            "DELETE FROM totals WHERE slug = ?",
            "DELETE FROM days WHERE slug = ?",
        ] {
            let delete = sqlx::query(table).bind(from.as_str());
            delete.execute(self.change.connection()).await?;
        }
        let why_from = joined(&format!("to {to}"), why);
        let taken = undated.saturating_neg();
        let taken = self.store("rename", from, before, None, taken, &why_from);
        let taken = taken.await?;
        let why_to = joined(&format!("from {from}"), why);
        let added = self.add_as("rename", to, &views, &why_to).await?;
        Ok([taken, added])
    }

    async fn add_as(
        &mut self,
        command: &'static str,
        slug: &Slug,
        views: &Views,
        why: &str,
    ) -> Result<Change, CorrectError> {
        let before = total_of(self.change.connection(), slug).await?;
        let mut days = views.days.values();
        let with_days = days.try_fold(before, |sum, n| sum.checked_add(*n));
        let with_days = with_days.ok_or_else(|| CorrectError::TooMany { slug: slug.clone() })?;
        let after = match with_days.checked_add_signed(views.undated) {
            Some(after) => after,
            None if views.undated > 0 => {
                return Err(CorrectError::TooMany { slug: slug.clone() });
            }
            None => {
                return Err(CorrectError::BelowZero {
                    slug: slug.clone(),
                    total: with_days,
                    taken: views.undated.unsigned_abs(),
                });
            }
        };
        if after > MOST_VIEWS {
            return Err(CorrectError::TooMany { slug: slug.clone() });
        }
        for (day, views) in &views.days {
            add_day(self.change.connection(), slug, &day.to_string(), *views).await?;
        }
        self.store(command, slug, before, Some(after), views.undated, why)
            .await
    }

    /// What the days of a slug and its corrections add up to.
    async fn parts(&mut self, slug: &Slug) -> Result<i64, CorrectError> {
        let row = sqlx::query(concat!(
            "SELECT ",
            sum_of!("undated"),
            " FROM corrections WHERE slug = ?"
        ))
        .bind(slug.as_str())
        .fetch_one(self.change.connection())
        .await?;
        let days = days::of_slug(self.change.connection(), slug).await?;
        Ok(to_stored(sum_at(&row, 0)? + dated(&days)))
    }

    /// The views of a slug.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn views(&mut self, slug: &Slug) -> Result<Views, CorrectError> {
        let total = total_of(self.change.connection(), slug).await?;
        let days = days::of_slug(self.change.connection(), slug).await?;
        Ok(Views {
            undated: to_stored(i128::from(total) - dated(&days)),
            days,
        })
    }

    /// Makes it so, down to the disk. A server that counts into the file shows it within a
    /// second.
    ///
    /// # Errors
    /// If it cannot be written; then nothing was changed.
    pub async fn commit(self) -> Result<(), CorrectError> {
        Ok(self.change.commit().await?)
    }

    /// Changes nothing, and lets others write again.
    pub async fn give_up(self) {
        self.change.give_up().await;
    }

    /// Stores a total, none for a slug that is gone, and enters the change in the audit,
    /// which is also how a running server hears of it.
    async fn store(
        &mut self,
        command: &'static str,
        slug: &Slug,
        before: u64,
        after: Option<u64>,
        undated: i64,
        why: &str,
    ) -> Result<Change, CorrectError> {
        if after > Some(MOST_VIEWS) {
            return Err(CorrectError::TooMany { slug: slug.clone() });
        }
        if let Some(after) = after {
            sqlx::query(
                "INSERT INTO totals (slug, total) VALUES (?, ?)
                 ON CONFLICT (slug) DO UPDATE SET total = excluded.total",
            )
            .bind(slug.as_str())
            .bind(to_sql(after))
            .execute(self.change.connection())
            .await?;
        }
        let after = after.unwrap_or(0);
        sqlx::query(
            "INSERT INTO corrections (made_at, command, slug, before, after, undated, why)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(moment())
        .bind(command)
        .bind(slug.as_str())
        .bind(to_sql(before))
        .bind(to_sql(after))
        .bind(undated)
        .bind(why)
        .execute(self.change.connection())
        .await?;
        Ok(Change {
            slug: slug.clone(),
            before,
            after,
        })
    }
}

/// What days add up to.
fn dated(days: &BTreeMap<Date, u64>) -> i128 {
    days.values().copied().map(i128::from).sum()
}

/// What the audit says by itself, and what the owner says, if anything.
fn joined(what: &str, why: &str) -> String {
    match why {
        "" => what.to_owned(),
        why => format!("{what}: {why}"),
    }
}

/// Now, in UTC, to the second.
pub(super) fn moment() -> String {
    Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
