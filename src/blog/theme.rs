//! Light and dark. The theme follows the system unless the reader chooses the other one. The
//! choice is stored in the browser, and forgotten with the choice of the system's own theme.

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
    use crate::blog::browser::{all, on};
    use leptos::prelude::{document, window};
    use web_sys::Storage;

    const ATTRIBUTE: &str = "data-theme";
    const LIGHT: &str = "light";
    const DARK: &str = "dark";

    /// Makes the button do what it says, and follows what another tab chooses. A page in the
    /// back/forward cache is not told of that.
    pub(in crate::blog) fn listen() {
        if let Ok(Some(button)) = document().query_selector(".theme-toggle") {
            on(&button, "click", |_| toggle());
        }
        for event in ["storage", "pageshow"] {
            on(&window(), event, |_| {
                if let Some(storage) = storage() {
                    let stored = storage.get_item(STORAGE_KEY).ok().flatten();
                    show(match stored.as_deref() {
                        Some(DARK) => Some(DARK),
                        Some(LIGHT) => Some(LIGHT),
                        _ => None,
                    });
                }
            });
        }
    }

    /// Where the choice is stored. `None` if the browser stores nothing for this site.
    fn storage() -> Option<Storage> {
        window().local_storage().ok()?
    }

    /// Shows the other theme, and remembers it where the browser allows. The system's own is
    /// no choice: it is followed again.
    fn toggle() {
        let dark_system = window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches());
        let other = if dark_system { LIGHT } else { DARK };
        let shown = document()
            .document_element()
            .and_then(|root| root.get_attribute(ATTRIBUTE));
        let is_other = shown.is_some_and(|shown| shown == other);
        let chosen = (!is_other).then_some(other);
        show(chosen);
        if let Some(storage) = storage() {
            let _ = match chosen {
                Some(theme) => storage.set_item(STORAGE_KEY, theme),
                None => storage.remove_item(STORAGE_KEY),
            };
        }
    }

    /// Shows this theme, or the system's, and gives the browser's own frame its colour.
    fn show(chosen: Option<&'static str>) {
        if let Some(root) = document().document_element() {
            let _ = match chosen {
                Some(theme) => root.set_attribute(ATTRIBUTE, theme),
                None => root.remove_attribute(ATTRIBUTE),
            };
        }
        for colour in all(&document(), "meta[data-theme]") {
            let theme = colour.get_attribute(ATTRIBUTE).unwrap_or_default();
            let media = match chosen {
                None => ["(prefers-color-scheme: ", &theme, ")"].concat(),
                Some(chosen) if chosen == theme => "all".to_owned(),
                Some(_) => "not all".to_owned(),
            };
            let _ = colour.set_attribute("media", &media);
        }
    }
}
