//! Everything that is counted, for a spreadsheet and for another counter.

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
/// line with an empty one, which is less than nothing where views were taken away.
///
/// # Errors
/// If it cannot be written.
pub fn write_csv(out: impl Write, all: &BTreeMap<Slug, Views>) -> io::Result<()> {
    let mut lines = csv::Writer::from_writer(out);
    lines.write_record(["slug", "day", "views"])?;
    for (slug, views) in all {
        for (day, of_day) in &views.days {
            lines.write_record([slug.as_str(), &day.to_string(), &of_day.to_string()])?;
        }
        if views.undated != 0 || views.days.is_empty() {
            lines.write_record([slug.as_str(), "", &views.undated.to_string()])?;
        }
    }
    lines.flush()
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
