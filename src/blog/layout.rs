//! What every page has: the header, the main landmark and the footer.

use super::{
    model::NavigationLink,
    page_path::{EXTERNAL, is_page},
    server::Site,
    theme::ThemeToggle,
};
use leptos::{either::Either, prelude::*};
use leptos_router::hooks::use_location;

/// Wraps a page.
#[component]
pub(super) fn Layout(children: Children) -> impl IntoView {
    let site = use_context::<Site>().map(|site| site.content.site().clone());
    let site = site.unwrap_or_default();
    let header = site_header(site.title, site.navigation);
    let footer = site_footer(site.author);
    view! {
        <a class="skip-link" href="#_main" rel=EXTERNAL>
            "Skip to content"
        </a>
        <header class="site-header">
            {header}
            <ThemeToggle />
        </header>
        // No heading has such an id: theirs have no underscore.
        <main id="_main" tabindex="-1">
            {children()}
        </main>
        <footer class="site-footer">{footer}</footer>
    }
}

fn site_header(title: String, navigation: Vec<NavigationLink>) -> impl IntoView {
    let links: Vec<_> = navigation
        .into_iter()
        .map(|l| view! { <li>{navigation_link(l)}</li> })
        .collect();
    view! {
        <a href="/" class="site-title" aria-current=current("/")>
            {title}
        </a>
        <nav class="site-nav" aria-label="Site">
            <ul>{links}</ul>
        </nav>
    }
}

fn navigation_link(link: NavigationLink) -> impl IntoView {
    if is_page(&link.href) {
        let current = current(&link.href);
        Either::Left(view! {
            <a href=link.href aria-current=current>
                {link.label}
            </a>
        })
    } else {
        Either::Right(view! {
            <a href=link.href rel=EXTERNAL>
                {link.label}
            </a>
        })
    }
}

/// The `aria-current` of a link to this page, if it is the one that is shown. After a
/// navigation it is `arrival` that says so.
fn current(page: &str) -> Option<&'static str> {
    let path = use_location().pathname;
    (path.get_untracked() == page).then_some("page")
}

fn site_footer(author: String) -> impl IntoView {
    view! {
        <p>{author}</p>
        <div>
            <p>
                "This site stores nothing about you: no cookie, no address, no profile. A view is one number, plus one."
            </p>
            <p class="site-footer-links">
                <a href="/privacy" aria-current=current("/privacy")>
                    "Privacy"
                </a>
                <a href="/feed.xml" rel=EXTERNAL>
                    "Feed"
                </a>
            </p>
        </div>
    }
}
