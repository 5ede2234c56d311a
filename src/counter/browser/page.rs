//! What the browser says of the page as a whole.

use super::{exclusion, json, reader::Reader};
use crate::counter::lifecycle::{Event, Millis};
use leptos::prelude::{document, window};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{EventTarget, VisibilityState};

/// Begins to tell the readers of the page what happens to it; once.
pub(super) fn listen() {
    thread_local! {
        static LISTENING: Cell<bool> = const { Cell::new(false) };
    }
    if LISTENING.replace(true) {
        return;
    }
    on(&document(), "visibilitychange", |_| tell_visibility());
    on(&document(), "prerenderingchange", |_| tell_visibility());
    on(&window(), "online", |_| Reader::tell_all(&Event::Online));
    on(&window(), "pagehide", |_| {
        Reader::tell_all(&Event::PageHide)
    });
    on(&window(), "pageshow", |event| {
        if is_truthy(&event, "persisted") {
            // Another tab may have decided while this one was in the cache.
            Reader::tell_all(&Event::Role(exclusion::role()));
            Reader::tell_all(&Event::PageRestored);
        }
    });
    // Another tab decided.
    on(&window(), "storage", |_| {
        Reader::tell_all(&Event::Role(exclusion::role()));
    });
}

/// Whether somebody can see the page: its tab is in front, and it is not being
/// prerendered for a visit that may never come.
pub(super) fn is_visible() -> bool {
    let document = document();
    document.visibility_state() == VisibilityState::Visible && !is_truthy(&document, "prerendering")
}

/// Whether the browser asks every site not to track its user: Global Privacy
/// Control or Do Not Track. Not every browser says so in its handshakes too.
pub(super) fn asks_for_privacy() -> bool {
    let navigator = window().navigator();
    is_truthy(&navigator, "globalPrivacyControl")
        || json::field(&navigator, "doNotTrack").is_some_and(|value| value == "1")
}

/// Whether a program drives the browser: a test, or a crawler that is one.
pub(super) fn is_driven() -> bool {
    is_truthy(&window().navigator(), "webdriver")
}

/// The time since the page began.
pub(super) fn now() -> Millis {
    window().performance().map_or(0.0, |p| p.now()) as Millis
}

/// Fills `bytes` from the browser's secure source; `None` if it has none.
pub(super) fn fill_with_random(bytes: &mut [u8]) -> Option<()> {
    let crypto = window().crypto().ok()?;
    crypto.get_random_values_with_u8_array(bytes).ok()?;
    Some(())
}

/// Whether this object has a property of this name that is true. Not all browsers have each.
fn is_truthy(object: &JsValue, name: &str) -> bool {
    json::field(object, name).is_some_and(|value| value.is_truthy())
}

fn tell_visibility() {
    Reader::tell_all(&if is_visible() {
        Event::Visible
    } else {
        Event::Hidden
    });
}

/// Listens for as long as the page lives.
fn on(target: &EventTarget, name: &str, listener: impl Fn(web_sys::Event) + 'static) {
    let closure = Closure::<dyn Fn(web_sys::Event)>::new(listener);
    // It fails for no name and target that exist; and without it the counter
    // is merely less exact.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}
