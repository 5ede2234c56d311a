//! Light and dark. The theme follows the system until the reader chooses one,
//! and the choice is stored in the browser.

#[cfg(feature = "hydrate")]
pub(super) use browser::listen;
#[cfg(feature = "ssr")]
use leptos::prelude::*;

/// Where the choice is stored.
#[cfg(feature = "hydrate")]
const STORAGE_KEY: &str = "theme";

/// Applies a stored choice; runs in the document's head, after the colours of the
/// browser's own frame. There is one for each theme, and of those the chosen one
/// holds whatever the system says.
#[cfg(feature = "ssr")]
pub(super) const APPLY_STORED: &str = r#"try{const t=localStorage.getItem("theme");if(t==="light"||t==="dark"){document.documentElement.dataset.theme=t;for(const m of document.querySelectorAll("meta[data-theme]"))m.setAttribute("media",m.dataset.theme===t?"all":"not all")}}catch{}"#;

/// The button that changes between light and dark.
#[cfg(feature = "ssr")]
#[component]
pub(super) fn ThemeToggle() -> impl IntoView {
    view! {
        <button
            type="button"
            class="theme-toggle"
            aria-label="Switch between light and dark"
        >
            <svg
                viewBox="0 0 24 24"
                width="20"
                height="20"
                aria-hidden="true"
                focusable="false"
            >
                <g class="theme-toggle-sun">
                    <circle cx="12" cy="12" r="4.25"></circle>
                    <path d="M12 2.5V5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3l1.75 1.75M16.95 16.95l1.75 1.75M5.3 18.7l1.75-1.75M16.95 7.05l1.75-1.75"></path>
                </g>
                <path
                    class="theme-toggle-moon"
                    d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z"
                ></path>
            </svg>
        </button>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::STORAGE_KEY;
    use crate::blog::browser::on;
    use leptos::prelude::{document, window};
    use wasm_bindgen::JsCast;
    use web_sys::Element;

    /// Makes the button do what it says.
    pub(in crate::blog) fn listen() {
        if let Ok(Some(button)) = document().query_selector(".theme-toggle") {
            on(&button, "click", |_| toggle());
        }
    }

    /// Shows the other theme, and remembers it where the browser allows.
    fn toggle() {
        let Some(root) = document().document_element() else {
            return;
        };
        let prefers_dark = window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches());
        let is_dark = match root.get_attribute("data-theme") {
            Some(chosen) => chosen == "dark",
            None => prefers_dark,
        };
        let theme = if is_dark { "light" } else { "dark" };
        let _ = root.set_attribute("data-theme", theme);
        colour_frame(theme);
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(STORAGE_KEY, theme);
        }
    }

    /// Gives the browser's own frame the colour of this theme.
    fn colour_frame(theme: &str) {
        let Ok(colours) = document().query_selector_all("meta[data-theme]") else {
            return;
        };
        for i in 0..colours.length() {
            if let Some(colour) = colours.item(i).and_then(|c| c.dyn_into::<Element>().ok()) {
                let is_chosen = colour.get_attribute("data-theme").as_deref() == Some(theme);
                let _ = colour.set_attribute("media", if is_chosen { "all" } else { "not all" });
            }
        }
    }
}
