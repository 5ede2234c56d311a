//! A page of which only islands come alive.

use leptos::prelude::*;
use view_counter::{LiveVisitors, ViewCounter};

/// Where the page is.
pub const PATH: &str = "/island";

/// A counter and the site's visitors, between texts.
#[island]
fn Numbers(slug: String) -> impl IntoView {
    let slug = RwSignal::new(slug);
    let is_shown = RwSignal::new(true);
    view! {
        <button on:click=move |_| slug.set("two".to_owned())>"Two"</button>
        <button on:click=move |_| is_shown.set(false)>"Remove"</button>
        "Read: "
        <Show when=move || is_shown.get()>
            <ViewCounter slug />
            ", here: "
            <LiveVisitors />
        </Show>
        "."
    }
}

/// The document with the island in it.
#[cfg(feature = "ssr")]
pub fn page(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <title>"An island"</title>
                <link rel="icon" href="data:," />
                <HydrationScripts options islands=true />
            </head>
            <body>
                <a href="/">"Home"</a>
                <h1>"Island"</h1>
                <Numbers slug="one".to_owned() />
            </body>
        </html>
    }
}
