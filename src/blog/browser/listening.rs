//! Listeners on elements of the page that nothing takes away.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

/// Listens for as long as the page lives.
pub(in crate::blog) fn on(target: &EventTarget, name: &str, listener: impl Fn(Event) + 'static) {
    let closure = Closure::<dyn Fn(Event)>::new(listener);
    // It fails for no name and target that exist.
    let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
    closure.forget();
}
