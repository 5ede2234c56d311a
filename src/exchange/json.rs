//! JSON as `view-counter export`, `view-counter totals` and `/api/v1/views` write it.

use super::{Found, read::Problem};
use crate::counter::protocol::Slug;
use jiff::civil::Date;
use serde::Deserialize;
use std::{collections::BTreeMap, io::Read};

#[derive(Deserialize)]
struct File {
    views: Vec<OfSlug>,
}

#[derive(Deserialize)]
struct OfSlug {
    slug: Slug,
    total: i64,
    /// Those of which the day is known.
    #[serde(default)]
    days: BTreeMap<Date, i64>,
}

pub(super) fn read(from: impl Read, found: &mut Found) -> Result<(), Problem> {
    let file: File = serde_json::from_reader(from).map_err(|error| match error.line() {
        0 => Problem::Whole(error.to_string()),
        line => Problem::Line(line as u64, error.to_string()),
    })?;
    for of_slug in file.views {
        let slug = of_slug.slug;
        let too_many = || Problem::Whole(format!("{slug} has views that cannot be counted"));
        let mut undated = of_slug.total;
        for (day, views) in of_slug.days {
            undated = undated.checked_sub(views).ok_or_else(too_many)?;
            let added = found.add(slug.clone(), Some(day), views);
            added.ok_or_else(too_many)?;
        }
        found
            .add(slug.clone(), None, undated)
            .ok_or_else(too_many)?;
    }
    Ok(())
}
