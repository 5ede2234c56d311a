//! Sums of columns. SQLite's own fail where they leave 64 bits, which a thousand totals of
//! the most views do.

use sqlx::{Row, sqlite::SqliteRow};

/// SQL for the sum of a column, as two columns that [`sum_at`] reads: of the upper halves
/// of the numbers, and of the lower ones.
macro_rules! sum_of {
    ($column:literal) => {
        concat!(
            "coalesce(sum(",
            $column,
            " >> 32), 0), ",
            "coalesce(sum(",
            $column,
            " & 0xffffffff), 0)"
        )
    };
}

pub(super) use sum_of;

/// The sum whose two columns begin at this one.
pub(super) fn sum_at(row: &SqliteRow, column: usize) -> Result<i128, sqlx::Error> {
    let half = |column| row.try_get::<i64, _>(column).map(i128::from);
    Ok((half(column)? << 32) + half(column + 1)?)
}

/// As [`sum_at`], of numbers that are never below zero: the most there can be, where it is
/// more.
pub(super) fn views_at(row: &SqliteRow, column: usize) -> Result<u64, sqlx::Error> {
    Ok(u64::try_from(sum_at(row, column)?).unwrap_or(u64::MAX))
}

/// A sum of a slug's parts as SQLite can store it: the nearest there is.
pub(super) fn to_stored(sum: i128) -> i64 {
    let nearest = if sum < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(sum).unwrap_or(nearest)
}
