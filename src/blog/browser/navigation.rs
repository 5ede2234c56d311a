//! Client-side navigation. The server's HTML is put into the main landmark as it is, and its
//! counters are hydrated.
//!
//! The browser's history is the only one. The address in it changes when the page does: until
//! then the reader sees, reloads and shares the page that is there. Where the browser goes back
//! or forward the address changes first, and the page follows. Whatever a navigation cannot do,
//! a load does.

mod address;
mod fetch;
mod history;
mod prefetch;
mod transition;

use super::{
    arrival, counters,
    dom::{around_target, on},
};
use crate::{
    blog::copy_button,
    counter::{
        navigation::{self, HydratedCounter},
        opt_out::Notice,
    },
};
use address::Address;
use fetch::{FetchGuard, FetchedPage};
use gloo_timers::callback::Timeout;
use history::Entry;
use leptos::prelude::{document, window};
use prefetch::Prefetch;
use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlAnchorElement, MouseEvent};

/// The scroll position is saved so long after the last scroll event, in milliseconds. Not every
/// browser has an event for the end of scrolling.
const SCROLL_END_MS: u32 = 100;

/// The page that is shown, and the way to the next one.
pub(super) struct Navigation {
    /// Path and query of the page that is shown. The address bar is ahead of it while the
    /// browser goes back or forward.
    current_page: RefCell<String>,
    /// `None` until they are hydrated.
    counters: RefCell<Option<Vec<HydratedCounter>>>,
    /// The fetch of the next page.
    pending_fetch: RefCell<Option<FetchGuard>>,
    /// Numbers the navigations: only the page of the last one is shown.
    generation: Cell<usize>,
    scrolled: RefCell<Option<Timeout>>,
    prefetch: Rc<Prefetch>,
    /// How the page gets into the history that the browser loads because it could not be shown
    /// without, while this one is still here.
    loading: Cell<Option<Entry>>,
    /// The opt-out notice, which an address may open.
    notice: OnceCell<Rc<Notice>>,
}

