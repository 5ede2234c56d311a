//! What every page has: the header, the main landmark and the footer.

use super::{
    api::{self, SiteFacts},
    model::NavigationLink,
    theme::ThemeToggle,
};
use leptos::{either::Either, html, prelude::*};
use leptos_meta::Link;
use leptos_router::{components::A, hooks::use_location};

/// The site's facts, asked once and shared by all pages.
#[derive(Clone, Copy)]
pub(super) struct SiteResource(Resource<Result<SiteFacts, ServerFnError>>);

impl SiteResource {
    /// The facts, when they are known; empty ones if they cannot be had.
    pub(super) async fn get(self) -> SiteFacts {
        self.0.await.unwrap_or_else(|_| SiteFacts {
            info: super::model::SiteInfo {
                title: String::new(),
                description: String::new(),
                author: String::new(),
                language: String::new(),
                navigation: Vec::new(),
            },
            url: String::new(),
        })
    }
}

/// Wraps a page.
#[component]
pub(super) fn Layout(children: Children) -> impl IntoView {
    let site = SiteResource(Resource::new_blocking(|| (), |()| api::site()));
    provide_context(site);
    let main = NodeRef::<html::Main>::new();
    focus_on_navigation(main);
    view! {
        <a class="skip-link" href="#_main" rel="external">
            "Skip to content"
        </a>
        <header class="site-header">
            <Suspense>
                {move || Suspend::new(async move { site_header(site.get().await) })}
            </Suspense>
            <ThemeToggle />
        </header>
        // No heading has such an id: theirs have no underscore.
        <main id="_main" tabindex="-1" node_ref=main>
            {children()}
        </main>
        <footer class="site-footer">
            <Suspense>
                {move || Suspend::new(async move { site_footer(site.get().await) })}
            </Suspense>
        </footer>
    }
}

fn site_header(site: SiteFacts) -> impl IntoView {
    let links: Vec<_> = site
        .info
        .navigation
        .into_iter()
        .map(|l| view! { <li>{navigation_link(l)}</li> })
        .collect();
    view! {
        <Link
            rel="alternate"
            type_="application/atom+xml"
            title=site.info.title.clone()
            href="/feed.xml"
        />
        <A href="/" attr:class="site-title" exact=true>
            {site.info.title}
        </A>
        <nav class="site-nav" aria-label="Site">
            <ul>{links}</ul>
        </nav>
    }
}

/// Only pages of the application are navigated to by it; the feed and other
/// sites are the browser's.
fn navigation_link(link: NavigationLink) -> impl IntoView {
    let is_page = matches!(link.href.as_str(), "/" | "/about")
        || ["/posts/", "/tags/"]
            .iter()
            .any(|p| link.href.starts_with(p));
    if is_page {
        Either::Left(view! {
            <A href=link.href exact=true>
                {link.label}
            </A>
        })
    } else {
        Either::Right(view! {
            <a href=link.href rel="external">
                {link.label}
            </a>
        })
    }
}

fn site_footer(site: SiteFacts) -> impl IntoView {
    view! {
        <p>{site.info.author}</p>
        <div>
            <p>
                "This site stores nothing about you: no cookie, no address, no profile. A view is one number, plus one."
            </p>
            <p>
                <a href="/feed.xml" rel="external">
                    "Feed"
                </a>
            </p>
        </div>
    }
}

/// After a navigation within the site, the keyboard and a screen reader go on
/// from the new page's beginning, as after a load.
fn focus_on_navigation(main: NodeRef<html::Main>) {
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path)
            && let Some(main) = main.get_untracked()
        {
            let _ = main.focus();
        }
        path
    });
}
