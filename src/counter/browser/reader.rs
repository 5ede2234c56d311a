//! One slug on this page: its lifecycle, its socket, and the signal in which
//! its counters see the numbers.

use super::{page, socket::Socket};
use crate::counter::{
    component::{Reading, ReadingState},
    lifecycle::{Action, Chance, Event, Lifecycle},
    protocol::{Slug, ViewId, connect_path},
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::{Rc, Weak},
};

thread_local! {
    /// The page's readers by slug: counters of one slug share one.
    static READERS: RefCell<HashMap<Slug, Weak<Reader>>> = RefCell::default();
}

/// One slug on this page.
pub(super) struct Reader {
    slug: Slug,
    reading: ArcRwSignal<Reading>,
    lifecycle: RefCell<Lifecycle>,
    socket: RefCell<Option<Socket>>,
    retry: RefCell<Option<Timeout>>,
    /// How many counters of it are on the page.
    present: Cell<usize>,
}

impl Reader {
    /// The page's reader of this slug; made, with these numbers, if there is none.
    pub(super) fn of(slug: Slug, beginning: Reading) -> Rc<Self> {
        page::listen();
        READERS.with_borrow_mut(|readers| {
            if let Some(reader) = readers.get(&slug).and_then(Weak::upgrade) {
                return reader;
            }
            let reader = Rc::new(Self {
                slug: slug.clone(),
                reading: ArcRwSignal::new(beginning),
                lifecycle: RefCell::new(Lifecycle::new(page::is_visible())),
                socket: RefCell::default(),
                retry: RefCell::default(),
                present: Cell::default(),
            });
            readers.retain(|_, reader| reader.strong_count() > 0);
            readers.insert(slug, Rc::downgrade(&reader));
            reader
        })
    }

    /// Tells all readers of the page.
    pub(super) fn tell_all(event: &Event) {
        let readers: Vec<_> =
            READERS.with_borrow(|readers| readers.values().filter_map(Weak::upgrade).collect());
        for reader in readers {
            reader.on(event.clone());
        }
    }

    /// The numbers as they change.
    pub(super) fn reading(&self) -> Signal<Reading> {
        self.reading.clone().into()
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
    }

    fn perform(self: &Rc<Self>, action: Action) {
        match action {
            Action::Open {
                generation,
                view,
                again,
            } => {
                let path = connect_path(&self.slug, view, again);
                let socket = Socket::open(&path, generation, Rc::downgrade(self));
                self.socket.replace(Some(socket));
            }
            // Dropping the socket closes it.
            Action::Close(_) => drop(self.socket.take()),
            Action::Retry(generation, after) => {
                let reader = Rc::downgrade(self);
                let millis = u32::try_from(after.as_millis()).unwrap_or(u32::MAX);
                let timeout = Timeout::new(millis, move || {
                    if let Some(reader) = reader.upgrade() {
                        reader.on(Event::RetryDue(generation));
                    }
                });
                self.retry.replace(Some(timeout));
            }
            Action::Show(counts) => self.reading.set(Reading {
                counts: Some(counts),
                state: ReadingState::Live,
            }),
            Action::ShowLost => self
                .reading
                .update(|reading| reading.state = ReadingState::Lost),
        }
    }

    fn count_presence(self: &Rc<Self>, here: bool) {
        let before = self.present.get();
        let after = if here {
            before + 1
        } else {
            before.saturating_sub(1)
        };
        self.present.set(after);
        match (before, after) {
            (0, 1) => self.on(Event::Shown),
            (1, 0) => self.on(Event::Left),
            _ => {}
        }
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

    /// Whether it is there now.
    pub(super) fn set(&self, here: bool) {
        if self.here.replace(here) != here {
            self.reader.count_presence(here);
        }
    }
}

/// The browser's randomness.
struct Browser;

impl Chance for Browser {
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
