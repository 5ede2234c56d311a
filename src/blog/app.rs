//! The document and the routes.

#[cfg(feature = "ssr")]
use super::site_files::AssetPaths;
use super::{
    layout::Layout,
    pages::{AboutPage, HomePage, NotFound, PostPage, PrivacyPage, TagPage},
};
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

/// The document around the application, with the [`loading_scripts`].
#[cfg(feature = "ssr")]
pub(super) fn shell(
    assets: &AssetPaths,
    language: &str,
    loading_scripts: &str,
) -> impl IntoView + use<> {
    use leptos::tachys::html::InertElement;
    use leptos_meta::MetaTags;
    let style = assets.style.clone();
    let language = language.to_owned();
    let loading_scripts = InertElement::new(loading_scripts.to_owned());
    view! {
        <!DOCTYPE html>
        <html lang=language>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta
                    name="theme-color"
                    data-theme="light"
                    media="(prefers-color-scheme: light)"
                    content="#fbfcfb"
                />
                <meta
                    name="theme-color"
                    data-theme="dark"
                    media="(prefers-color-scheme: dark)"
                    content="#111513"
                />
                // Before anything is painted, so that no theme flashes.
                <script inner_html=super::theme::APPLY_STORED />
                <link rel="stylesheet" href=style />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {loading_scripts}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// What loads the application in the browser, as HTML. Nothing in it depends on the
/// page, so that it is made once; and it has no nonce.
#[cfg(feature = "ssr")]
pub(super) fn loading_scripts(options: LeptosOptions, assets: &AssetPaths) -> String {
    let loading_script = assets.loading_script();
    let AssetPaths { script, wasm, .. } = assets.clone();
    Owner::new().with(|| {
        let scripts = view! {
            <AutoReload options />
            // Fetched while the page is read, and behind what it shows.
            <link rel="modulepreload" href=script fetchpriority="low" />
            <link
                rel="preload"
                href=wasm
                r#as="fetch"
                r#type="application/wasm"
                crossorigin=""
                fetchpriority="low"
            />
            <script type="module" inner_html=loading_script />
        };
        scripts.to_html()
    })
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=NotFound>
                    // Async: the document is whole when it is sent, for those
                    // who read it without JavaScript and for search engines,
                    // and its status is known.
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                    <Route path=path!("/posts/:slug") view=PostPage ssr=SsrMode::Async />
                    <Route path=path!("/tags/:tag") view=TagPage ssr=SsrMode::Async />
                    <Route path=path!("/about") view=AboutPage ssr=SsrMode::Async />
                    <Route path=path!("/privacy") view=PrivacyPage ssr=SsrMode::Async />
                </FlatRoutes>
            </Layout>
        </Router>
    }
}
