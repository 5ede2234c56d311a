//! Simple Analytics: the export of data points, a page view or an event a line, and what its
//! statistics API says of pages. <https://docs.simpleanalytics.com/api/export-data-points>

use super::{EVENTS, Format, ROBOTS};

pub(super) const DATA_POINTS: Format = Format {
    name: "Simple Analytics' data points",
    needs: &[&["added iso", "path"], &["added unix", "path"]],
    path: &["path"],
    host: &["hostname"],
    day: &["added iso", "added unix"],
    leaves_out: |row| {
        if matches!(row.named("is robot"), "true" | "1") {
            return Some(ROBOTS);
        }
        let kind = row.named("datapoint");
        (!matches!(kind, "" | "pageview")).then_some(EVENTS)
    },
    ..Format::EMPTY
};

/// Of the API: `{"pages":[{"value":"/","pageviews":3,"visitors":2}]}`.
pub(super) const PAGES: Format = Format {
    name: "Simple Analytics' pages",
    needs: &[&["pages value", "pages pageviews"]],
    path: &["pages value"],
    views: &["pages pageviews"],
    ..Format::EMPTY
};
