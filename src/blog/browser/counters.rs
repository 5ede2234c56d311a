//! The counters of the page that is shown.

use super::dom::all;
use crate::counter::{
    navigation::HydratedCounter,
    protocol::{Counts, Slug},
};
use leptos::prelude::document;
use web_sys::Element;

/// Hydrates the counters of the page, and makes it a reader of what they count. Dropping them
/// takes them off the page.
pub(super) fn hydrate() -> Vec<HydratedCounter> {
    let places = all(&document(), "[data-view-counter]");
    let counters: Vec<_> = places.iter().filter_map(hydrated).collect();
    // Once all are: from then on the numbers are others than those that the server wrote.
    for counter in &counters {
        counter.connect();
    }
    counters
}

/// The counter in this element, which says whose numbers it shows.
fn hydrated(place: &Element) -> Option<HydratedCounter> {
    let slug: Slug = place.get_attribute("data-view-counter")?.parse().ok()?;
    let number = |name| place.get_attribute(name)?.parse().ok();
    let counts = number("data-live").zip(number("data-total"));
    let counts = counts.map(|(live, total)| Counts { live, total });
    let counter = place.query_selector(".view-counter").ok()??;
    Some(HydratedCounter::new(counter, slug, counts))
}
