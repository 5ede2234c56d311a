//! A page's entry in search engines and previews: title, description,
//! canonical address, Open Graph.

use crate::blog::{content::PreviewImage, language::open_graph_locale, server::Site};
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
    pub(super) image: Option<&'a PreviewImage>,
    /// The day it was published.
    pub(super) published: Option<&'a str>,
}

/// An image that is smaller is drawn beside the text of a preview, and not above it: X draws
/// none larger than this there (X, "Summary Card with Large Image").
const MIN_LARGE_SIZE: (usize, usize) = (300, 157);

/// The elements for the head of a page that describes itself so. All but the title
/// have the attribute `data-page`, by which the next page's replace them.
///
/// What is an address of the page is left out where nobody said which address the site has.
pub(super) fn head(site: &Site, page: Description) -> String {
    let Site { content, url, .. } = site;
    let site_title = &content.site().title;
    let title = match page.title {
        Some(title) => document_title(site, title),
        None => site_title.clone(),
    };
    let name = page.title.unwrap_or(site_title).to_owned();
    let locale = open_graph_locale(&content.site().language);
    let address = url.as_ref().map(|url| format!("{url}{}", page.path));
    let canonical = address
        .clone()
        .map(|address| view! { <link href=address rel="canonical" data-page="" /> });
    // Previews fetch it from elsewhere: a path is nothing to them.
    let image = url.as_deref().zip(page.image);
    let card = match image {
        Some((_, image)) if is_large(image) => "summary_large_image",
        _ => "summary",
    };
    let image = image.map(|(url, image)| {
        let PreviewImage {
            path,
            alt,
            width,
            height,
        } = image.clone();
        view! {
            {property("og:image", format!("{url}{path}"))}
            {alt.map(|alt| property("og:image:alt", alt))}
            {property("og:image:width", width.to_string())}
            {property("og:image:height", height.to_string())}
        }
    });
    let elements = view! {
        <title>{title}</title>
        <meta name="description" content=page.text.to_owned() data-page="" />
        {canonical}
        {property("og:type", page.kind.to_owned())}
        {property("og:site_name", site_title.clone())}
        {property("og:locale", locale)}
        {property("og:title", name)}
        {property("og:description", page.text.to_owned())}
        {address.map(|address| property("og:url", address))}
        {image}
        {page.published.map(|day| property("article:published_time", day.to_owned()))}
        <meta name="twitter:card" content=card data-page="" />
    };
    elements.to_html()
}

/// An element of the Open Graph protocol. `view!` knows no such attribute.
fn property(property: &'static str, content: String) -> impl IntoView {
    let element = html::meta().attr("property", property);
    element.attr("content", content).attr("data-page", "")
}

fn is_large(image: &PreviewImage) -> bool {
    let (width, height) = MIN_LARGE_SIZE;
    image.width >= width && image.height >= height
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
