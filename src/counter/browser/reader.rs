//! One slug on this page: its lifecycle, its socket, and the signal in which
//! its counters see the numbers.

use super::{exclusion, page, refusal, routes, socket::Socket};
use crate::counter::{
    component::{Reading, ReadingState},
    lifecycle::{Action, Entropy, Event, Generation, Lifecycle, Millis},
    protocol::{
        ASKS_FOR_PRIVACY, Counts, IS_DRIVEN, Slug, TELL_VISITORS, ViewId, connect_path, views_path,
    },
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

thread_local! {
    /// The page's readers: counters of one slug share one. There are few, and a map is more
    /// to load for each page.
    ///
    /// Those without a counter stay: one that is drawn anew on the same page is the same
    /// view.
    static READERS: RefCell<Vec<Rc<Reader>>> = RefCell::default();
    /// Who else observes them. It is put here by whoever is the first to want to: a page
    /// that shows counters alone loads nothing of it.
    static OBSERVER: Cell<Option<Observer>> = const { Cell::new(None) };
}

/// Is called whenever something may have changed with a reader of the page; and with a frame
/// that its socket brought and that is none of its numbers, as the value that its JSON is.
type Observer = fn(&Rc<Reader>, Option<(Generation, &JsValue)>);

/// The text that asks for the numbers. The server answers any.
const PROBE: &str = "?";

/// The one timer of a reader.
struct Alarm {
    rings_at: Millis,
    /// Dropping it stops it.
    _timeout: Timeout,
}

/// One slug on this page.
pub(in crate::counter) struct Reader {
    /// The page that its counters are part of; it has no name where there is no route.
    page: Option<String>,
    slug: Slug,
    reading: ArcRwSignal<Reading>,
    lifecycle: RefCell<Lifecycle>,
    socket: RefCell<Option<Socket>>,
    alarm: RefCell<Option<Alarm>>,
    /// How many counters of it are on the page.
    present: Cell<usize>,
}

impl Reader {
    /// The reader of this slug on this page; made, with these numbers, if there is none.
    pub(super) fn on_page(page: Option<String>, slug: Slug, beginning: Reading) -> Rc<Self> {
        page::listen();
        READERS.with_borrow_mut(|readers| {
            // Without those of pages that were left while they had no counter.
            readers.retain(|reader| {
                reader.present.get() > 0 || reader.page.is_none() || reader.page == page
            });
            let known = readers
                .iter()
                .find(|reader| reader.slug == slug && reader.page == page);
            if let Some(reader) = known {
                return Rc::clone(reader);
            }
            let reader = Rc::new(Self {
                page,
                slug,
                reading: ArcRwSignal::new(beginning),
                lifecycle: RefCell::new(Lifecycle::new(page::is_visible(), exclusion::role())),
                socket: RefCell::default(),
                alarm: RefCell::default(),
                present: Cell::default(),
            });
            readers.push(Rc::clone(&reader));
            reader
        })
    }

    /// Another page is shown: the views of all readers have ended.
    pub(in crate::counter) fn end_all() {
        for reader in READERS.take() {
            reader.on(Event::Arrived);
        }
    }

    /// All readers of the page.
    pub(super) fn all() -> Vec<Rc<Self>> {
        READERS.with_borrow(Vec::clone)
    }

    /// Tells all readers of the page.
    pub(in crate::counter) fn tell_all(event: &Event) {
        for reader in Self::all() {
            reader.on(event.clone());
        }
    }

    /// Calls this from now on, as [`Observer`] says.
    pub(super) fn set_observer(observer: Observer) {
        OBSERVER.set(Some(observer));
    }

    /// Calls the observer, if there is one.
    pub(super) fn notify_observer(self: &Rc<Self>, frame: Option<(Generation, &JsValue)>) {
        if let Some(observer) = OBSERVER.get() {
            observer(self, frame);
        }
    }

    /// Whether a counter of it is on the page, and something may come of it.
    pub(super) fn reads(&self) -> bool {
        self.present.get() > 0 && !self.lifecycle.borrow().has_ended()
    }

    /// Asks to be told of the site's visitors too, once on each socket.
    pub(super) fn follow_site(&self) {
        if let Some(socket) = &*self.socket.borrow()
            && !socket.follows_site.get()
        {
            socket.follows_site.set(socket.send(TELL_VISITORS));
        }
    }

    /// Whether its socket was asked to tell of the site's visitors.
    pub(super) fn follows_site(&self) -> bool {
        let socket = self.socket.borrow();
        socket
            .as_ref()
            .is_some_and(|socket| socket.follows_site.get())
    }

    /// The numbers as they change.
    pub(super) fn reading(&self) -> ArcRwSignal<Reading> {
        self.reading.clone()
    }

    /// Something happened: does what the lifecycle makes of it.
    pub(super) fn on(self: &Rc<Self>, event: Event) {
        let actions = self
            .lifecycle
            .borrow_mut()
            .on(event, page::now(), &mut Browser);
        for action in actions {
            self.perform(action);
        }
        self.set_alarm();
        self.notify_observer(None);
    }

    fn perform(self: &Rc<Self>, action: Action) {
        match action {
            Action::Open {
                generation,
                handshake,
            } => {
                let mut path = routes::under_prefix(connect_path(&self.slug, handshake));
                if page::asks_for_privacy() {
                    path.push_str(ASKS_FOR_PRIVACY);
                }
                if page::is_driven() {
                    path.push_str(IS_DRIVEN);
                }
                let socket = Socket::open(&path, generation, Rc::downgrade(self));
                self.socket.replace(Some(socket));
            }
            // Dropping the socket closes it.
            Action::Close(_) => drop(self.socket.take()),
            Action::Probe(_) => {
                if let Some(socket) = &*self.socket.borrow() {
                    socket.send(PROBE);
                }
            }
            Action::ProbeRefusal(generation) => {
                let path = routes::under_prefix(views_path(&self.slug));
                let reader = Rc::downgrade(self);
                spawn_local(async move {
                    let refusal = refusal::probe(&path).await;
                    if let Some(reader) = reader.upgrade() {
                        reader.on(Event::Refused(generation, refusal));
                    }
                });
            }
            Action::Show(counts) => self.show(counts, ReadingState::Live),
            Action::ShowStale(counts) => self.show(counts, ReadingState::Lost),
            Action::ShowLost => self
                .reading
                .update(|reading| reading.state = ReadingState::Lost),
        }
    }

    fn show(&self, counts: Counts, state: ReadingState) {
        self.reading.set(Reading {
            counts: Some(counts),
            state,
        });
    }

    /// Sees to it that the lifecycle is woken in time. Every frame puts that
    /// moment off, so a timer is left alone until it rings, and is then set for
    /// the rest.
    fn set_alarm(self: &Rc<Self>) {
        let mut alarm = self.alarm.borrow_mut();
        let Some(wakes_at) = self.lifecycle.borrow().wakes_at() else {
            *alarm = None;
            return;
        };
        if alarm.as_ref().is_some_and(|set| set.rings_at <= wakes_at) {
            return;
        }
        let wait = wakes_at.saturating_sub(page::now());
        let reader = Rc::downgrade(self);
        let rings = move || {
            if let Some(reader) = reader.upgrade() {
                reader.alarm.take();
                reader.on(Event::Woken);
            }
        };
        *alarm = Some(Alarm {
            rings_at: wakes_at,
            // A browser's timer knows no more than 2³¹ ms, about 25 days.
            _timeout: Timeout::new(wait.min(i32::MAX as Millis) as u32, rings),
        });
    }

    fn count_presence(self: &Rc<Self>, here: bool) {
        let before = self.present.get();
        let after = if here {
            before + 1
        } else {
            before.saturating_sub(1)
        };
        self.present.set(after);
        let event = match (before, after) {
            (0, 1) => Event::Shown,
            (1, 0) => Event::Removed,
            _ => return,
        };
        // First: what was open instead of this is closed before this is opened.
        self.notify_observer(None);
        self.on(event);
    }
}

/// One counter's being on the page.
pub(super) struct Presence {
    reader: Rc<Reader>,
    here: Cell<bool>,
}

impl Presence {
    /// A counter of this reader that is not on the page yet.
    pub(super) fn of(reader: Rc<Reader>) -> Self {
        Self {
            reader,
            here: Cell::new(false),
        }
    }

    /// Whose counter it is.
    pub(super) fn reader(&self) -> &Rc<Reader> {
        &self.reader
    }

    /// Whether it is there now.
    pub(super) fn is_here(&self) -> bool {
        self.here.get()
    }

    /// It is there from now on, or is not.
    pub(super) fn set(&self, here: bool) {
        if self.here.replace(here) != here {
            self.reader.count_presence(here);
        }
    }

    /// A navigation leaves the page for good: what it shows next is another view.
    pub(super) fn leave(&self) {
        if self.here.get() {
            READERS.with_borrow_mut(|readers| {
                readers.retain(|reader| !Rc::ptr_eq(reader, &self.reader));
            });
            self.reader.on(Event::Leaving);
            self.set(false);
        }
    }
}

/// The browser's randomness.
struct Browser;

impl Entropy for Browser {
    fn view_id(&mut self) -> ViewId {
        let mut bytes = [0; 16];
        if page::fill_with_random(&mut bytes).is_none() {
            // No secret: only two pages with the same id would be one reader.
            bytes.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
        }
        ViewId::from_bits(u128::from_ne_bytes(bytes))
    }

    fn fraction(&mut self) -> f64 {
        js_sys::Math::random()
    }
}
