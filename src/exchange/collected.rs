//! What a file says of each slug, while it is being read.

use crate::counter::{protocol::Slug, store::Views};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The most slugs, and the most slugs and days, that one file may have: some 2 GB of memory.
const MAX_SLUGS: usize = 2_000_000;
const MAX_DAYS: usize = 10_000_000;
/// The most hosts that are told apart.
const MAX_HOSTS: usize = 100;
/// How many rows a dry run shows.
const SAMPLE_ROWS: usize = 10;
/// How many examples are given of what is left out, and of how many characters.
const EXAMPLES: usize = 3;
const EXAMPLE_CHARACTERS: usize = 80;

/// Lines of a file that are not imported, for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many.
    pub count: u64,
    /// The first pages of them, as the file names them; none where it names no page.
    pub examples: Vec<String>,
}

/// A row as it is understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleRow {
    /// The page as the file names it.
    pub page: String,
    /// Its slug.
    pub slug: Slug,
    /// The UTC day, where the file has days.
    pub day: Option<Date>,
    /// How many views.
    pub views: i64,
}

/// The views of a file, as far as it is read.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) views: BTreeMap<Slug, Views>,
    /// What is left out, by the reason.
    pub(super) left_out: BTreeMap<&'static str, LeftOut>,
    /// How many lines there are of each host.
    pub(super) hosts: BTreeMap<String, u64>,
    /// Which column is what.
    pub(super) columns: Vec<(&'static str, String)>,
    pub(super) rows: Vec<SampleRow>,
    /// What the owner should know of the file.
    pub(super) notes: BTreeSet<String>,
    /// How many lines are not UTF-8.
    pub(super) not_utf_8: u64,
    /// The addresses of the map that the file names.
    pub(super) mapped: BTreeSet<Slug>,
    /// Whether a slug such as `Total` may be the sum of the others.
    pub(super) may_have_total: bool,
    days: usize,
}

impl Collected {
    /// Adds views, of a day or of none.
    ///
    /// # Errors
    /// If there are too many, or fewer than none of a day.
    pub(super) fn add(&mut self, slug: Slug, day: Option<Date>, views: i64) -> Result<(), String> {
        let impossible = || format!("there cannot be {views} views on it");
        let of_slug = self.views.entry(slug).or_default();
        match day {
            None => {
                let undated = of_slug.undated.checked_add(views);
                of_slug.undated = undated.ok_or_else(impossible)?;
            }
            Some(day) => {
                let before = of_slug.days.len();
                let of_day = of_slug.days.entry(day).or_default();
                *of_day = of_day.checked_add_signed(views).ok_or_else(impossible)?;
                self.days += of_slug.days.len() - before;
            }
        }
        if self.views.len() > MAX_SLUGS || self.days > MAX_DAYS {
            return Err(
                "with it there are more than 2,000,000 pages, or 10,000,000 days of pages; split the file".into(),
            );
        }
        Ok(())
    }

    /// Leaves out a line for this reason; `page` is what it names.
    pub(super) fn leave_out(&mut self, reason: &'static str, page: &str) {
        let left_out = self.left_out.entry(reason).or_default();
        left_out.count += 1;
        let example = || page.chars().take(EXAMPLE_CHARACTERS).collect::<String>();
        if !page.is_empty() && left_out.examples.len() < EXAMPLES {
            let example = example();
            if !left_out.examples.contains(&example) {
                left_out.examples.push(example);
            }
        }
    }

    /// Keeps one of the first rows for a dry run.
    pub(super) fn sample(&mut self, page: &str, slug: &Slug, day: Option<Date>, views: i64) {
        if self.rows.len() < SAMPLE_ROWS {
            self.rows.push(SampleRow {
                page: page.chars().take(EXAMPLE_CHARACTERS).collect(),
                slug: slug.clone(),
                day,
                views,
            });
        }
    }

    /// Counts a line of a host.
    pub(super) fn see_host(&mut self, host: &str) {
        if let Some(lines) = self.hosts.get_mut(host) {
            *lines += 1;
        } else if self.hosts.len() < MAX_HOSTS {
            self.hosts.insert(host.to_owned(), 1);
        }
    }
}
