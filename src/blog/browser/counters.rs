//! The counters of the page that is shown.

use super::dom::all;
use crate::counter::{component::LoadedViewCounter, protocol::Counts};
use leptos::{mount::hydrate_from, prelude::*};
use std::any::Any;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The hydrated counters of a page. Dropping them unmounts them.
pub(super) struct HydratedCounters {
    _mounted: Vec<Box<dyn Any>>,
}

impl HydratedCounters {
    /// Hydrates the counters of the page, all in one go: once a socket is open, the
    /// numbers are no longer those that the server wrote.
    pub(super) fn hydrate() -> Self {
        let places = all(&document(), "[data-view-counter]");
        Self {
            _mounted: places.into_iter().filter_map(counter).collect(),
        }
    }
}

/// The counter in this element, which says whose numbers it shows.
fn counter(place: web_sys::Element) -> Option<Box<dyn Any>> {
    let place: HtmlElement = place.dyn_into().ok()?;
    let slug = place.get_attribute("data-view-counter")?;
    let number = |name| place.get_attribute(name)?.parse().ok();
    let counts = number("data-live").zip(number("data-total"));
    let counts = counts.map(|(live, total)| Counts { live, total });
    let counter = hydrate_from(place, move || view! { <LoadedViewCounter slug counts /> });
    Some(Box::new(counter))
}
