//! A page's entry in search engines and previews: title, description,
//! canonical address, Open Graph.

use crate::blog::server::Site;
use leptos::{html, prelude::*};

/// What a page says of itself.
pub(super) struct Description<'a> {
    /// None for the home page, which has the site's own.
    pub(super) title: Option<&'a str>,
    pub(super) text: &'a str,
    /// Begins with a slash.
    pub(super) path: &'a str,
    /// `article` for a post, else `website`.
    pub(super) kind: &'static str,
    /// The path of an image.
    pub(super) image: Option<&'a str>,
    /// The day it was published.
    pub(super) published: Option<&'a str>,
}

/// The elements for the head of a page that describes itself so. All but the title
/// have the attribute `data-page`, by which the next page's replace them.
pub(super) fn head(site: &Site, page: Description) -> String {
    let Site { content, url, .. } = site;
    let site_title = &content.site().title;
    let title = match page.title {
        Some(title) => document_title(site, title),
        None => site_title.clone(),
    };
    let address = format!("{url}{}", page.path);
    // `view!` knows no such attribute.
    let property = |property: &'static str, content: String| {
        let element = html::meta().attr("property", property);
        element.attr("content", content).attr("data-page", "")
    };
    let name = page.title.unwrap_or(site_title).to_owned();
    let elements = view! {
        <title>{title}</title>
        <meta name="description" content=page.text.to_owned() data-page="" />
        <link href=address.clone() rel="canonical" data-page="" />
        {property("og:type", page.kind.to_owned())}
        {property("og:site_name", site_title.clone())}
        {property("og:title", name)}
        {property("og:description", page.text.to_owned())}
        {property("og:url", address)}
        {page.image.map(|path| property("og:image", format!("{url}{path}")))}
        {page.published.map(|day| property("article:published_time", day.to_owned()))}
    };
    elements.to_html()
}

/// The elements for the head of a page that nobody is to be sent to.
pub(super) fn hidden_head(site: &Site, title: &str) -> String {
    let title = document_title(site, title);
    let elements = view! {
        <title>{title}</title>
        <meta name="robots" content="noindex" data-page="" />
    };
    elements.to_html()
}

fn document_title(site: &Site, title: &str) -> String {
    format!("{title} · {}", site.content.site().title)
}
