//! What the browser loads for the blog.

use view_counter::blog::browser;
use wasm_bindgen::prelude::wasm_bindgen;

/// Brings the server's page alive.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    browser::bring_alive();
}
