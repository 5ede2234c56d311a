//! What the browser asks the server after a navigation: a page.
//!
//! It is read with GET, so that it can be cached.

#[cfg(feature = "ssr")]
use super::{numbers::Numbers, pages, server::Site};
#[cfg(feature = "ssr")]
use crate::counter::route::Counter;
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

/// The HTML of a page. The browser shows it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageHtml {
    /// The elements of the document's head that are this page's and no other's.
    pub head: String,
    /// What stands in the main landmark.
    pub body: String,
}

/// The page at this path, which may be percent-encoded. Where there is none, the page
/// that says so; where only a load can show it, what has the browser load it.
#[server(prefix = "/fn", endpoint = "page", input = GetUrl)]
pub async fn page_at(path: String) -> Result<PageHtml, ServerFnError> {
    let (site, counter) = (expect_context::<Site>(), expect_context::<Counter>());
    let page = pages::at(&site, &Numbers::Present(counter), &path).await;
    Ok(page.for_navigation(&path))
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
        assert_eq!(
            functions,
            ["GET /fn/counts", "GET /fn/page", "GET /fn/visitors"]
        );
    }
}
