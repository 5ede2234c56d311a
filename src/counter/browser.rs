//! The browser's half: DOM events and sockets around the pure
//! [`Lifecycle`](super::lifecycle::Lifecycle). It decides nothing.

pub(super) mod exclusion;
mod page;
mod reader;
mod refusal;
mod site;
mod socket;

pub(super) use site::visit;

use super::{component::Reading, protocol::Slug};
use leptos::prelude::*;
use leptos_router::location::{BrowserUrl, LocationProvider, Url};
use reader::{Presence, Reader};
use send_wrapper::SendWrapper;
use std::{cell::Cell, rc::Rc};

/// Makes the page a reader of this slug until the current owner is cleaned up,
/// or a navigation leaves the present path. Returns the numbers as they change.
///
/// What is drawn anew on the same path is the same view. Leaving the path is for good: a
/// navigation that comes back builds the post anew, and that is the new view. If this one
/// came back as well, one return would be two.
pub(super) fn read(slug: Slug, beginning: Reading) -> Signal<Reading> {
    let router = use_context::<BrowserUrl>();
    // With a slash at the end it is the same page.
    let path_of = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let mounted_on = router
        .as_ref()
        .map(|router| path_of(&router.as_url().read_untracked()));
    let reader = Reader::on_path(mounted_on.clone(), slug, beginning);
    let latest = reader.reading();
    // What the server wrote here, until that is hydrated: by then others of the
    // slug on this page may know more.
    let shown = ArcRwSignal::new(beginning);
    // There is one thread; the wrapper only says so to the compiler.
    let presence = SendWrapper::new(Rc::new(Presence::of(reader)));
    on_cleanup({
        let presence = presence.clone();
        move || presence.set(false)
    });
    // An effect, because it runs after hydration: until then the page is the
    // server's. It runs again when the numbers change; and when the router's path
    // does, which is before the next page is fetched, and long before this one is
    // taken down.
    let left = Cell::new(false);
    let following = shown.clone();
    Effect::new(move |_| {
        let path = router
            .as_ref()
            .map(|router| path_of(&router.as_url().read()));
        left.set(left.get() || path != mounted_on);
        if left.get() {
            presence.leave();
        } else {
            presence.set(true);
        }
        let latest = latest.get();
        // What is left hears of nothing: a part of it may be gone already.
        if !left.get() {
            following.set(Reading {
                // Those that this one began with, if there were none for the first.
                counts: latest.counts.or(beginning.counts),
                ..latest
            });
        }
    });
    shown.into()
}
