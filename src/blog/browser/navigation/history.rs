//! The browser's history, which is the only one. In each entry it keeps where the page stood
//! when it was left.

use super::address::Address;
use js_sys::{Object, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::{History, ScrollRestoration};

/// How a page gets into the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// As a new entry, behind the present one.
    New,
    /// In place of the present entry.
    Same,
    /// It is the present entry: the browser went there.
    Present,
}

/// Makes this address the present one, in this way; returns whether it is. Safari refuses more
/// than a hundred in half a minute.
pub(super) fn enter(entry: Entry, address: &Address) -> bool {
    let Some(history) = history() else {
        return false;
    };
    let text = address.to_text();
    let entered = match entry {
        Entry::New => history.push_state_with_url(&JsValue::NULL, "", Some(&text)),
        Entry::Same => history.replace_state_with_url(&JsValue::NULL, "", Some(&text)),
        // The server may have sent us on to another.
        Entry::Present if *address != Address::current() => {
            let state = history.state().unwrap_or_default();
            history.replace_state_with_url(&state, "", Some(&text))
        }
        Entry::Present => Ok(()),
    };
    entered.is_ok()
}

/// Has the browser load this address, in this way.
pub(super) fn load(entry: Entry, address: &Address) {
    let location = window().location();
    let _ = match entry {
        Entry::New => location.assign(&address.to_text()),
        // To load an address with a fragment that is the present one would only go there.
        Entry::Same | Entry::Present => location.reload(),
    };
}

/// Writes down in the present entry where its page stands.
pub(super) fn keep_place() {
    let (window, state) = (window(), Object::new());
    let number = |value: Result<f64, JsValue>| value.unwrap_or_default().into();
    let _ = Reflect::set(&state, &"x".into(), &number(window.scroll_x()));
    let _ = Reflect::set(&state, &"y".into(), &number(window.scroll_y()));
    if let Some(history) = history() {
        // Where that is refused, the page is found where it stood before.
        let _ = history.replace_state(&state, "");
    }
}

/// Where the page of the present entry stood when it was left, if it was.
pub(super) fn kept_place() -> Option<(f64, f64)> {
    let state = history()?.state().ok()?;
    let number = |name: &str| Reflect::get(&state, &name.into()).ok()?.as_f64();
    Some((number("x")?, number("y")?))
}

/// Whether the browser is to move a page itself to where it stood. It does so before the page
/// is there; so only where it loads one.
pub(super) fn restore_by_browser(by_browser: bool) {
    if let Some(history) = history() {
        let _ = history.set_scroll_restoration(if by_browser {
            ScrollRestoration::Auto
        } else {
            ScrollRestoration::Manual
        });
    }
}

fn history() -> Option<History> {
    window().history().ok()
}
