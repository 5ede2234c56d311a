//! The document and the routes. In the browser it is `browser` that takes
//! over from here.

use super::{layout::Layout, model::SiteInfo, pages};
use crate::web::site_files::AssetPaths;
use leptos::{prelude::*, tachys::html::InertElement};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};

/// The document around the application, with what the page has in its head, and at the
/// end the [`loading_scripts`]: what is found there is not fetched while the page itself
/// still comes.
pub(super) fn shell(
    assets: &AssetPaths,
    site: &SiteInfo,
    loading_scripts: &str,
    page_head: &str,
) -> impl IntoView + use<> {
    let style = assets.style.clone();
    let language = site.language.clone();
    let title = site.title.clone();
    let head = InertElement::new(page_head.to_owned());
    let at_last = InertElement::new(loading_scripts.to_owned());
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
                <link rel="alternate" type="application/atom+xml" title=title href="/feed.xml" />
                {head}
            </head>
            <body>
                <App />
                {at_last}
            </body>
        </html>
    }
}

/// What loads the application in the browser, as HTML. Nothing in it depends on the
/// page, so that it is made once; and it has no nonce.
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
    view! {
        <Router>
            <Layout>
                <FlatRoutes fallback=RoutedPage>
                    // Async: the document is whole when it is sent, for those
                    // who read it without JavaScript and for search engines,
                    // and its status is known.
                    <Route path=path!("/") view=RoutedPage ssr=SsrMode::Async />
                    <Route path=path!("/page/:number") view=RoutedPage ssr=SsrMode::Async />
                    <Route path=path!("/posts/:slug") view=RoutedPage ssr=SsrMode::Async />
                    <Route path=path!("/tags/:tag") view=RoutedPage ssr=SsrMode::Async />
                    <Route
                        path=path!("/tags/:tag/page/:number")
                        view=RoutedPage
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("/about") view=RoutedPage ssr=SsrMode::Async />
                    <Route path=path!("/privacy") view=RoutedPage ssr=SsrMode::Async />
                </FlatRoutes>
            </Layout>
        </Router>
    }
}

/// The page that the server is answering with: it was made before the document around
/// it, whose head needs it. Where no route matches it is the one that says so.
#[component]
fn RoutedPage() -> impl IntoView {
    let body = use_context::<pages::Page>().map(|page| page.html.body);
    InertElement::new(body.unwrap_or_default())
}
