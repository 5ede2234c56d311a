//! The counter in each place in which a component of Leptos may stand. Every page is one place;
//! the tests go to each, change the slug, and leave.

// Leptos' views are types, and those of a page are deep.
#![recursion_limit = "256"]

pub mod app;
pub mod islands;
mod places;

/// The posts that are counted.
pub const SLUGS: [&str; 3] = ["one", "two", "three"];

/// Called by the page when it has loaded: hydrates it whole, or its islands alone.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    let path = leptos::prelude::window().location().pathname();
    if path.is_ok_and(|path| path == islands::PATH) {
        leptos::mount::hydrate_islands();
    } else {
        leptos::mount::hydrate_body(app::App);
    }
}
