//! What every page has: the header, the main landmark and the footer.

use super::{
    model::{NavigationLink, SiteInfo},
    theme::ThemeToggle,
};
use leptos::prelude::*;

/// The page at `path`, with what is around each.
pub(super) fn layout<P: IntoView>(site: &SiteInfo, path: &str, page: P) -> impl IntoView + use<P> {
    let header = site_header(site, path);
    let footer = site_footer(site.author.clone(), path);
    view! {
        <a class="skip-link" href="#_main">
            "Skip to content"
        </a>
        <header class="site-header">
            {header}
            <ThemeToggle />
        </header>
        // No heading has such an id: theirs have no underscore.
        <main id="_main" tabindex="-1">
            {page}
        </main>
        <footer class="site-footer">{footer}</footer>
    }
}

fn site_header(site: &SiteInfo, path: &str) -> impl IntoView + use<> {
    let link = |NavigationLink { href, label }: NavigationLink| {
        let current = current(&href, path);
        view! {
            <li>
                <a href=href aria-current=current>
                    {label}
                </a>
            </li>
        }
    };
    let links: Vec<_> = site.navigation.iter().cloned().map(link).collect();
    view! {
        <a href="/" class="site-title" aria-current=current("/", path)>
            {site.title.clone()}
        </a>
        <nav class="site-nav" aria-label="Site">
            <ul>{links}</ul>
        </nav>
    }
}

/// The `aria-current` of a link to this page, if it is the one at `path`, which is shown.
/// After a navigation it is `arrival` that says so.
fn current(page: &str, path: &str) -> Option<&'static str> {
    (page == path).then_some("page")
}

fn site_footer(author: String, path: &str) -> impl IntoView + use<> {
    view! {
        <p>{author}</p>
        <div>
            <p>
                "This site stores nothing about you: no cookie, no address, no profile. A view is one number, plus one."
            </p>
            <p class="site-footer-links">
                <a href="/privacy" aria-current=current("/privacy", path)>
                    "Privacy"
                </a>
                <a href="/feed.xml">"Feed"</a>
            </p>
        </div>
    }
}
