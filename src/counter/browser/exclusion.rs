//! Whether this browser's visits count, as its owner decided. Besides the
//! theme of the blog it is the only thing that is ever stored, and only when
//! asked for.

use super::reader::Reader;
use crate::counter::lifecycle::{Event, Role};
use leptos::prelude::window;
use wasm_bindgen::JsValue;
use web_sys::Storage;

/// Where the decision is stored; there is nothing under it unless this browser
/// is left out.
const KEY: &str = "view-counter-ignore-me";
/// What asks for a decision, at the end of a page's address.
const QUESTION: &str = "ignore-me";

/// What was decided.
pub(crate) fn role() -> Role {
    let stored = storage().and_then(|storage| storage.get_item(KEY).ok()?);
    match stored {
        Some(_) => Role::Watcher,
        None => Role::Reader,
    }
}

/// Whether this fragment of an address asks for a decision.
pub(crate) fn asks(hash: &str) -> bool {
    hash.trim_start_matches('#') == QUESTION
}

/// Whether the address asks for one.
pub(crate) fn address_asks() -> bool {
    window().location().hash().is_ok_and(|hash| asks(&hash))
}

/// Decides for this browser: all its pages of this site, now and later. Returns
/// what is so from then on: where nothing can be stored, nothing can be decided.
pub(crate) fn decide(role: Role) -> Role {
    if let Some(storage) = storage() {
        let _ = match role {
            Role::Watcher => storage.set_item(KEY, "1"),
            Role::Reader => storage.remove_item(KEY),
        };
    }
    take_question_away();
    let decided = self::role();
    Reader::tell_all(&Event::Role(decided));
    decided
}

/// So that a reload does not ask again, nor the address when it is passed on.
fn take_question_away() {
    let (location, history) = (window().location(), window().history());
    if let (Ok(path), Ok(query), Ok(history)) = (location.pathname(), location.search(), history)
        && address_asks()
    {
        let state = history.state().unwrap_or(JsValue::NULL);
        let _ = history.replace_state_with_url(&state, "", Some(&format!("{path}{query}")));
    }
}

/// Some browsers refuse it, in a private window for example.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
