//! Where a counter stands, as leptos_router knows it: its page, until a navigation leaves
//! it.

use leptos::prelude::*;
use leptos_router::{
    hooks::use_matched,
    location::{BrowserUrl, LocationProvider, Url},
    params::ParamsMap,
};
use std::sync::{Mutex, PoisonError};

/// The place of a counter.
pub(super) enum RouteScope {
    /// In no route: the page is whatever is shown.
    Anywhere,
    /// In a route.
    InRoute {
        url: ArcRwSignal<Url>,
        /// What of the path the route has matched.
        matched: Memo<String>,
        page: Mutex<Option<Page>>,
    },
}

/// What the route had matched when the counter came to be there, or the route was last
/// given another path.
#[derive(Clone)]
pub(super) struct Page {
    matched: String,
    /// The path up to the end of what was matched.
    path: String,
    /// The route had matched the whole path: it is a page's, and not that of a layout around
    /// pages.
    is_whole: bool,
}

impl RouteScope {
    /// That of what the current owner draws.
    pub(super) fn of_owner() -> Self {
        // A route gives its own parameters along with what it has matched.
        let is_in_route = use_context::<ArcMemo<ParamsMap>>().is_some();
        match use_context::<BrowserUrl>() {
            Some(router) if is_in_route => Self::InRoute {
                url: router.as_url().clone(),
                matched: use_matched(),
                page: Mutex::default(),
            },
            _ => Self::Anywhere,
        }
    }

    /// The page that it is part of, which has no name in no route; none when a navigation
    /// leaves it. Tracked: that is before the next page is there.
    pub(super) fn page(&self) -> Option<Option<String>> {
        let Self::InRoute { url, matched, page } = self else {
            return Some(None);
        };
        let (path, matched) = (trimmed(url.read().path()), trimmed(&matched.read()));
        let mut page = page.lock().unwrap_or_else(PoisonError::into_inner);
        if page.as_ref().is_none_or(|page| page.matched != matched) {
            *page = Page::new(&path, matched);
        }
        let page = page.as_ref().filter(|page| page.has(&path))?;
        Some(Some(page.path.clone()))
    }
}

impl Page {
    /// `None` while a navigation is ahead of the route.
    fn new(path: &str, matched: String) -> Option<Self> {
        // What is before it is the router's base.
        let end = path.find(&matched)? + matched.len();
        let (before, rest) = path.split_at_checked(end)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| Self {
            is_whole: rest.is_empty(),
            path: before.to_owned(),
            matched,
        })
    }

    /// Whether this path is that of the page, or of one inside the layout.
    fn has(&self, path: &str) -> bool {
        let rest = path.strip_prefix(&self.path);
        rest.is_some_and(|rest| rest.is_empty() || !self.is_whole && rest.starts_with('/'))
    }
}

/// With a slash at its end it is the same page.
fn trimmed(path: &str) -> String {
    path.trim_end_matches('/').to_owned()
}
