//! Numbers that come from another counter, and that go to one: files of views.
//!
//! Reading knows nothing of the database: it makes a file into views of slugs, or says
//! what is wrong with which line.

mod goatcounter;
mod hashed;
mod json;
mod paths;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod write;

pub use paths::Strip;
pub use read::{Imported, ReadError, read};
pub use write::{write_csv, write_json};

use crate::counter::{protocol::Slug, store::Views};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What a file says of each slug, while it is being read.
#[derive(Debug, Default)]
struct Found {
    views: BTreeMap<Slug, Views>,
    /// What was left out, by why, and how many of each.
    left_out: BTreeMap<String, u64>,
}

impl Found {
    /// Adds views, of a day or of none. None if there are too many to be counted.
    fn add(&mut self, slug: Slug, day: Option<Date>, views: i64) -> Option<()> {
        let of_slug = self.views.entry(slug).or_default();
        match day {
            None => of_slug.undated = of_slug.undated.checked_add(views)?,
            Some(day) => {
                let of_day = of_slug.days.entry(day).or_default();
                *of_day = of_day.checked_add_signed(views)?;
            }
        }
        Some(())
    }

    fn leave_out(&mut self, why: impl Into<String>) {
        *self.left_out.entry(why.into()).or_default() += 1;
    }
}
