//! From page to page without a load. The server's HTML is put into the main landmark as it is;
//! what is alive in it is brought alive.
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
    arrival,
    counters::LiveCounters,
    dom::{around_target, on},
};
use crate::{
    blog::copy_button,
    counter::{navigation, opt_out::Notice},
};
use address::Address;
use fetch::{FetchedPage, Question};
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

/// So long after it was last scrolled, where the page stands is written down. There is an event
/// for the end of scrolling, which not every browser has.
const SCROLLED_MS: u32 = 100;

/// The page that is shown, and the way to the next one.
pub(super) struct Navigation {
    /// Path and query of the page that is shown. The address bar is ahead of it while the
    /// browser goes back or forward.
    shown: RefCell<String>,
    /// None until they are brought alive.
    counters: RefCell<Option<LiveCounters>>,
    /// The page that is waited for.
    awaited: RefCell<Option<Question>>,
    /// How many pages were waited for: only the last is shown.
    number: Cell<usize>,
    scrolled: RefCell<Option<Timeout>>,
    prefetch: Rc<Prefetch>,
    /// The browser loads a page that could not be shown without, and this one is still here.
    is_loading: Cell<bool>,
    /// What may be asked by the address of a page.
    notice: OnceCell<Rc<Notice>>,
}

impl Navigation {
    /// Of the page that the server sent.
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Self {
            shown: RefCell::new(Address::current().page),
            counters: RefCell::default(),
            awaited: RefCell::default(),
            number: Cell::default(),
            scrolled: RefCell::default(),
            prefetch: Rc::default(),
            is_loading: Cell::default(),
            notice: OnceCell::new(),
        })
    }

    /// From now on follows links, and the browser's history.
    pub(super) fn listen(self: &Rc<Self>) {
        // Without one a page is not announced.
        let _ = arrival::add_live_region();
        // Until it has loaded, the browser moves it to where it stood.
        if document().ready_state() == "complete" {
            history::restore_by_browser(false);
        }
        self.on(&document(), "click", Self::clicked);
        self.on(&window(), "popstate", |this, _| this.traversed());
        self.on(&window(), "scroll", |this, _| this.scrolled());
        self.on(&window(), "pagehide", |this, _| this.put_away());
        self.on(&window(), "pageshow", |this, _| this.brought_back());
        self.prefetch.listen();
    }

    fn on(self: &Rc<Self>, target: &web_sys::EventTarget, name: &str, then: fn(&Rc<Self>, &Event)) {
        let this = Rc::clone(self);
        on(target, name, move |event| then(&this, &event));
    }

    /// Brings the counters of the page alive; none, if its reader is about to leave it already.
    pub(super) fn bring_alive(&self) {
        if self.awaited.borrow().is_none() {
            self.counters
                .borrow_mut()
                .get_or_insert_with(LiveCounters::of_page);
        }
    }

    /// From now on tells this notice of each new address.
    pub(super) fn tell(&self, notice: Rc<Notice>) {
        let _ = self.notice.set(notice);
    }

    /// Something was clicked, which may be a link to a page.
    fn clicked(self: &Rc<Self>, click: &Event) {
        let Some(link) = followed_link(click) else {
            return;
        };
        let Some(address) = Address::of_link(&link) else {
            // What this window is to show is the last that was clicked.
            if link.target().is_empty() && !link.has_attribute("download") {
                self.stay();
            }
            return;
        };
        let present = Address::current();
        // The page is the address's, unless the browser is on its way to another.
        let is_there = *self.shown.borrow() == present.page;
        if is_there {
            self.keep_place();
        }
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
    fn traversed(self: &Rc<Self>) {
        // Where the other entry's page stood is no longer to be written down.
        self.scrolled.take();
        let address = Address::current();
        if *self.shown.borrow() == address.page {
            self.stay();
            self.go_to_place(&address, Entry::Present);
            self.tell_address();
        } else {
            self.go_to(address, Entry::Present);
        }
    }

    /// The page moved. Where it stands is written down when it does not move any more.
    fn scrolled(self: &Rc<Self>) {
        let this = Rc::clone(self);
        let later = move || {
            if *this.shown.borrow() == Address::current().page {
                this.keep_place();
            }
        };
        self.scrolled
            .replace(Some(Timeout::new(SCROLLED_MS, later)));
    }

    fn keep_place(&self) {
        self.scrolled.take();
        history::keep_place();
    }

    /// The document is left: the browser loads the next one, and this one if it comes back.
    fn put_away(&self) {
        self.cancel();
        history::restore_by_browser(true);
    }

    /// The document is shown, for the first time or out of the back/forward cache.
    fn brought_back(self: &Rc<Self>) {
        history::restore_by_browser(false);
        self.is_loading.set(false);
        let this = Rc::clone(self);
        // Once everybody knows that it is back: it may be left again.
        let next = move || {
            let address = Address::current();
            if *this.shown.borrow() != address.page {
                this.go_to(address, Entry::Present);
            } else {
                this.bring_alive();
            }
        };
        Timeout::new(0, next).forget();
    }

    /// Gives up the page that is waited for; returns whether there is one.
    fn cancel(&self) -> bool {
        let is_awaited = self.awaited.take().is_some();
        if is_awaited {
            self.number.set(self.number.get() + 1);
            arrival::set_busy(false);
        }
        is_awaited
    }

    /// The page that is shown is the one to be shown.
    fn stay(&self) {
        let was_loading = self.stop_loading();
        if self.cancel() || was_loading {
            navigation::cancel();
            self.bring_alive();
        }
    }

    /// Gives up the load that is under way; returns whether there is one.
    fn stop_loading(&self) -> bool {
        let was_loading = self.is_loading.replace(false);
        if was_loading {
            let _ = window().stop();
        }
        was_loading
    }

    fn go_to(self: &Rc<Self>, address: Address, entry: Entry) {
        // One that was waited for before is given up.
        self.awaited.take();
        self.stop_loading();
        let number = self.number.get() + 1;
        self.number.set(number);
        navigation::start();
        arrival::set_busy(true);
        let question = Question::new();
        let init = question.init();
        self.prefetch.use_for(&address, &init);
        self.awaited.replace(Some(question));
        let this = Rc::clone(self);
        spawn_local(async move {
            let page = fetch::fetch(&address, &init).await;
            let is_awaited = move |this: &Self| this.number.get() == number;
            if !is_awaited(&this) {
                return;
            }
            match page {
                Some(page) => transition::change(move || {
                    if is_awaited(&this) {
                        this.show(&page, address, entry);
                    }
                }),
                None => this.load(&address, entry),
            }
        });
    }

    /// Has the browser load what cannot be shown without.
    fn load(&self, address: &Address, entry: Entry) {
        self.cancel();
        self.is_loading.set(true);
        history::load(entry, address);
    }

    fn show(&self, new: &FetchedPage, mut address: Address, entry: Entry) {
        address.page.clone_from(&new.page);
        if *self.shown.borrow() == Address::current().page {
            self.keep_place();
        }
        history::restore_by_browser(false);
        // What is shown is found at this address: relative ones are of it.
        if !history::enter(entry, &address) {
            return self.load(&address, entry);
        }
        self.awaited.take();
        self.scrolled.take();
        self.counters.take();
        navigation::finish();
        self.shown.replace(new.page.clone());
        arrival::replace_page(&new.document);
        arrival::mark_current(address.path());
        self.bring_alive();
        copy_button::add_buttons();
        self.go_to_place(&address, entry);
        arrival::focus(arrival::section(&address.hash).as_ref());
        arrival::announce();
        self.tell_address();
    }

    /// Goes to where the page stood when this entry was left, to the section of the address,
    /// or to the beginning.
    fn go_to_place(&self, address: &Address, entry: Entry) {
        let kept = match entry {
            Entry::Present => history::kept_place(),
            Entry::New | Entry::Same => None,
        };
        match (kept, arrival::section(&address.hash)) {
            (Some((x, y)), _) => arrival::scroll_to(x, y),
            (None, Some(section)) => section.scroll_into_view(),
            (None, None) => arrival::scroll_to(0.0, 0.0),
        }
    }

    fn tell_address(&self) {
        if let Some(notice) = self.notice.get() {
            notice.look();
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
