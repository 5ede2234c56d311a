//! A few recipes, each with how many cook it now and how often it was looked at.

// Leptos' views are types, and those of a page are deep.
#![recursion_limit = "256"]

pub mod app;
#[cfg(feature = "islands")]
pub mod islands;
mod recipe;

#[cfg(feature = "ssr")]
pub use recipe::slugs;

/// Called by the page when it has loaded: brings it alive.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
