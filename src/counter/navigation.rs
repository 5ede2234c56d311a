//! For an application that navigates without leptos_router: it says when a page is left and
//! when the next one is shown.

pub use super::browser::hydrated::HydratedCounter;
use super::{browser::reader::Reader, lifecycle::Event};

/// A navigation away from the page that is shown begins: its counters leave. Where it does
/// not end within ten seconds they are back, as the same views.
pub fn start() {
    Reader::tell_all(&Event::Leaving);
}

/// The page that was left is gone, and another one takes its place: counters that come from
/// now on are new views.
pub fn finish() {
    Reader::end_all();
}

/// The navigation was given up, and the page that was to be left stays: its counters are back
/// at once, as the same views.
pub fn cancel() {
    Reader::tell_all(&Event::Stayed);
}