impl Navigation {
    /// Of the page that the server sent.
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            current_page: RefCell::new(Address::current().page),
            counters: RefCell::default(),
            pending_fetch: RefCell::default(),
            generation: Cell::default(),
            scrolled: RefCell::default(),
            prefetch: Rc::default(),
            loading: Cell::default(),
            notice: OnceCell::new(),
        })
    }

    /// From now on follows links, and the browser's history.
    pub(super) fn listen(self: &Rc<Self>) {
        // Without one a page is not announced.
        let _ = arrival::add_live_region();
        if !history::is_restored_by_browser() {
            // A load in place of a navigation back or forward.
            self.restore_scroll_position(&Address::current(), Entry::Present);
        }
        // Until it has loaded, the browser moves it to where it stood.
        if document().ready_state() == "complete" {
            history::set_restored_by_browser(false);
        }
        self.on(&document(), "click", Self::on_click);
        self.on(&window(), "popstate", |this, _| this.on_popstate());
        self.on(&window(), "scroll", |this, _| this.on_scroll());
        self.on(&window(), "pagehide", |this, _| this.on_pagehide());
        self.on(&window(), "pageshow", |this, _| this.on_pageshow());
        self.prefetch.listen();
    }

    fn on(self: &Rc<Self>, target: &web_sys::EventTarget, name: &str, then: fn(&Rc<Self>, &Event)) {
        let this = Rc::clone(self);
        on(target, name, move |event| then(&this, &event));
    }

    /// Hydrates the counters of the page, unless its reader is about to leave it already.
    pub(super) fn hydrate_counters(&self) {
        if self.pending_fetch.borrow().is_none() {
            self.counters
                .borrow_mut()
                .get_or_insert_with(counters::hydrate);
        }
    }

    /// Updates this notice after each navigation from now on.
    pub(super) fn set_notice(&self, notice: Rc<Notice>) {
        let _ = self.notice.set(notice);
    }

    /// Something was clicked, which may be a link to a page.
    fn on_click(self: &Rc<Self>, click: &Event) {
        let Some(link) = followed_link(click) else {
            return;
        };
        let present = Address::current();
        // The page is the address's, unless the browser is on its way to another.
        let is_there = *self.current_page.borrow() == present.page;
        // It may be left at once, also for what is no page.
        if is_there {
            self.save_scroll_position();
        }
        let Some(address) = Address::from_link(&link) else {
            // What this window is to show is the last that was clicked.
            if link.target().is_empty() && !link.has_attribute("download") {
                self.cancel_navigation();
            }
            return;
        };
        let is_section = is_there && address.page == present.page && link.href().contains('#');
        if is_section {
            // The browser goes there, within the page.
            return;
        }
        click.prevent_default();
        let entry = match address == present {
            true => Entry::Same,
            false => Entry::New,
        };
        self.go_to(address, entry);
    }

    /// The browser went to an entry of the history.
    fn on_popstate(self: &Rc<Self>) {
        // The position that was to be saved belongs to the entry that was left.
        self.scrolled.take();
        let address = Address::current();
        if *self.current_page.borrow() == address.page {
            self.cancel_navigation();
            self.restore_scroll_position(&address, Entry::Present);
            self.update_notice();
        } else {
            self.go_to(address, Entry::Present);
        }
    }

    /// Saves the scroll position once the page does not move any more.
    fn on_scroll(self: &Rc<Self>) {
        let this = Rc::clone(self);
        let later = move || {
            if *this.current_page.borrow() == Address::current().page {
                this.save_scroll_position();
            }
        };
        self.scrolled
            .replace(Some(Timeout::new(SCROLL_END_MS, later)));
    }

    fn save_scroll_position(&self) {
        self.scrolled.take();
        history::save_scroll_position();
    }

    /// The document is left: the browser loads the next one, and this one if it comes back.
    fn on_pagehide(&self) {
        self.abort_fetch();
        // Of an entry that the browser went to and then loads, it knows only where the page
        // stood that was shown meanwhile.
        history::set_restored_by_browser(self.loading.get() != Some(Entry::Present));
    }

    /// The document is shown, for the first time or out of the back/forward cache.
    fn on_pageshow(self: &Rc<Self>) {
        history::set_restored_by_browser(false);
        self.loading.take();
        let this = Rc::clone(self);
        // Once everybody knows that it is back: it may be left again.
        let next = move || {
            let address = Address::current();
            if *this.current_page.borrow() != address.page {
                this.go_to(address, Entry::Present);
            } else {
                this.hydrate_counters();
            }
        };
        Timeout::new(0, next).forget();
    }

    /// Aborts the fetch of the next page; returns whether there is one.
    fn abort_fetch(&self) -> bool {
        let is_latest = self.pending_fetch.take().is_some();
        if is_latest {
            self.generation.set(self.generation.get() + 1);
            arrival::set_busy(false);
        }
        is_latest
    }

    /// Cancels the navigation or load under way: the page that is shown stays.
    fn cancel_navigation(&self) {
        let was_loading = self.stop_loading();
        if self.abort_fetch() || was_loading {
            navigation::cancel();
            self.hydrate_counters();
        }
    }

    /// Stops the load under way; returns whether there is one.
    fn stop_loading(&self) -> bool {
        let was_loading = self.loading.take().is_some();
        if was_loading {
            let _ = window().stop();
        }
        was_loading
    }

    fn go_to(self: &Rc<Self>, address: Address, entry: Entry) {
        // One that was waited for before is given up.
        self.pending_fetch.take();
        self.stop_loading();
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        navigation::start();
        arrival::set_busy(true);
        let guard = FetchGuard::new();
        let init = guard.init();
        self.pending_fetch.replace(Some(guard));
        let this = Rc::clone(self);
        spawn_local(async move {
            // What is given up meanwhile is aborted, and asks for nothing.
            let page = match this.prefetch.reuse(&address, &init).await {
                true => fetch::fetch(&address, &init).await,
                false => None,
            };
            let is_latest = move |this: &Self| this.generation.get() == generation;
            if !is_latest(&this) {
                return;
            }
            match page {
                Some(page) => transition::change(move || {
                    if is_latest(&this) {
                        this.show(&page, address, entry);
                    }
                }),
                None => this.load(&address, entry),
            }
        });
    }

    /// Has the browser load what cannot be shown without.
    fn load(&self, address: &Address, entry: Entry) {
        self.abort_fetch();
        self.loading.set(Some(entry));
        history::load(entry, address);
    }

    fn show(&self, new: &FetchedPage, mut address: Address, entry: Entry) {
        address.page.clone_from(&new.page);
        if *self.current_page.borrow() == Address::current().page {
            self.save_scroll_position();
        }
        history::set_restored_by_browser(false);
        // What is shown is found at this address: relative ones are of it.
        if !history::enter(entry, &address) {
            return self.load(&address, entry);
        }
        self.pending_fetch.take();
        self.scrolled.take();
        self.counters.take();
        navigation::finish();
        self.current_page.replace(new.page.clone());
        arrival::replace_page(&new.document);
        arrival::mark_current(address.path());
        self.hydrate_counters();
        copy_button::show_buttons();
        self.restore_scroll_position(&address, entry);
        arrival::focus(arrival::section(&address.hash).as_ref());
        arrival::announce_page();
        self.update_notice();
    }

    /// Scrolls to where the page stood when this entry was left, to the section of the address,
    /// or to the top.
    fn restore_scroll_position(&self, address: &Address, entry: Entry) {
        let kept = match entry {
            Entry::Present => history::saved_scroll_position(),
            Entry::New | Entry::Same => None,
        };
        match (kept, arrival::section(&address.hash)) {
            (Some((x, y)), _) => arrival::scroll_to(x, y),
            (None, Some(section)) => section.scroll_into_view(),
            (None, None) => arrival::scroll_to(0.0, 0.0),
        }
    }

    fn update_notice(&self) {
        if let Some(notice) = self.notice.get() {
            notice.update();
        }
    }
}

/// The link that this click follows as it is: in this window, and through nobody else.
fn followed_link(click: &Event) -> Option<HtmlAnchorElement> {
    let mouse: &MouseEvent = click.dyn_ref()?;
    let is_plain = mouse.button() == 0
        && !(mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key());
    if !is_plain || click.default_prevented() {
        return None;
    }
    around_target(click, "a[href]")?.dyn_into().ok()
}
