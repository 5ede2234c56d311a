//! A counter in a page that an application hydrates piece by piece, and that it navigates away
//! from by itself.

use super::{
    NOTHING,
    reader::{Presence, Reader},
};
use crate::counter::{
    component::{Reading, numbers},
    protocol::{Counts, Slug},
};
use leptos::{prelude::*, tachys::view::RenderHtml};
use std::any::Any;
use web_sys::Element;

/// The counter in an element where the server wrote a
/// [`StaticViewCounter`](crate::counter::component::StaticViewCounter). Dropping it takes the
/// counter off the page: its numbers stay as they are.
pub struct HydratedCounter {
    /// What follows the numbers.
    _view: Box<dyn Any>,
    presence: Presence,
}

impl HydratedCounter {
    /// Hydrates the counter that is the only content of `element`; `counts` are the numbers
    /// that the server wrote. The page becomes a reader of `slug` when it is
    /// [connected](Self::connect).
    pub fn new(element: &Element, slug: Slug, counts: Option<Counts>) -> Self {
        let reader = Reader::on_page(None, slug, Reading { counts, ..NOTHING });
        let reading = reader.reading();
        let view = numbers(move || reading.get(), None).into_view();
        Self {
            _view: Box::new(view.hydrate_from::<true>(element)),
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
