//! Where the counting routes are, as the page says it, and what its console is told where they
//! answer that they count nothing, or are not there.
//!
//! It is begun by the components for other applications. The blog, whose server has these
//! routes at its root, begins none of it, and its build leaves all of this out.

use leptos::prelude::document;
use std::cell::Cell;
use wasm_bindgen::JsValue;
use web_sys::console;

/// What a developer reads where a 404 is not the counter's.
const MISSING: &str = "view-counter: the counting routes are missing; \
    merge view_counter::router(counter) into the server's routes, \
    and write <CounterMeta/> into the head if it has a prefix";

thread_local! {
    /// The prefix of the routes; none until a component asks for it.
    static PREFIX: Cell<Option<&'static str>> = const { Cell::new(None) };
    /// Readers try again and again, and the console is told once.
    static IS_MISSING_SAID: Cell<bool> = const { Cell::new(false) };
}

/// Reads where the routes are, once for the page.
pub(super) fn find() {
    if PREFIX.get().is_none() {
        let html = document().document_element();
        let meta = html.and_then(|it| it.query_selector("meta[name=view-counter-prefix]").ok()?);
        let prefix = meta.and_then(|it| it.get_attribute("content"));
        // It is one for as long as the page lives.
        PREFIX.set(Some(prefix.unwrap_or_default().leak()));
    }
}

/// The path of a route as this page has to ask for it.
pub(super) fn under_prefix(mut path: String) -> String {
    if let Some(prefix) = PREFIX.get() {
        path.insert_str(0, prefix);
    }
    path
}

/// Says in the console why nothing is counted, if that is why the answer has this status: in
/// the words of its `error`, if it has any.
pub(super) fn explain(status: u16, error: Option<JsValue>) {
    if PREFIX.get().is_none() {
        return;
    }
    match (status, error) {
        (400..=428, Some(error)) => console::error_1(&error),
        (404, None) if !IS_MISSING_SAID.replace(true) => {
            console::error_1(&JsValue::from_str(MISSING));
        }
        _ => {}
    }
}
