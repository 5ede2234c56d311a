//! Plausible: the export of a site (Settings → Imports & exports) is a ZIP archive with
//! `imported_pages_….csv`; the dashboard's export is one with `pages.csv`. What its
//! statistics API answers is read as any table in JSON.
//! <https://plausible.io/docs/export-stats>

use super::Format;

pub(super) const EXPORT: Format = Format {
    name: "Plausible's export of a site",
    needs: &[&[
        "date",
        "hostname",
        "page",
        "visits",
        "visitors",
        "pageviews",
    ]],
    path: &["page"],
    host: &["hostname"],
    views: &["pageviews"],
    day: &["date"],
    ..Format::EMPTY
};

pub(super) const DASHBOARD: Format = Format {
    name: "Plausible's export of its dashboard",
    needs: &[&["name", "visitors", "pageviews", "bounce rate"]],
    path: &["name"],
    views: &["pageviews"],
    note: Some("it has no days; Plausible's export of the whole site has"),
    ..Format::EMPTY
};
