//! What each page says: its head, and its HTML.

mod head;
mod lists;
mod post;
mod prose;

use super::{api::PageHtml, content::decode_path, numbers::Numbers, server::Site};
use leptos::prelude::*;

/// A page, ready to be put into a document.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) html: PageHtml,
    /// It says that there is nothing at its address.
    pub(super) is_missing: bool,
}

impl Page {
    fn new(head: String, body: impl IntoView) -> Self {
        let body = body.into_view().to_html();
        Self {
            html: PageHtml { head, body },
            is_missing: false,
        }
    }
}

/// The page at this path, which may be percent-encoded; where there is none, the
/// page that says so.
pub(super) async fn at(site: &Site, numbers: &Numbers, path: &str) -> Page {
    let path = decode_path(path);
    let inner = path.strip_prefix('/').unwrap_or(&path);
    let found = match inner.trim_end_matches('/') {
        // `//about` is another address than `/about`.
        _ if inner.starts_with('/') => None,
        "" => Some(lists::home(site, numbers).await),
        "about" => Some(prose::about(site)),
        "privacy" => Some(prose::privacy(site)),
        other => match other.split_once('/') {
            Some(("posts", slug)) => post::post(site, numbers, slug).await,
            Some(("tags", segment)) => lists::tag(site, numbers, segment).await,
            _ => None,
        },
    };
    found.unwrap_or_else(|| prose::missing(site))
}
