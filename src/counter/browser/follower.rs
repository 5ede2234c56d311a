//! What follows the slug of one counter, wherever on the page it is.

use super::{
    reader::{Presence, Reader},
    route_scope::RouteScope,
    routes,
};
use crate::counter::{
    component::{Reading, ReadingState},
    protocol::{Counts, Slug},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use std::{cell::RefCell, rc::Rc};

/// What is shown before anything is known.
pub(super) const NOTHING: Reading = Reading {
    counts: None,
    state: ReadingState::Static,
};

/// Makes the page a reader of this slug until the current owner is cleaned up, or a
/// navigation leaves its route; and of the next one when the slug changes. Returns the
/// numbers as they change. They begin with `counts`.
pub(in crate::counter) fn read(slug: Signal<String>, counts: Option<Counts>) -> Signal<Reading> {
    let follower = Follower::new(slug, counts);
    let shown = ArcRwSignal::new(follower.latest());
    let following = shown.clone();
    // An effect, because it runs after hydration: until then the page is the server's.
    Effect::new(move |_| {
        if follower.follow(None).is_some() {
            following.set(follower.latest());
        }
    });
    Signal::derive(move || {
        let (of, reading) = shown.get();
        match of == slug.get() {
            true => reading,
            false => NOTHING,
        }
    })
}

/// Follows a slug that may change, for as long as the owner in which it was made lives.
pub(super) struct Follower {
    slug: Signal<String>,
    scope: RouteScope,
    /// A slug, and its numbers as they were last.
    latest: RefCell<(String, Reading)>,
    /// What is followed at the moment.
    followed: Rc<RefCell<Option<Followed>>>,
}

/// The slug that a follower makes the page a reader of, and where.
struct Followed {
    slug: String,
    page: Option<String>,
    beginning: Reading,
    /// None if the slug is none.
    presence: Option<Presence>,
}

impl Follower {
    /// What follows this slug, whose numbers begin with `counts`. The page is no reader of it
    /// yet.
    pub(super) fn new(slug: Signal<String>, counts: Option<Counts>) -> Self {
        routes::find();
        let followed = Rc::<RefCell<Option<Followed>>>::default();
        // There is one thread; the wrapper only says so to the compiler.
        let cleaned_up = SendWrapper::new(Rc::clone(&followed));
        on_cleanup(move || drop(cleaned_up.take().borrow_mut().take()));
        Self {
            slug,
            scope: RouteScope::of_owner(),
            latest: RefCell::new((untrack(|| slug.get()), Reading { counts, ..NOTHING })),
            followed,
        }
    }

    /// Makes the page a reader of what is to be followed now, and returns its numbers; `None`
    /// if a navigation leaves the page. Without any to begin with, they are those that were
    /// `written` for the first slug.
    ///
    /// All of it is tracked: this is to be called again when the slug or the numbers change;
    /// and when the router's path does, which is before the next page is fetched, and long
    /// before this one is taken down.
    pub(super) fn follow(&self, written: Option<Counts>) -> Option<Reading> {
        let slug = self.slug.get();
        let mut followed = self.followed.borrow_mut();
        let Some(page) = self.scope.page() else {
            // What is left hears of nothing: a part of it may be gone already.
            if let Some(left) = followed.take() {
                left.leave();
            }
            return None;
        };
        let is_same = |before: &Followed| before.slug == slug && before.page == page;
        if !followed.as_ref().is_some_and(is_same) {
            if let Some(before) = followed.take()
                && before.page != page
            {
                before.leave();
            }
            let latest = self.latest.borrow();
            let counts = match latest.0 == slug {
                true => latest.1.counts.or(written),
                false => None,
            };
            *followed = Some(Followed::new(slug.clone(), page, counts));
        }
        let reading = followed.as_ref()?.reading();
        self.latest.replace((slug, reading));
        Some(reading)
    }

    /// The slug that was followed last, and its numbers.
    fn latest(&self) -> (String, Reading) {
        self.latest.borrow().clone()
    }
}

impl Followed {
    fn new(slug: String, page: Option<String>, counts: Option<Counts>) -> Self {
        let beginning = Reading { counts, ..NOTHING };
        let presence = match slug.parse::<Slug>() {
            Ok(parsed) => {
                let reader = Reader::on_page(page.clone(), parsed, beginning);
                let presence = Presence::of(reader);
                presence.set(true);
                Some(presence)
            }
            Err(error) => {
                leptos::logging::error!("`{slug}` is not counted: {error}");
                None
            }
        };
        Self {
            slug,
            page,
            beginning,
            presence,
        }
    }

    /// The numbers now. What this one began with stands where the reader, which began with
    /// another counter, knows none. Tracked.
    fn reading(&self) -> Reading {
        let Some(presence) = &self.presence else {
            return NOTHING;
        };
        let latest = presence.reader().reading().get();
        Reading {
            counts: latest.counts.or(self.beginning.counts),
            ..latest
        }
    }

    /// A navigation leaves its page for good.
    fn leave(self) {
        if let Some(presence) = &self.presence {
            presence.leave();
        }
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if let Some(presence) = &self.presence {
            presence.set(false);
        }
    }
}
