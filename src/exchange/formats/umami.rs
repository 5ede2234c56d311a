//! Umami: its website page downloads a ZIP archive with `pages.csv`; its API answers with
//! the same in JSON, or with more columns; Umami Cloud exports the table of events.
//! <https://docs.umami.is/docs/api/website-stats>

use super::{EVENTS, Format};

pub(super) const METRICS: Format = Format {
    name: "Umami's pages",
    needs: &[&["x", "y"]],
    path: &["x"],
    views: &["y"],
    note: Some(
        "Umami 2.11 and later count the visitors of a page in this export, and not more than 500 pages; its API gives views with /metrics/expanded?type=path",
    ),
    ..Format::EMPTY
};

pub(super) const EXPANDED: Format = Format {
    name: "Umami's expanded metrics",
    needs: &[&["name", "pageviews", "visitors", "visits", "bounces"]],
    path: &["name"],
    views: &["pageviews"],
    ..Format::EMPTY
};

/// A page view has the type 1, an event 2.
pub(super) const EVENTS_TABLE: Format = Format {
    name: "Umami's table of events",
    needs: &[
        &["url path", "event type", "created at"],
        &["urlpath", "eventtype", "createdat"],
    ],
    path: &["url path", "urlpath"],
    host: &["hostname"],
    day: &["created at", "createdat"],
    leaves_out: |row| {
        let is_page_view = row.named("event type") == "1" || row.named("eventtype") == "1";
        (!is_page_view).then_some(EVENTS)
    },
    ..Format::EMPTY
};
