//! The exports of other counters, known by the names of their columns. A counter a file;
//! whoever adds one adds it to [`FORMATS`] and to the table in docs/owners.md.

mod cloudflare;
mod fathom;
pub(super) mod goatcounter;
mod google;
mod jetpack;
mod matomo;
mod plausible;
mod simple_analytics;
mod umami;
mod wordpress;

use super::{
    columns::{Columns, Names},
    table::Row,
};

/// An export of another counter. Names of columns are in small letters, with spaces between
/// words; of several names of one column the first that there is counts.
#[derive(Debug)]
pub(super) struct Format {
    /// What it is, for people.
    pub(super) name: &'static str,
    /// It has all columns of one of these lists.
    pub(super) needs: &'static [&'static [&'static str]],
    /// The page by its path or address; if there is none, by its slug.
    pub(super) path: &'static [&'static str],
    pub(super) slug: &'static [&'static str],
    pub(super) host: &'static [&'static str],
    /// How many views a line has; where no name is here, a line is a view.
    pub(super) views: &'static [&'static str],
    pub(super) day: &'static [&'static str],
    /// Why a line is left out, if it is.
    pub(super) leaves_out: fn(&Row<'_>) -> Option<&'static str>,
    /// What the owner should know of it.
    pub(super) note: Option<&'static str>,
}

impl Format {
    /// A format with nothing but a name, for the others to be made of.
    const EMPTY: Self = Self {
        name: "",
        needs: &[],
        path: &[],
        slug: &[],
        host: &[],
        views: &[],
        day: &[],
        leaves_out: |_| None,
        note: None,
    };
}

/// All of them; the first that fits counts.
static FORMATS: [&Format; 14] = [
    &goatcounter::CSV,
    &plausible::EXPORT,
    &umami::EXPANDED,
    &plausible::DASHBOARD,
    &umami::EVENTS_TABLE,
    &umami::METRICS,
    &simple_analytics::DATA_POINTS,
    &matomo::PAGES,
    &google::UNIVERSAL,
    &google::GA4,
    &cloudflare::TOP_PATHS,
    &fathom::PAGES,
    &wordpress::META,
    &simple_analytics::PAGES,
];

/// Why a line of an export is left out.
const EVENTS: &str = "events";
const ROBOTS: &str = "views by robots";

/// The export that a table with these columns is.
///
/// # Errors
/// If it is nearly one, but lacks a column.
pub(super) fn detect(names: &Names) -> Result<Option<&'static Format>, String> {
    goatcounter::check(names)?;
    let has_all = |needs: &&[&str]| needs.iter().all(|name| names.at(name).is_some());
    let is_it = |format: &&&Format| format.needs.iter().any(has_all);
    Ok(FORMATS.iter().find(is_it).copied())
}

/// The columns of a table without names, by its first line: the export of Jetpack, or a
/// list of addresses and their views.
pub(super) fn without_names(first: &Names) -> Option<Columns> {
    jetpack::columns(first)
}
