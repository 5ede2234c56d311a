//! Fetches the page of a link that its reader points at: most of those are clicked. It counts
//! nothing, as no page does until it is shown.

use super::{
    address::Address,
    fetch::{self, from_cache},
};
use crate::blog::browser::dom::{around_target, on};
use gloo_timers::callback::Timeout;
use js_sys::Reflect;
use leptos::prelude::{document, window};
use std::{cell::RefCell, rc::Rc};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
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
    /// Each page that was asked for, and when it came, if it did.
    pages: RefCell<Vec<(String, Option<f64>)>>,
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
        let pages = self.pages.borrow();
        address.page == Address::current().page
            || pages.iter().any(|(known, _)| *known == address.page)
    }

    fn fetch(self: Rc<Self>, address: Address) {
        self.pages.borrow_mut().push((address.page.clone(), None));
        spawn_local(async move {
            if fetch::prefetch(&address).await {
                let now = now();
                let mut pages = self.pages.borrow_mut();
                if let Some((_, came)) = pages.iter_mut().find(|(page, _)| *page == address.page) {
                    *came = Some(now);
                }
            }
        });
    }

    /// Takes the page at this address from the browser's cache if it has just been fetched.
    pub(super) fn reuse(&self, address: &Address, init: &RequestInit) {
        let is_fresh = |(page, came): &(String, Option<f64>)| {
            *page == address.page && came.is_some_and(|came| now() - came < MAX_AGE_MS)
        };
        if self.pages.borrow().iter().any(is_fresh) {
            from_cache(init);
        }
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
