//! What a browser does by itself when a page has loaded, and the application
//! has to do after a navigation: take the page's head over, say which link leads to
//! it, move the focus, and go to the section.

use leptos::prelude::{document, request_animation_frame};
use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement};

/// Puts these elements into the document's head, in place of those of the page before:
/// the title, and all that have the attribute `data-page`.
pub(super) fn replace_head(elements: &str) {
    for old in all("head > :is(title, [data-page])") {
        old.remove();
    }
    if let Some(head) = document().head() {
        // It fails for no HTML.
        let _ = head.insert_adjacent_html("beforeend", elements);
    }
}

/// Marks the links of the header and the footer that lead to the page at this path,
/// and no others, as the server does.
pub(super) fn mark_current(path: &str) {
    for link in all(":is(.site-header, .site-footer) a:not([rel])") {
        let _ = if link.get_attribute("href").as_deref() == Some(path) {
            link.set_attribute("aria-current", "page")
        } else {
            link.remove_attribute("aria-current")
        };
    }
}

/// The keyboard and a screen reader go on from the new page's beginning, as after a
/// load.
pub(super) fn focus(main: &HtmlElement) {
    // Where the page stands is the browser's: going back returns there.
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = main.focus_with_options(&options);
}

/// Goes to the section that this fragment of an address names, if there is one.
pub(super) fn go_to_section(hash: &str) {
    let Ok(id) = js_sys::decode_uri_component(hash.trim_start_matches('#')) else {
        return;
    };
    // The text is laid out before the next frame.
    request_animation_frame(move || {
        if let Some(section) = document().get_element_by_id(&String::from(id)) {
            section.scroll_into_view();
        }
    });
}

/// The elements of the document that this selects.
fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect()
}
