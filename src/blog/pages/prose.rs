//! The pages that are only a title and prose.

use super::{
    Page,
    head::{Description, head, hidden_head},
};
use crate::blog::{privacy as text, server::Site};
use leptos::prelude::*;

/// The content folder's `about.md`.
pub(super) fn about(site: &Site) -> Page {
    let about = site.content.about();
    let (title, html) = (&about.title, about.html.clone());
    let page = prose_page(site, "/about", title, &about.description, html);
    page.with_images(&about.image_sources)
}

/// What is kept of readers, and where, in this program's own words: every site
/// made with it has this page.
pub(super) fn privacy(site: &Site) -> Page {
    let description = "What this site keeps of its readers, and where.";
    let html = text::html(site.respect_gpc);
    prose_page(site, "/privacy", "Privacy", description, html)
}

fn prose_page(site: &Site, path: &str, title: &str, description: &str, prose: String) -> Page {
    let head = head(
        site,
        Description {
            title: Some(title),
            text: description,
            path,
            kind: "website",
            image: None,
            published: None,
        },
    );
    let body = view! {
        <div class="page">
            <h1>{title.to_owned()}</h1>
            <div class="prose" inner_html=prose></div>
        </div>
    };
    Page::new(head, body)
}

/// The page for an address that is nothing.
pub(super) fn missing(site: &Site) -> Page {
    let head = hidden_head(site, "Not found");
    let body = view! {
        <div class="page">
            <div>
                <h1>"Nobody is reading this page, and nobody ever has"</h1>
                <p class="missing-counts">"0 views, 0 reading now"</p>
            </div>
            <div class="prose">
                <p>
                    "There is nothing at this address. The post may have been renamed, or the link mistyped."
                </p>
                <p>
                    <a href="/">"All posts"</a>
                </p>
            </div>
        </div>
    };
    Page {
        is_missing: true,
        ..Page::new(head, body)
    }
}
