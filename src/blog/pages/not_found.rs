//! The page for an address that is nothing.

use super::title::PageTitle;
use crate::blog::{api::SiteFacts, layout::SiteResource};
use leptos::prelude::*;
use leptos_meta::Meta;

/// Shown, with the status 404, where no route matches.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let site = expect_context::<SiteResource>();
    view! {
        <Suspense>
            {move || Suspend::new(async move { not_found(&site.get().await) })}
        </Suspense>
    }
}

/// The page itself, for a route whose post or tag does not exist too.
pub(super) fn not_found(site: &SiteFacts) -> impl IntoView + use<> {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    view! {
        <PageTitle text=format!("Not found · {}", site.info.title) />
        <Meta name="robots" content="noindex" />
        <div class="page">
            <p class="missing-number" aria-hidden="true">
                "0"
            </p>
            <h1>"Nobody is reading this page, and nobody ever has"</h1>
            <div class="prose">
                <p>
                    "There is nothing at this address. The post may have been renamed, or the link mistyped."
                </p>
                <p>
                    <a href="/">"All posts"</a>
                </p>
            </div>
        </div>
    }
}
