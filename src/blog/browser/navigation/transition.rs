//! How one page takes the place of another on the screen.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

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
    let change = Closure::once_into_js(change);
    if let Ok(transition) = start.call1(&document, &change) {
        // It is rejected where the transition is skipped, which is nobody's mistake.
        if let Ok(ready) = Reflect::get(&transition, &"ready".into())
            && let Ok(ready) = ready.dyn_into::<Promise>()
        {
            let nothing = Closure::once_into_js(|_: JsValue| {});
            if let Some(nothing) = nothing.dyn_ref::<Function>() {
                let _ = Reflect::get(&ready, &"catch".into())
                    .and_then(|catch| catch.dyn_into::<Function>())
                    .and_then(|catch| catch.call1(&ready, nothing));
            }
        }
    }
}

fn reduces_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
