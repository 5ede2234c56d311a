//! The same as islands, for pages of which only these come alive (feature `islands`).

use leptos::prelude::*;
use view_counter::{LiveVisitors, ViewCounter};

/// The numbers of a recipe.
#[island]
pub fn Views(slug: String) -> impl IntoView {
    view! { <ViewCounter slug /> }
}

/// Everybody on the site.
#[island]
pub fn Everybody() -> impl IntoView {
    view! { <LiveVisitors /> }
}
