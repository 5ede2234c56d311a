//! Matomo: the report Behaviour → Pages, as CSV, TSV (both in UTF-16) or JSON, with the
//! technical names of its columns or the English ones; and what its API
//! `Actions.getPageUrls` answers. <https://developer.matomo.org/api-reference/reporting-api>

use super::Format;

pub(super) const PAGES: Format = Format {
    name: "Matomo's pages",
    needs: &[
        &["label", "nb hits"],
        &["label", "pageviews", "unique pageviews"],
    ],
    path: &["metadata url", "url", "label"],
    views: &["nb hits", "pageviews"],
    day: &["date"],
    leaves_out: |row| {
        // The flat table has whole paths. Of the other one, a folder is the sum of its
        // pages, and knows no address.
        let is_by_label = row.at("metadata url").is_none() && row.at("url").is_none();
        let is_folder = is_by_label && !row.named("label").starts_with('/');
        is_folder.then_some("folders and totals of Matomo; export the flat table")
    },
    ..Format::EMPTY
};
