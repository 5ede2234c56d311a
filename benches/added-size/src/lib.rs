//! A small application as many are: pages of a router, and a server function. With the feature
//! `counter` its posts have a counter, and nothing else is different.

use leptos::prelude::*;
use leptos_router::{
    components::{A, Route, Router, Routes},
    hooks::use_params_map,
    path,
};

/// Called by the page when it has loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}

#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Routes fallback=|| "Not found">
                <Route path=path!("/") view=Home />
                <Route path=path!("/posts/:slug") view=Post />
            </Routes>
        </Router>
    }
}

#[component]
fn Home() -> impl IntoView {
    view! { <A href="/posts/hello">"Hello"</A> }
}

/// The text of a post.
#[server]
async fn text(slug: String) -> Result<String, ServerFnError> {
    Ok(slug)
}

#[component]
fn Post() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    let text = Resource::new(move || slug.get(), text);
    view! {
        <h1>{slug}</h1>
        {counter(slug)}
        <Suspense fallback=|| "…">
            {move || Suspend::new(async move { text.await.unwrap_or_default() })}
        </Suspense>
    }
}

#[cfg(feature = "counter")]
fn counter(slug: Memo<String>) -> impl IntoView {
    view! { <view_counter::ViewCounter slug /> }
}

#[cfg(not(feature = "counter"))]
fn counter(_: Memo<String>) -> impl IntoView {}
