//! What each page says: its head, and its HTML.

mod head;
mod lists;
mod post;
mod prose;

use super::{
    content::{ImageSources, decode_path, split_list_page},
    numbers::Numbers,
    page_path::PagePath,
    server::Site,
};
use leptos::prelude::*;

/// A page, ready to be put into a document.
pub(super) struct Page {
    /// The elements of the document's head that are this page's and no other's.
    pub(super) head: String,
    /// What stands in the main landmark.
    pub(super) body: String,
    /// It says that there is nothing at its address.
    pub(super) is_missing: bool,
    /// The other sites whose images it shows.
    pub(super) image_sources: ImageSources,
}

impl Page {
    fn new(head: String, body: impl IntoView) -> Self {
        let body = body.into_view().to_html();
        Self {
            head,
            body,
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
    match PagePath::parse(path)? {
        PagePath::About => Some(prose::about(site)),
        PagePath::Privacy => Some(prose::privacy(site)),
        PagePath::Post(slug) => post::post(site, numbers, slug).await,
        PagePath::List(path) => match split_list_page(path)? {
            ("/", number) => lists::home(site, numbers, number).await,
            (tag, number) => {
                let segment = tag.strip_prefix("/tags/")?;
                lists::tag(site, numbers, segment, number).await
            }
        },
    }
}
