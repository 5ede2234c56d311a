//! Writes the numbers into the components' elements. Views of Leptos would do so too, and each
//! page would load 5 kB more; and here they are written whatever an extension or a translation
//! put in their place.

use super::{follower::Follower, site};
use crate::counter::{
    component::{Reading, ReadingState},
    live_visitors::SiteReading,
    markup::{self, LIVE, TOTAL, VISITORS},
    protocol::Counts,
};
use leptos::{html::Span, prelude::*};
use web_sys::Element;

/// Makes the page a reader of this slug, as [`read`](super::read) does, once this element is on
/// it; and writes the numbers into it as they change.
pub(in crate::counter) fn draw(
    element: NodeRef<Span>,
    slug: Signal<String>,
    counts: Option<Counts>,
) {
    let follower = Follower::new(slug, counts);
    // An effect, because it runs after hydration: until then the page is the server's.
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        let written = take_counts(&element);
        let written = written.and_then(|written| markup::parse_data_counts(&written));
        if let Some(reading) = follower.follow(written) {
            update(&element, reading);
        }
    });
}

/// Writes what is different now into a counter.
pub(super) fn update(counter: &Element, reading: Reading) {
    if set_state(counter, reading.state) {
        counter.set_inner_html(&markup::counter(reading));
    } else {
        write(counter, LIVE, &markup::live_text(reading.counts));
        write(counter, TOTAL, &markup::total_text(reading.counts));
    }
}

/// Makes the page a visitor, as [`visit`](super::visit) does, and writes how many there are into
/// this element as that changes.
pub(in crate::counter) fn draw_visitors(element: NodeRef<Span>, visitors: Option<u64>) {
    let state = ReadingState::Static;
    let reading = site::visit(SiteReading { visitors, state });
    let mut written = None;
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        if let Some(counts) = take_counts(&element) {
            written = counts.parse().ok();
        }
        let latest = reading.get();
        let reading = SiteReading {
            visitors: latest.visitors.or(written),
            ..latest
        };
        if set_state(&element, reading.state) {
            element.set_inner_html(&markup::live_visitors(reading));
        } else {
            write(&element, VISITORS, &markup::visitors_text(reading.visitors));
        }
    });
}

/// What the server wrote into the element for the browser to find. It is there once: the element
/// may be another slug's later.
fn take_counts(element: &Element) -> Option<String> {
    let written = element.get_attribute("data-counts")?;
    let _ = element.remove_attribute("data-counts");
    Some(written)
}

/// Says in which state the numbers are; returns whether that is another one. Then there are
/// other parts, too.
fn set_state(element: &Element, state: ReadingState) -> bool {
    let name = state.name();
    let is_other = element.get_attribute("data-state").as_deref() != Some(name);
    if is_other {
        let _ = element.set_attribute("data-state", name);
    }
    is_other
}

/// Writes this text into the part of this class, if it says anything else: what a reader has
/// selected stays so.
fn write(element: &Element, class: &str, text: &str) {
    let part = element.query_selector(&(".".to_owned() + class));
    if let Ok(Some(part)) = part
        && part.text_content().as_deref() != Some(text)
    {
        part.set_text_content(Some(text));
    }
}
