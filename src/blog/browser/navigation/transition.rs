//! How one page takes the place of another on the screen.

use gloo_timers::callback::Timeout;
use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A browser that draws nothing begins no transition: after this time, in milliseconds, the page
/// is changed without one.
const BEGIN_TIMEOUT_MS: u32 = 200;

/// Changes the page: in a view transition where the browser has one and its user has nothing
/// against motion, otherwise at once.
pub(super) fn change(change: impl FnOnce() + 'static) {
    let document = document();
    let start = Reflect::get(&document, &"startViewTransition".into());
    let start = start
        .ok()
        .and_then(|start| start.dyn_into::<Function>().ok());
    let Some(start) = start.filter(|_| !reduces_motion() && !document.hidden()) else {
        return change();
    };
    // Whoever comes first.
    let change: Rc<Change> = Rc::new(Cell::new(Some(Box::new(change))));
    let later = Rc::clone(&change);
    Timeout::new(BEGIN_TIMEOUT_MS, move || run(&later)).forget();
    let begin = Closure::once_into_js(move || run(&change));
    let ready = start
        .call1(&document, &begin)
        .and_then(|transition| Reflect::get(&transition, &"ready".into()));
    if let Some(ready) = ready
        .ok()
        .and_then(|ready| ready.dyn_into::<Promise>().ok())
    {
        spawn_local(async move {
            // It is rejected where the transition is skipped, which is nobody's mistake.
            let _ = JsFuture::from(ready).await;
        });
    }
}

/// What is still to be done, if it is.
type Change = Cell<Option<Box<dyn FnOnce()>>>;

fn run(change: &Change) {
    if let Some(change) = change.take() {
        change();
    }
}

fn reduces_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
