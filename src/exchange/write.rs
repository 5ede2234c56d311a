//! Everything that is counted, for a spreadsheet and for another counter.

use super::spreadsheet::cell_of;
use crate::counter::{
    protocol::Slug,
    store::{Correction, Views},
};
use jiff::civil::Date;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// Writes CSV: slug, day and views a line. What has no day, of a slug that has any, is a
/// line with an empty one, which is less than nothing where views were taken away. A slug that
/// a spreadsheet would take for a formula is marked: see [`cell_of`].
///
/// # Errors
/// If it cannot be written.
pub fn write_csv(out: impl Write, all: &BTreeMap<Slug, Views>) -> io::Result<()> {
    let mut lines = csv::Writer::from_writer(out);
    let mut write = |record: [&str; 3]| lines.write_record(record).map_err(io_error);
    write(["slug", "day", "views"])?;
    for (slug, views) in all {
        let slug = cell_of(slug.as_str());
        for (day, of_day) in &views.days {
            write([&*slug, &day.to_string(), &of_day.to_string()])?;
        }
        if views.undated != 0 || views.days.is_empty() {
            write([&*slug, "", &views.undated.to_string()])?;
        }
    }
    lines.flush()
}

/// The error of the file that a table was to be written to, as it is there: somebody who has
/// read enough is no failure.
pub fn io_error(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        kind => io::Error::other(format!("{kind:?}")),
    }
}

#[derive(Serialize)]
struct File<'a> {
    views: Vec<OfSlug<'a>>,
    corrections: &'a [Correction],
}

#[derive(Serialize)]
struct OfSlug<'a> {
    slug: &'a Slug,
    total: i128,
    days: &'a BTreeMap<Date, u64>,
}

/// Writes JSON: `{"views":[{"slug":…,"total":…,"days":{…}}],"corrections":[…]}`.
///
/// # Errors
/// If it cannot be written.
pub fn write_json(
    mut out: impl Write,
    all: &BTreeMap<Slug, Views>,
    corrections: &[Correction],
) -> io::Result<()> {
    let views = all.iter().map(|(slug, views)| OfSlug {
        slug,
        total: views.days.values().copied().map(i128::from).sum::<i128>()
            + i128::from(views.undated),
        days: &views.days,
    });
    let file = File {
        views: views.collect(),
        corrections,
    };
    serde_json::to_writer(&mut out, &file)?;
    writeln!(out)
}
