//! A page's entry in search engines and previews: title, description,
//! canonical address, Open Graph.

use super::title::PageTitle;
use crate::blog::api::SiteFacts;
use leptos::prelude::*;
use leptos_meta::{Link, Meta};

/// What a page says of itself.
pub(super) struct PageMeta {
    /// None for the home page, which has the site's own.
    pub(super) title: Option<String>,
    pub(super) description: String,
    /// Begins with a slash.
    pub(super) path: String,
    /// `article` for a post, else `website`.
    pub(super) kind: &'static str,
    /// The path of an image.
    pub(super) image: Option<String>,
    /// The day it was published.
    pub(super) published: Option<String>,
}

/// The elements for the document's head.
pub(super) fn page_meta(site: &SiteFacts, page: PageMeta) -> impl IntoView + use<> {
    let name = page
        .title
        .clone()
        .unwrap_or_else(|| site.info.title.clone());
    let title = match page.title {
        Some(title) => format!("{title} · {}", site.info.title),
        None => site.info.title.clone(),
    };
    let address = format!("{}{}", site.url, page.path);
    let image = page.image.map(|path| {
        let address = format!("{}{path}", site.url);
        view! { <Meta property="og:image" content=address /> }
    });
    let published = page
        .published
        .map(|day| view! { <Meta property="article:published_time" content=day /> });
    view! {
        <PageTitle text=title />
        <Meta name="description" content=page.description.clone() />
        <Link rel="canonical" href=address.clone() />
        <Meta property="og:type" content=page.kind />
        <Meta property="og:site_name" content=site.info.title.clone() />
        <Meta property="og:title" content=name />
        <Meta property="og:description" content=page.description />
        <Meta property="og:url" content=address />
        {image}
        {published}
    }
}
