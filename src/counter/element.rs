//! The element of a component: the one thing of it that is a view of Leptos.

use super::component::ReadingState;
use leptos::{html, prelude::*};

/// An element of this class with this HTML in it, as the server writes it and as the browser
/// makes one. It is told to `element`, and holds what the server `asked` for, for the browser to
/// find.
///
/// It is an element, so that hydration finds it whatever is around it. What is in it is no view:
/// the browser's half writes it, and each page loads less for that. The words are English, and
/// run from left to right; a browser that translated them would write over the numbers.
pub(super) fn element(
    class: &'static str,
    asked: Option<String>,
    inner_html: String,
    element: NodeRef<html::Span>,
) -> impl IntoView {
    view! {
        <span
            class=class
            lang="en"
            dir="ltr"
            translate="no"
            data-counts=asked
            data-state=ReadingState::Static.name()
            inner_html=inner_html
            node_ref=element
        ></span>
    }
}
