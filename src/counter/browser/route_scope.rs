//! Where a counter stands, as leptos_router knows it: its page, until a navigation leaves
//! it.

use crate::counter::route_page::RoutePage;
use leptos::prelude::*;
use leptos_router::{
    hooks::use_matched,
    location::{BrowserUrl, LocationProvider, Url},
    params::ParamsMap,
};
use std::cell::RefCell;

/// The place of a counter.
pub(super) enum RouteScope {
    /// In no route: the page is whatever is shown.
    Anywhere,
    /// In a route.
    InRoute {
        url: ArcRwSignal<Url>,
        /// What of the path the route has matched.
        matched: Memo<String>,
        page: RefCell<Option<RoutePage>>,
    },
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
                page: RefCell::default(),
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
        let (url, matched) = (url.read(), matched.read());
        let (path, matched) = (trimmed(url.path()), trimmed(&matched));
        let mut page = page.borrow_mut();
        if !page.as_ref().is_some_and(|page| page.has_matched(matched)) {
            *page = RoutePage::new(path, matched);
        }
        let page = page.as_ref().filter(|page| page.contains(path))?;
        Some(Some(page.path().to_owned()))
    }
}

/// With a slash at its end it is the same page.
fn trimmed(path: &str) -> &str {
    path.trim_end_matches('/')
}
