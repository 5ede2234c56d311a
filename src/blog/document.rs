//! The document around a page: its head, the header, the main landmark and the footer, and
//! the scripts that bring it alive.

use super::{language::is_right_to_left, layout::layout, model::SiteInfo, pages::Page};
use crate::web::site_files::AssetPaths;
use leptos::{prelude::*, tachys::html::InertElement};

/// The document with this page in it, which is the one at `path`, and at its end the
/// [`loading_scripts`]: what is found there is not fetched while the page itself still comes.
///
/// The root says what a navigation has to know: which build of the browser's half the page
/// is made for, and whose images it may show beside the site's own. That is what the policy
/// allows with which it was loaded.
pub(super) fn document(
    page: Page,
    path: &str,
    assets: &AssetPaths,
    site: &SiteInfo,
    loading_scripts: &str,
) -> impl IntoView + use<> {
    let style = assets.style.clone();
    let version = assets.version();
    let images = page.image_sources.iter().map(|source| source.as_str());
    let images: Vec<_> = images.collect();
    let images = (!images.is_empty()).then(|| images.join(" "));
    let language = site.language.clone();
    let direction = is_right_to_left(&language).then_some("rtl");
    let title = site.title.clone();
    let head = InertElement::new(page.head);
    let body = layout(site, path, InertElement::new(page.body));
    let at_last = InertElement::new(loading_scripts.to_owned());
    view! {
        <!DOCTYPE html>
        <html lang=language dir=direction data-version=version data-images=images>
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
                // Not every browser draws an SVG here, and no home screen does.
                <link rel="icon" href="/favicon.ico" sizes="32x32" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="alternate" type="application/atom+xml" title=title href="/feed.xml" />
                {head}
            </head>
            <body>
                {body}
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
