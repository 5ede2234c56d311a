//! The document, and the routes.

use crate::places;
use leptos::prelude::*;
use leptos_router::{
    components::{A, ParentRoute, Route, Router, Routes},
    path,
};
use view_counter::{CounterMeta, OptOut};

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <title>"Placements"</title>
                <link rel="icon" href="data:," />
                <CounterMeta />
                <HydrationScripts options />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The slug that the pages show, which a button changes.
#[derive(Clone, Copy)]
pub(crate) struct Shown(pub(crate) RwSignal<String>);

#[component]
pub fn App() -> impl IntoView {
    let shown = RwSignal::new("one".to_owned());
    provide_context(Shown(shown));
    view! {
        <Router>
            <header>
                <A href="/">"Home"</A>
                <button on:click=move |_| shown.set("two".to_owned())>"Two"</button>
            </header>
            <main>
                <Routes fallback=|| view! { <h1>"Not found"</h1> }>
                    <Route path=path!("/") view=places::Home />
                    <Route path=path!("/texts") view=places::Texts />
                    <Route path=path!("/elements") view=places::Elements />
                    <Route path=path!("/closures") view=places::Closures />
                    <Route path=path!("/again") view=places::Again />
                    <Route path=path!("/options") view=places::Options />
                    <Route path=path!("/show") view=places::Toggled />
                    <Route path=path!("/for") view=places::List />
                    <Route path=path!("/suspense") view=places::Awaited />
                    <Route path=path!("/any") view=places::Erased />
                    <Route path=path!("/hooks") view=places::Hooks />
                    <ParentRoute path=path!("/outlet") view=places::Outer>
                        <ParentRoute path=path!("inner") view=places::Inner>
                            <Route path=path!("leaf") view=places::Leaf />
                        </ParentRoute>
                    </ParentRoute>
                    <ParentRoute path=path!("/together") view=places::Around>
                        <Route path=path!("") view=places::Together />
                    </ParentRoute>
                    <Route path=path!("/posts/:slug") view=places::Post />
                </Routes>
            </main>
        </Router>
        <OptOut />
    }
}
