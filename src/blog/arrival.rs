//! What a browser does by itself when a page has loaded, and the application
//! has to do after a navigation: take the page's head over, move the focus, and go
//! to the section.

use leptos::{html, prelude::*};

/// Puts these elements into the document's head, in place of those of the page before:
/// the title, and all that have the attribute `data-page`.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(unused_variables, reason = "a server makes the head with the document")
)]
pub(super) fn replace_head(elements: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let old = document().query_selector_all("head > :is(title, [data-page])");
        let (Ok(old), Some(head)) = (old, document().head()) else {
            return;
        };
        for i in 0..old.length() {
            if let Some(element) = old.item(i) {
                element.unchecked_into::<web_sys::Element>().remove();
            }
        }
        // It fails for no HTML.
        let _ = head.insert_adjacent_html("beforeend", elements);
    }
}

/// After a navigation within the site, the keyboard and a screen reader go on
/// from the new page's beginning, as after a load.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(unused_variables, reason = "only a browser has a focus")
)]
pub(super) fn focus_on_navigation(main: NodeRef<html::Main>) {
    #[cfg(feature = "hydrate")]
    {
        let path = leptos_router::hooks::use_location().pathname;
        Effect::new(move |before: Option<String>| {
            let path = path.get();
            if before.is_some_and(|before| before != path)
                && let Some(main) = main.get_untracked()
            {
                // Where the page stands is the browser's: going back returns there.
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(true);
                let _ = main.focus_with_options(&options);
            }
            path
        });
    }
}

/// Goes to the section that the address names, once the text it is in is here.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(unused_variables, reason = "only a browser scrolls")
)]
pub(super) fn go_to_section(text: NodeRef<html::Div>) {
    #[cfg(feature = "hydrate")]
    {
        // The router's: the address bar may still name the page before.
        let hash = leptos_router::hooks::use_location().hash;
        Effect::new(move |_| {
            text.get()?;
            let hash = hash.get_untracked();
            let id = js_sys::decode_uri_component(hash.trim_start_matches('#')).ok()?;
            // The text exists, and is put into the document before the next frame.
            request_animation_frame(move || {
                if let Some(section) = document().get_element_by_id(&String::from(id)) {
                    section.scroll_into_view();
                }
            });
            Some(())
        });
    }
}
