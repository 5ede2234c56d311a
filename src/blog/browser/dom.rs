//! What the parts of the page ask of the document.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Document, Element, Event, EventTarget};

/// Listens for as long as the page lives.
pub(in crate::blog) fn on(target: &EventTarget, name: &str, listener: impl Fn(Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(listener);
    // It fails for no name and target that exist.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// The first element of the page that this selects.
pub(super) fn first(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok()?
}

/// All elements of the document that this selects.
pub(in crate::blog) fn all(document: &Document, selector: &str) -> Vec<Element> {
    let Ok(found) = document.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect()
}

/// The nearest element around the target of this event, or that target itself, which this
/// selects.
pub(super) fn around_target(event: &Event, selector: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok()?
}
