//! The page that is shown, in the browser.
//!
//! The server makes its HTML, for the document and for a navigation alike. The
//! browser puts it in as it is, and brings alive what is alive in it: the numbers
//! of a post, and its copy buttons. So it need not know how a page looks, and nothing
//! else of the page is hydrated.

use super::arrival::{focus, go_to_section, mark_current, replace_head};
use crate::{
    blog::{
        api::{PageHtml, page_at},
        copy_button::add_buttons,
    },
    counter::{component::LoadedViewCounter, navigation, protocol::Counts},
};
use leptos::{mount::hydrate_from, prelude::*};
use leptos_router::location::{BrowserUrl, LocationProvider};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;

/// Shown in place of a page that could not be had, after a navigation without a
/// network for example.
const UNAVAILABLE: (&str, &str) = (
    "<title>This page could not be loaded</title>",
    "<div class=\"page\"><h1>This page could not be loaded</h1>\
     <div class=\"prose\"><p>Check your connection, then reload the page.</p></div></div>",
);

/// The main landmark, and what stands in it.
pub(super) struct ShownPage {
    main: HtmlElement,
    router: BrowserUrl,
    /// Where the page is, or the one that is gone to.
    path: RefCell<String>,
    /// The counters that are alive. They end when they are dropped.
    counters: RefCell<Vec<Box<dyn Any>>>,
    /// How many pages were gone to: only the last is shown.
    gone_to: Cell<usize>,
}

impl ShownPage {
    /// The page that the server sent.
    pub(super) fn new(main: HtmlElement, router: BrowserUrl) -> Rc<Self> {
        Rc::new(Self {
            main,
            path: RefCell::new(router.as_url().read_untracked().path().to_owned()),
            router,
            counters: RefCell::default(),
            gone_to: Cell::default(),
        })
    }

    /// The main landmark.
    pub(super) fn main(&self) -> &HtmlElement {
        &self.main
    }

    /// Brings the counters alive of the page that the server sent; none, if its reader is
    /// about to leave it already.
    pub(super) fn bring_first_alive(&self) {
        if self.gone_to.get() == 0 {
            self.bring_alive();
        }
    }

    fn bring_alive(&self) {
        self.counters.replace(live_counters(&self.main));
    }

    /// From now on shows the page at the router's path whenever that is another. The
    /// old one stays until the new one is here.
    pub(super) fn follow(self: &Rc<Self>) {
        let page = Rc::clone(self);
        Effect::new(move |_| {
            let path = page.router.as_url().read().path().to_owned();
            if page.path.replace(path.clone()) != path {
                page.go_to(path);
            }
        });
    }

    fn go_to(self: &Rc<Self>, path: String) {
        // The address bar goes ahead: a page that does not come can be reloaded.
        self.router.ready_to_complete();
        navigation::start();
        mark_current(&path);
        focus(&self.main);
        let this_one = self.gone_to.get() + 1;
        self.gone_to.set(this_one);
        let page = Rc::clone(self);
        spawn_local(async move {
            let html = page_at(path).await.ok();
            if page.gone_to.get() == this_one {
                page.show(html.as_ref());
            }
        });
    }

    fn show(&self, html: Option<&PageHtml>) {
        let (head, body) = html.map_or(UNAVAILABLE, |html| (&html.head, &html.body));
        self.counters.take();
        navigation::finish();
        self.main.set_inner_html(body);
        replace_head(head);
        self.bring_alive();
        add_buttons(&self.main);
        // The router's: the address bar may still name the page before.
        go_to_section(self.router.as_url().read_untracked().hash());
    }
}

/// Brings the counters in `page` alive, all in one go: once a socket is open, the
/// numbers are no longer those that the server wrote.
fn live_counters(page: &HtmlElement) -> Vec<Box<dyn Any>> {
    let Ok(places) = page.query_selector_all("[data-view-counter]") else {
        return Vec::new();
    };
    (0..places.length())
        .filter_map(|i| {
            let place: HtmlElement = places.item(i)?.dyn_into().ok()?;
            let slug = place.get_attribute("data-view-counter")?;
            let number = |name| place.get_attribute(name)?.parse().ok();
            let counts = number("data-live").zip(number("data-total"));
            let counts = counts.map(|(live, total)| Counts { live, total });
            let counter = hydrate_from(place, move || view! { <LoadedViewCounter slug counts /> });
            Some(Box::new(counter) as Box<dyn Any>)
        })
        .collect()
}
