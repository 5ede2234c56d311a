//! The site's visitors, as this page hears of them: on the sockets of the posts that it
//! reads; and while it reads none, as a reader of the site itself, on a socket of its own.

use super::reader::{Overheard, Presence, Reader};
use crate::counter::{
    component::{Reading, ReadingState},
    lifecycle::{Event, Generation},
    live_visitors::SiteReading,
    protocol::{Counts, Slug, TELL_VISITORS, Visitors},
};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

/// So long a page may be between two posts: a navigation leaves one before the next is
/// there. A page that reads none for longer has a socket of its own; and one that heard
/// nothing says so.
const PATIENCE_MS: u32 = 1_000;

thread_local! {
    static SITE: OnceCell<Rc<Site>> = const { OnceCell::new() };
}

/// Makes the page a visitor until the current owner is cleaned up. Returns how many there
/// are as that changes.
pub(in crate::counter) fn visit(beginning: SiteReading) -> Signal<SiteReading> {
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
    /// Runs while the page may be between two posts.
    between: RefCell<Option<Timeout>>,
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
        let reader = Reader::of(Slug::site(), nothing);
        Reader::overhear(overheard);
        Rc::new(Self {
            alone: Presence::of(Rc::clone(&reader)),
            reader,
            between: RefCell::default(),
            latest: ArcRwSignal::new(SiteReading {
                visitors: None,
                state: ReadingState::Static,
            }),
            shown: Cell::default(),
        })
    }

    fn count_shows(&self, one_more: bool) {
        let shown = self.shown.get();
        self.shown.set(if one_more { shown + 1 } else { shown - 1 });
        if (shown, one_more) == (0, true) {
            // Those whose numbers came before anybody wanted to hear of the site.
            for reader in Reader::all().iter().filter(|reader| is_heard(reader)) {
                reader.send(TELL_VISITORS);
            }
        }
        self.settle();
    }

    /// Readers of posts came or went, or what shows the number.
    fn settle(&self) {
        if self.shown.get() == 0 || self.reads_a_post() {
            self.alone.set(false);
        }
        let after = || {
            if let Some(site) = site() {
                site.settle_late();
            }
        };
        self.between.replace(Some(Timeout::new(PATIENCE_MS, after)));
    }

    fn settle_late(&self) {
        if self.shown.get() > 0 {
            self.alone.set(!self.reads_a_post());
            self.look_whether_lost();
        }
    }

    fn reads_a_post(&self) -> bool {
        let all = Reader::all();
        let is_site = |reader: &Rc<Reader>| Rc::ptr_eq(reader, &self.reader);
        all.iter()
            .any(|reader| reader.is_here() && !is_site(reader))
    }

    /// Nobody on this page may hear of the site any more.
    fn look_whether_lost(&self) {
        let is_live = self.latest.get_untracked().state == ReadingState::Live;
        if is_live && !Reader::all().iter().any(is_heard) {
            self.latest
                .update(|latest| latest.state = ReadingState::Lost);
        }
    }

    /// The socket of this reader brought something that is none of its numbers.
    fn heard(&self, reader: &Rc<Reader>, generation: Generation, text: &str) {
        let Ok(Visitors { visitors }) = serde_json::from_str(text) else {
            return;
        };
        if Rc::ptr_eq(reader, &self.reader) {
            // Whose numbers these are: they show that its socket is alive.
            let counts = Counts {
                live: visitors,
                total: 0,
            };
            reader.on(Event::Frame(generation, counts));
        }
        self.latest.set(SiteReading {
            visitors: Some(visitors),
            state: ReadingState::Live,
        });
    }
}

/// The site, if anything on this page ever showed its number.
fn site() -> Option<Rc<Site>> {
    SITE.with(|site| site.get().cloned())
}

/// Whether a socket brings what there is to say.
fn is_heard(reader: &Rc<Reader>) -> bool {
    reader.is_here() && reader.reading().get_untracked().state == ReadingState::Live
}

/// Something happened to a reader of this page.
fn overheard(reader: &Rc<Reader>, what: Overheard<'_>) {
    let Some(site) = site() else { return };
    match what {
        Overheard::Presence => site.settle(),
        Overheard::Opened if site.shown.get() > 0 => reader.send(TELL_VISITORS),
        Overheard::Opened => {}
        Overheard::Text(generation, text) => site.heard(reader, generation, text),
        Overheard::Lost => site.look_whether_lost(),
    }
}
