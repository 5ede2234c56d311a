//! Addresses of pages.

use crate::blog::page_path::PagePath;
use leptos::prelude::window;
use web_sys::HtmlAnchorElement;

/// The address of a page of this site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Path and query: what the server is asked for.
    pub(super) page: String,
    /// The fragment with its `#`, or nothing.
    pub(super) hash: String,
}

impl Address {
    /// The one in the address bar.
    pub(super) fn current() -> Self {
        let location = window().location();
        let page = location.pathname().unwrap_or_default();
        Self {
            page: page + &location.search().unwrap_or_default(),
            hash: location.hash().unwrap_or_default(),
        }
    }

    /// The page of this site that the link leads to. `None` if it leads to something
    /// else, or says that it is to be opened in another way.
    pub(super) fn from_link(link: &HtmlAnchorElement) -> Option<Self> {
        let is_own = link.origin() == window().location().origin().ok()?;
        let is_plain = link.target().is_empty()
            && !link.has_attribute("download")
            && !link.rel_list().contains("external");
        let path = link.pathname();
        PagePath::parse(&path).filter(|_| is_own && is_plain)?;
        Some(Self {
            page: path + &link.search(),
            hash: link.hash(),
        })
    }

    /// The path of the page.
    pub(super) fn path(&self) -> &str {
        self.page.split('?').next().unwrap_or_default()
    }

    /// The whole, as the address bar takes it.
    pub(super) fn to_text(&self) -> String {
        self.page.clone() + &self.hash
    }
}
