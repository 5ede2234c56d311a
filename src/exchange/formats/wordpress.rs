//! WordPress: the views of posts as WP-PostViews and its kind keep them, in a field of each
//! post, as a query of the database prints them.

use super::Format;

pub(super) const META: Format = Format {
    name: "the views of WordPress posts",
    needs: &[
        &["post name", "meta value"],
        &["permalink", "meta value"],
        &["url", "meta value"],
    ],
    path: &["permalink", "url"],
    slug: &["post name"],
    views: &["meta value"],
    leaves_out: |row| {
        let is_other = match row.at("meta key") {
            None => false,
            Some(_) => !matches!(row.named("meta key"), "views" | "post_views_count"),
        };
        is_other.then_some("other fields of posts")
    },
    ..Format::EMPTY
};
