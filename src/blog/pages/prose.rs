//! A page that is only a title and prose.

use super::meta::{PageMeta, page_meta};
use crate::blog::api::SiteFacts;
use leptos::prelude::*;

/// The page with this title at this path; `body` is HTML.
pub(super) fn prose_page(
    site: &SiteFacts,
    title: String,
    description: String,
    path: &str,
    body: String,
) -> impl IntoView + use<> {
    let meta = PageMeta {
        title: Some(title.clone()),
        description,
        path: path.to_owned(),
        kind: "website",
        image: None,
        published: None,
    };
    view! {
        {page_meta(site, meta)}
        <div class="page">
            <h1>{title}</h1>
            <div class="prose" inner_html=body></div>
        </div>
    }
}
