//! What the browser asks the server after a navigation: a page.
//!
//! It is read with GET, so that it can be cached.

#[cfg(feature = "ssr")]
use super::{numbers::Numbers, pages, server::Site};
use crate::counter::protocol::Counts;
#[cfg(feature = "ssr")]
use crate::counter::route::Counter;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// What of a post is not HTML, or depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Whose numbers it shows.
    pub slug: String,
    /// Its numbers; none while they cannot be read.
    pub counts: Option<Counts>,
    /// Plain text.
    pub title: String,
    /// Whether there is a list of contents.
    pub has_contents: bool,
    /// Whether there is a post before or after it.
    pub has_neighbours: bool,
}

/// The HTML of a page: what the browser shows and does not change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageHtml {
    /// The elements of the document's head that are this page's and no other's.
    pub head: String,
    /// The whole page; of a post, its text.
    pub body: String,
    /// A post's date, length and tags.
    pub facts: String,
    /// A post's list of contents.
    pub contents: String,
    /// The links to the posts before and after a post.
    pub neighbours: String,
}

/// The page at this path, which may be percent-encoded: its HTML, and the post if it
/// shows one. Where there is none, the page that says so.
#[server(prefix = "/fn", endpoint = "page", input = GetUrl)]
pub async fn page_at(path: String) -> Result<(Option<Post>, PageHtml), ServerFnError> {
    let (site, counter) = (expect_context::<Site>(), expect_context::<Counter>());
    let page = pages::at(&site, &Numbers::Present(counter), &path).await;
    Ok((page.post, page.html))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::server_fn::axum::server_fn_paths;

    /// GET and HEAD are let in from anywhere: of these functions each only reads. One
    /// that changes something is not to be asked with GET.
    #[test]
    fn every_function_is_known_and_reads_with_get() {
        let mut functions: Vec<_> = server_fn_paths()
            .map(|(path, method)| format!("{method} {path}"))
            .collect();
        functions.sort();
        assert_eq!(functions, ["GET /fn/counts", "GET /fn/page"]);
    }
}
