//! The browser's history, which is the only one. Each entry has the scroll position at which its
//! page was left.

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

/// Saves the scroll position in the present entry.
pub(super) fn save_scroll_position() {
    let (window, state) = (window(), Object::new());
    let number = |value: Result<f64, JsValue>| value.unwrap_or_default().into();
    let _ = Reflect::set(&state, &"x".into(), &number(window.scroll_x()));
    let _ = Reflect::set(&state, &"y".into(), &number(window.scroll_y()));
    if let Some(history) = history() {
        // Where that is refused, the page is found where it stood before.
        let _ = history.replace_state(&state, "");
    }
}

/// The scroll position (x, y) that is saved in the present entry, in CSS pixels; `None` if there
/// is none.
pub(super) fn saved_scroll_position() -> Option<(f64, f64)> {
    let state = history()?.state().ok()?;
    let number = |name: &str| Reflect::get(&state, &name.into()).ok()?.as_f64();
    Some((number("x")?, number("y")?))
}

/// Sets whether the browser restores scroll positions itself. It does so before the page has
/// come, so it may only where it loads one.
pub(super) fn set_restored_by_browser(by_browser: bool) {
    if let Some(history) = history() {
        let _ = history.set_scroll_restoration(if by_browser {
            ScrollRestoration::Auto
        } else {
            ScrollRestoration::Manual
        });
    }
}

/// Whether the browser restores the scroll position of the present entry itself.
pub(super) fn is_restored_by_browser() -> bool {
    let restoration = history().and_then(|history| history.scroll_restoration().ok());
    restoration != Some(ScrollRestoration::Manual)
}

fn history() -> Option<History> {
    window().history().ok()
}
