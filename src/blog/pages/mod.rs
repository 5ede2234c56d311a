//! What each page says: its head, and its HTML.

mod head;
mod lists;
mod post;
mod prose;

use super::{
    api::PageHtml,
    content::{ImageSources, decode_path, split_list_page},
    numbers::Numbers,
    page_path::EXTERNAL,
    server::Site,
};
use leptos::prelude::*;

/// Has a browser load the address that it is at.
const LOAD: &str = "<meta http-equiv=\"refresh\" content=\"0\" data-page>";

/// A page, ready to be put into a document.
#[derive(Clone)]
pub(super) struct Page {
    pub(super) html: PageHtml,
    /// It says that there is nothing at its address.
    pub(super) is_missing: bool,
    /// The other sites whose images it shows.
    pub(super) image_sources: ImageSources,
}

impl Page {
    fn new(head: String, body: impl IntoView) -> Self {
        let body = body.into_view().to_html();
        Self {
            html: PageHtml { head, body },
            is_missing: false,
            image_sources: ImageSources::default(),
        }
    }

    fn with_images(self, image_sources: &ImageSources) -> Self {
        Self {
            image_sources: image_sources.clone(),
            ..self
        }
    }

    /// What the browser puts into the document that it has, instead of loading this page.
    ///
    /// A document keeps the policy with which it was loaded. That policy does not name
    /// the other sites whose images this page shows, so such a page is loaded: the
    /// browser is given an element that has it load the address it is at, which is this
    /// page's. (HTML Standard, "Refresh state", `http-equiv="refresh"`.)
    pub(super) fn for_navigation(self, path: &str) -> PageHtml {
        if self.image_sources.is_empty() {
            return self.html;
        }
        let title = self
            .html
            .head
            .find("</title>")
            .map(|end| end + "</title>".len());
        let title = title.and_then(|end| self.html.head.get(..end));
        // For a browser that does not heed it.
        let body = view! {
            <div class="page">
                <p>
                    <a href=path.to_owned() rel=EXTERNAL>
                        "Open the page"
                    </a>
                </p>
            </div>
        };
        PageHtml {
            head: format!("{}{LOAD}", title.unwrap_or_default()),
            body: body.to_html(),
        }
    }
}

/// The page at this path, which may be percent-encoded; where there is none, the
/// page that says so.
pub(super) async fn at(site: &Site, numbers: &Numbers, path: &str) -> Page {
    let path = decode_path(path);
    let inner = path.strip_prefix('/').unwrap_or(&path);
    // `//about` is another address than `/about`.
    let found = match inner.starts_with('/') {
        true => None,
        false => found(site, numbers, &format!("/{}", inner.trim_end_matches('/'))).await,
    };
    found.unwrap_or_else(|| prose::missing(site))
}

/// The page at this path, which is decoded and, apart from `/`, does not end with a slash.
async fn found(site: &Site, numbers: &Numbers, path: &str) -> Option<Page> {
    match path {
        "/about" => return Some(prose::about(site)),
        "/privacy" => return Some(prose::privacy(site)),
        _ => {}
    }
    if let Some(slug) = path.strip_prefix("/posts/") {
        return post::post(site, numbers, slug).await;
    }
    let (list_path, number) = split_list_page(path)?;
    match list_path {
        "/" => lists::home(site, numbers, number).await,
        other => {
            let segment = other.strip_prefix("/tags/")?;
            lists::tag(site, numbers, segment, number).await
        }
    }
}
