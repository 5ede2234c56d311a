//! What a browser does by itself when a page has loaded, and the application has to do after
//! a navigation: put the page into the document, say which link leads to it, move the focus,
//! go to the section, and have a screen reader say where its user is.

use super::dom::{all, first};
use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, FocusOptions, HtmlElement};

/// The elements of the head that are a page's own, but for the title.
const OF_PAGE: &str = "head > [data-page]";

/// Puts the page of this document into ours, in place of the one that is shown.
pub(super) fn replace_page(new: &Document) {
    let ours = document();
    ours.set_title(&new.title());
    for old in all(&ours, OF_PAGE) {
        old.remove();
    }
    if let Some(head) = ours.head() {
        for element in all(new, OF_PAGE) {
            let _ = head.append_child(&element);
        }
    }
    if let (Some(root), Some(new_root)) = (ours.document_element(), new.document_element()) {
        for name in ["lang", "dir"] {
            let _ = match new_root.get_attribute(name) {
                Some(value) => root.set_attribute(name, &value),
                None => root.remove_attribute(name),
            };
        }
    }
    if let (Some(main), Ok(Some(new_main))) = (first("main"), new.query_selector("main")) {
        let _ = main.replace_with_with_node_1(&new_main);
    }
}

/// Marks the links of the header and the footer that lead to the page at this path,
/// and no others, as the server does.
pub(super) fn mark_current(path: &str) {
    for link in all(&document(), ":is(.site-header, .site-footer) a") {
        let _ = if link.get_attribute("href").as_deref() == Some(path) {
            link.set_attribute("aria-current", "page")
        } else {
            link.remove_attribute("aria-current")
        };
    }
}

/// The element that this fragment of an address names, if there is one.
pub(super) fn section(hash: &str) -> Option<Element> {
    let id = hash.strip_prefix('#').filter(|id| !id.is_empty())?;
    let decoded = js_sys::decode_uri_component(id).ok().map(String::from);
    document().get_element_by_id(decoded.as_deref().unwrap_or(id))
}

/// The keyboard and a screen reader go on from here, as after a load: from the section, or
/// from the page's heading.
pub(super) fn focus(section: Option<&Element>) {
    let place = section.cloned().or_else(|| first("main h1"));
    let Some(place) = place.and_then(|place| place.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    if place.tab_index() < 0 {
        let _ = place.set_attribute("tabindex", "-1");
    }
    // Where the page stands is decided elsewhere.
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = place.focus_with_options(&options);
}

/// Has a screen reader say which page this is. A browser does so after a load; the focus
/// alone says the heading.
pub(super) fn announce_page() {
    announce(&document().title());
}

/// Has a screen reader say this. The same again is heard only if something else was said
/// before, if only nothing.
pub(in crate::blog) fn announce(text: &str) {
    if let Some(region) = first(".announcement") {
        region.set_text_content(Some(text));
    }
}

/// Makes the live region for that, empty until something is to be said: what is put into a
/// page along with its text is not heard everywhere.
pub(super) fn add_live_region() -> Option<()> {
    let region = document().create_element("p").ok()?;
    region.set_class_name("announcement");
    region.set_attribute("role", "status").ok()?;
    document().body()?.append_child(&region).ok()?;
    Some(())
}

/// Says whether the page is about to be replaced. The style sheet shows it after a while.
pub(super) fn set_busy(is_busy: bool) {
    if let Some(main) = first("main") {
        let _ = if is_busy {
            main.set_attribute("aria-busy", "true")
        } else {
            main.remove_attribute("aria-busy")
        };
    }
}

/// Moves the page there, at once.
pub(super) fn scroll_to(x: f64, y: f64) {
    window().scroll_to_with_x_and_y(x, y);
}
