//! Views by their UTC day.

use super::{
    from_sql,
    sum::{sum_of, views_at},
};
use crate::counter::protocol::Slug;
use jiff::civil::Date;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// The days on which a slug had views. A day that another program wrote, and that is
/// none, is left out.
pub(super) async fn of_slug(
    connection: &mut SqliteConnection,
    slug: &Slug,
) -> Result<BTreeMap<Date, u64>, sqlx::Error> {
    let rows = sqlx::query("SELECT day, views FROM days WHERE slug = ? AND views > 0")
        .bind(slug.as_str())
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().filter_map(day_and_views).collect())
}

/// The days on which any slug had views.
pub(super) async fn of_all(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<Date, u64>, sqlx::Error> {
    let rows = sqlx::query(concat!(
        "SELECT day, ",
        sum_of!("views"),
        " FROM days WHERE views > 0 GROUP BY day"
    ))
    .fetch_all(connection)
    .await?;
    let days = rows.iter().filter_map(|row| {
        let views = views_at(row, 1).ok()?;
        Some((day_of(row)?, views))
    });
    Ok(days.collect())
}

/// The days of every slug.
pub(super) async fn of_each(
    connection: &mut SqliteConnection,
) -> Result<Vec<(Slug, Date, u64)>, sqlx::Error> {
    let rows = sqlx::query("SELECT day, views, slug FROM days WHERE views > 0")
        .fetch_all(connection)
        .await?;
    let days = rows.iter().filter_map(|row| {
        let (day, views) = day_and_views(row)?;
        Some((row.try_get::<&str, _>(2).ok()?.parse().ok()?, day, views))
    });
    Ok(days.collect())
}

fn day_and_views(row: &SqliteRow) -> Option<(Date, u64)> {
    Some((day_of(row)?, from_sql(row.try_get(1).ok()?)))
}

fn day_of(row: &SqliteRow) -> Option<Date> {
    row.try_get::<&str, _>(0).ok()?.parse().ok()
}
