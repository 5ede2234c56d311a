//! `<OptOut/>`: lets a site's owner leave a browser out of the counts, by
//! opening any page with `#ignore-me` at the end of its address.
//!
//! It asks first. Anyone can put such an address into a link, and nobody is to
//! be left out by following one.

#[cfg(feature = "hydrate")]
pub use super::browser::notice::Notice;
#[cfg(feature = "hydrate")]
use super::browser::notice::fill;
use leptos::{html, prelude::*};

/// The notice, to be placed once, anywhere on every page. It shows nothing
/// unless it was asked for, or this browser is left out; then it also undoes
/// that.
///
/// The decision is kept in the browser's local storage, under
/// `view-counter-ignore-me`, and only there.
///
/// ```
/// use leptos::prelude::*;
/// use view_counter::OptOut;
///
/// #[component]
/// fn Layout(children: Children) -> impl IntoView {
///     view! {
///         <main>{children()}</main>
///         <OptOut />
///     }
/// }
/// ```
#[component]
pub fn OptOut() -> impl IntoView {
    let element = NodeRef::<html::Aside>::new();
    fill(element);
    view! {
        <aside
            class="opt-out"
            aria-label="Counting this browser"
            aria-describedby="opt-out-text"
            tabindex="-1"
            hidden
            node_ref=element
        />
    }
}

/// A server knows no browser.
#[cfg(not(feature = "hydrate"))]
fn fill(_: NodeRef<html::Aside>) {}
