//! A counter in a page that an application hydrates piece by piece, and that it navigates away
//! from by itself.

use super::{
    drawing,
    follower::NOTHING,
    reader::{Presence, Reader},
};
use crate::counter::{
    component::Reading,
    protocol::{Counts, Slug},
};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use web_sys::Element;

/// The counter in an element where the server wrote a
/// [`StaticViewCounter`](crate::counter::component::StaticViewCounter). Dropping it takes the
/// counter off the page: its numbers stay as they are.
pub struct HydratedCounter {
    /// Writes the numbers.
    _drawing: RenderEffect<()>,
    presence: Presence,
}

impl HydratedCounter {
    /// Follows the numbers in this `element` of a counter; `counts` are those that the server
    /// wrote. The page becomes a reader of `slug` when it is
    /// [connected](Self::connect).
    pub fn new(element: Element, slug: Slug, counts: Option<Counts>) -> Self {
        let reader = Reader::on_page(None, slug, Reading { counts, ..NOTHING });
        let reading = reader.reading();
        let drawn = SendWrapper::new(element);
        Self {
            _drawing: RenderEffect::new(move |_| drawing::update(&drawn, reading.get())),
            presence: Presence::of(reader),
        }
    }

    /// Makes the page a reader. To be called once all counters of the page are hydrated: when a
    /// socket is open, the numbers are no longer those that the server wrote.
    pub fn connect(&self) {
        self.presence.set(true);
    }
}

impl Drop for HydratedCounter {
    fn drop(&mut self) {
        self.presence.set(false);
    }
}
