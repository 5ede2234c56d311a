//! The site's visitors, as this page hears of them: on the sockets of the posts that it
//! reads; and while it reads none, as a reader of the site itself, on a socket of its own.

use super::{
    json,
    reader::{Presence, Reader},
    routes,
};
use crate::counter::{
    component::{Reading, ReadingState},
    lifecycle::{Event, Generation},
    live_visitors::SiteReading,
    protocol::{Counts, Slug},
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};
use wasm_bindgen::JsValue;

/// So long things may be otherwise than they are to be: a navigation leaves one post before
/// the next is there. A page that reads none for longer has a socket of its own, and one
/// that hears nothing for longer says so.
const PATIENCE_MS: u32 = 1_000;

/// What is known before anything was heard.
const NOTHING: SiteReading = SiteReading {
    visitors: None,
    state: ReadingState::Static,
};

thread_local! {
    static SITE: OnceCell<Rc<Site>> = const { OnceCell::new() };
}

/// Makes the page a visitor until the current owner is cleaned up. Returns how many there
/// are as that changes.
pub(in crate::counter) fn visit(beginning: SiteReading) -> Signal<SiteReading> {
    routes::find();
    let site = SITE.with(|site| Rc::clone(site.get_or_init(Site::new)));
    let latest = site.latest.clone();
    // What the server wrote here, until that is hydrated.
    let shown = ArcRwSignal::new(beginning);
    let here = Cell::new(false);
    // There is one thread; the wrapper only says so to the compiler.
    let shows = SendWrapper::new(Rc::new(move |shows: bool| {
        if here.replace(shows) != shows {
            site.count_shows(shows);
        }
    }));
    on_cleanup({
        let shows = shows.clone();
        move || shows(false)
    });
    let following = shown.clone();
    // An effect, because it runs after hydration, and again when the number changes.
    Effect::new(move |_| {
        shows(true);
        let latest = latest.get();
        following.set(SiteReading {
            visitors: latest.visitors.or(beginning.visitors),
            ..latest
        });
    });
    shown.into()
}

/// The site on this page.
struct Site {
    /// The page as a reader of the site.
    reader: Rc<Reader>,
    alone: Presence,
    /// Runs while something is not as it is to be.
    until_late: RefCell<Option<Timeout>>,
    latest: ArcRwSignal<SiteReading>,
    /// How often the number is on the page.
    shown: Cell<usize>,
}

impl Site {
    fn new() -> Rc<Self> {
        let nothing = Reading {
            counts: None,
            state: ReadingState::Static,
        };
        let reader = Reader::on_page(None, Slug::site(), nothing);
        Reader::set_observer(on_change);
        Rc::new(Self {
            alone: Presence::of(Rc::clone(&reader)),
            reader,
            until_late: RefCell::default(),
            latest: ArcRwSignal::new(NOTHING),
            shown: Cell::default(),
        })
    }

    fn count_shows(&self, one_more: bool) {
        let shown = self.shown.get();
        self.shown.set(if one_more { shown + 1 } else { shown - 1 });
        self.settle();
    }

    /// Something may be otherwise: with the readers of this page, or with what shows the
    /// number.
    fn settle(&self) {
        for reader in Reader::all() {
            if self.shown.get() > 0 && is_live(&reader) && !self.is_own(&reader) {
                reader.follow_site();
            }
        }
        if !self.is_to_be_alone() && self.alone.is_here() {
            self.alone.set(false);
            // It is not taken off for a moment: from now on the post's socket brings the
            // number.
            self.reader.on(Event::Arrived);
        }
        if self.is_to_be_alone() == self.alone.is_here() && self.is_as_said() {
            self.until_late.take();
        } else if self.until_late.borrow().is_none() {
            let after = || {
                if let Some(site) = site() {
                    site.settle_late();
                }
            };
            let timeout = Timeout::new(PATIENCE_MS, after);
            self.until_late.replace(Some(timeout));
        }
    }

    fn settle_late(&self) {
        self.until_late.take();
        if self.is_to_be_alone() && !self.alone.is_here() {
            // Which is settled in its turn: it has as long to hear something.
            self.alone.set(true);
        } else if !self.is_as_said() {
            self.latest.set(match self.shown.get() {
                // Nothing to begin with where the number is shown again.
                0 => NOTHING,
                _ => SiteReading {
                    state: ReadingState::Lost,
                    ..self.latest.get_untracked()
                },
            });
        }
    }

    /// Whether the number is shown, and the page reads no post whose socket brings it.
    fn is_to_be_alone(&self) -> bool {
        let reads_a_post = |reader: &Rc<Reader>| reader.reads() && !self.is_own(reader);
        self.shown.get() > 0 && !Reader::all().iter().any(reads_a_post)
    }

    /// Whether the number is live, if that is said of it.
    fn is_as_said(&self) -> bool {
        let hears =
            |reader: &Rc<Reader>| is_live(reader) && (reader.follows_site() || self.is_own(reader));
        self.latest.get_untracked().state != ReadingState::Live || Reader::all().iter().any(hears)
    }

    fn is_own(&self, reader: &Rc<Reader>) -> bool {
        Rc::ptr_eq(reader, &self.reader)
    }

    /// The socket of this reader brought something that is none of its numbers.
    fn on_frame(&self, reader: &Rc<Reader>, generation: Generation, frame: &JsValue) {
        let Some(visitors) = json::whole_number(frame, "visitors") else {
            return;
        };
        self.latest.set(SiteReading {
            visitors: Some(visitors),
            state: ReadingState::Live,
        });
        if self.is_own(reader) {
            // Whose numbers these are: they show that its socket is alive.
            let counts = Counts {
                live: visitors,
                total: 0,
            };
            reader.on(Event::Frame(generation, counts));
        }
    }
}

/// The site, if anything on this page ever showed its number.
fn site() -> Option<Rc<Site>> {
    SITE.with(|site| site.get().cloned())
}

fn is_live(reader: &Rc<Reader>) -> bool {
    reader.reads() && reader.reading().get_untracked().state == ReadingState::Live
}

fn on_change(reader: &Rc<Reader>, frame: Option<(Generation, &JsValue)>) {
    let Some(site) = site() else { return };
    if let Some((generation, frame)) = frame {
        site.on_frame(reader, generation, frame);
    }
    site.settle();
}
