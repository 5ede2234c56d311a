//! Fathom: the export of a site by e-mail, and what its API `aggregations` answers, by
//! pathname. <https://usefathom.com/api/v1/reports>

use super::Format;

pub(super) const PAGES: Format = Format {
    name: "Fathom's pages",
    needs: &[&["pathname", "pageviews"], &["pathname", "views"]],
    path: &["pathname"],
    // As an origin: https://blog.example.
    host: &["hostname"],
    views: &["pageviews", "views"],
    day: &["date", "timestamp", "day"],
    ..Format::EMPTY
};
