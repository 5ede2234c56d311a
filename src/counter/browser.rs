//! The browser's half: DOM events and sockets around the pure
//! [`Lifecycle`](super::lifecycle::Lifecycle). It decides nothing.

pub(super) mod exclusion;
pub(super) mod hydrated;
mod json;
pub(super) mod notice;
mod page;
pub(super) mod reader;
mod refusal;
mod route_scope;
mod routes;
mod site;
mod socket;

pub(super) use site::visit;

use super::{
    component::{Reading, ReadingState},
    protocol::{Counts, Slug},
};
use leptos::prelude::*;
use reader::{Presence, Reader};
use route_scope::RouteScope;
use send_wrapper::SendWrapper;
use std::{cell::RefCell, rc::Rc};

/// What a counter shows before anything is known.
const NOTHING: Reading = Reading {
    counts: None,
    state: ReadingState::Static,
};

/// A counter on the page: what it reads, and where.
struct Counter {
    slug: String,
    page: Option<String>,
    beginning: Reading,
    /// None if the slug is none.
    presence: Option<Presence>,
}

/// Makes the page a reader of this slug until the current owner is cleaned up, or a
/// navigation leaves the counter's route; and of the next one when the slug changes. Returns
/// the numbers as they change. They begin with `counts`, or with those that `hydrated` finds
/// when the page is hydrated.
pub(super) fn read(
    slug: Signal<String>,
    counts: Option<Counts>,
    hydrated: impl Fn() -> Option<Counts> + Send + Sync + 'static,
) -> Signal<Reading> {
    routes::find();
    let scope = RouteScope::of_owner();
    let beginning = Reading { counts, ..NOTHING };
    let shown = ArcRwSignal::new((slug.get_untracked(), beginning));
    // There is one thread; the wrapper only says so to the compiler.
    let counter = SendWrapper::new(Rc::new(RefCell::new(None::<Counter>)));
    on_cleanup({
        let counter = counter.clone();
        move || drop(counter.borrow_mut().take())
    });
    // An effect, because it runs after hydration: until then the page is the server's. It
    // runs again when the slug or the numbers change; and when the router's path does, which
    // is before the next page is fetched, and long before this one is taken down.
    let following = shown.clone();
    Effect::new(move |_| {
        let slug = slug.get();
        let Some(page) = scope.page() else {
            // What is left hears of nothing: a part of it may be gone already.
            if let Some(counter) = counter.borrow_mut().take() {
                counter.leave();
            }
            return;
        };
        let mut counter = counter.borrow_mut();
        if counter
            .as_ref()
            .is_none_or(|is| is.slug != slug || is.page != page)
        {
            let before = following.get_untracked();
            let beginning = match before.0 == slug {
                true => Reading {
                    counts: before.1.counts.or_else(&hydrated),
                    ..NOTHING
                },
                false => NOTHING,
            };
            if let Some(before) = counter.take()
                && before.page != page
            {
                before.leave();
            }
            *counter = Some(Counter::new(slug, page, beginning));
        }
        if let Some(counter) = &*counter {
            following.set((counter.slug.clone(), counter.reading()));
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

impl Counter {
    fn new(slug: String, page: Option<String>, beginning: Reading) -> Self {
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

impl Drop for Counter {
    fn drop(&mut self) {
        if let Some(presence) = &self.presence {
            presence.set(false);
        }
    }
}
