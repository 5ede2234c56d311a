//! What every page has: the header, the main landmark and the footer.

use super::{
    api::{self, SiteFacts},
    arrival::focus_on_navigation,
    model::NavigationLink,
    page_path::{EXTERNAL, is_page},
    theme::ThemeToggle,
};
use crate::counter::opt_out::OptOut;
use leptos::{either::Either, html, prelude::*};
use leptos_meta::Link;
use leptos_router::components::A;

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
        <a class="skip-link" href="#_main" rel=EXTERNAL>
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
        <OptOut />
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

fn navigation_link(link: NavigationLink) -> impl IntoView {
    if is_page(&link.href) {
        Either::Left(view! {
            <A href=link.href exact=true>
                {link.label}
            </A>
        })
    } else {
        Either::Right(view! {
            <a href=link.href rel=EXTERNAL>
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
            <p class="site-footer-links">
                <A href="/privacy">"Privacy"</A>
                <a href="/feed.xml" rel=EXTERNAL>
                    "Feed"
                </a>
            </p>
        </div>
    }
}
