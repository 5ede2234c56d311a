//! Fetches the page of a link that its reader points at: most of those are clicked. It counts
//! nothing, as no page does until it is shown.

use super::{
    address::Address,
    fetch::{self, from_cache},
};
use crate::blog::browser::dom::{around_target, on};
use gloo_timers::callback::Timeout;
use js_sys::{Promise, Reflect};
use leptos::prelude::{document, window};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Event, HtmlAnchorElement, RequestInit};

/// How long a link is pointed at before its page is fetched, in milliseconds.
const HOVER_DELAY_MS: u32 = 65;
/// A page that was fetched this recently, in milliseconds, is not checked again. Its counters
/// have the present numbers as soon as they are connected.
const MAX_AGE_MS: f64 = 10_000.0;

/// What was fetched ahead.
#[derive(Default)]
pub(super) struct Prefetch {
    /// What is pointed at, until it is fetched.
    pointed_at: RefCell<Option<(Address, Timeout)>>,
    /// Each page that was asked for.
    pages: RefCell<Vec<Prefetched>>,
}

/// A page that was asked for ahead.
struct Prefetched {
    page: String,
    /// Resolves to when it came, or to nothing if it cannot be had.
    came: Promise,
}

impl Prefetch {
    /// From now on fetches ahead, if the reader does not save data.
    pub(super) fn listen(self: &Rc<Self>) {
        if saves_data() {
            return;
        }
        for (name, wait) in [
            ("mouseover", HOVER_DELAY_MS),
            ("focusin", HOVER_DELAY_MS),
            ("touchstart", 0),
        ] {
            let prefetch = Rc::clone(self);
            on(&document(), name, move |event| prefetch.point(&event, wait));
        }
    }

    /// Something is pointed at, which may be a link.
    fn point(self: &Rc<Self>, event: &Event, wait: u32) {
        let link = around_target(event, "a[href]");
        let link = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok());
        let address = link.as_ref().and_then(Address::from_link);
        let mut pointed_at = self.pointed_at.borrow_mut();
        let Some(address) = address.filter(|address| !self.is_known(address)) else {
            *pointed_at = None;
            return;
        };
        if pointed_at
            .as_ref()
            .is_some_and(|(known, _)| *known == address)
        {
            return;
        }
        let (prefetch, page) = (Rc::clone(self), address.clone());
        let fetch = move || prefetch.fetch(page);
        *pointed_at = Some((address, Timeout::new(wait, fetch)));
    }

    /// A page is fetched ahead once, and the one that is shown is not.
    fn is_known(&self, address: &Address) -> bool {
        address.page == Address::current().page || self.came(address).is_some()
    }

    fn fetch(self: Rc<Self>, address: Address) {
        let (this, page) = (Rc::clone(&self), address.page.clone());
        let came = future_to_promise(async move {
            let is_there = fetch::prefetch(&address).await;
            if !is_there {
                // The next time it is asked for anew.
                let mut pages = this.pages.borrow_mut();
                pages.retain(|known| known.page != address.page);
            }
            Ok(is_there.then(now).into())
        });
        self.pages.borrow_mut().push(Prefetched { page, came });
    }

    /// Has the page at this address taken from the browser's cache if it has just been fetched.
    /// One that is being fetched is waited for: to ask for it a second time takes longer.
    /// Returns whether to ask for it: not if it was found out meanwhile that it cannot be had.
    pub(super) async fn reuse(&self, address: &Address, init: &RequestInit) -> bool {
        let Some(came) = self.came(address) else {
            return true;
        };
        let came = JsFuture::from(came).await.unwrap_or_default().as_f64();
        if came.is_some_and(|came| now() - came < MAX_AGE_MS) {
            from_cache(init);
        }
        came.is_some()
    }

    /// When the page at this address came, if it was asked for.
    fn came(&self, address: &Address) -> Option<Promise> {
        let pages = self.pages.borrow();
        let known = pages.iter().find(|known| known.page == address.page)?;
        Some(known.came.clone())
    }
}

/// Whether the browser was asked to save data (Save Data API). Not every browser knows that.
fn saves_data() -> bool {
    let connection = Reflect::get(&window().navigator(), &"connection".into());
    let saves = connection.and_then(|connection| Reflect::get(&connection, &"saveData".into()));
    saves.is_ok_and(|saves| saves.is_truthy())
}

/// Milliseconds since the document began.
fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
