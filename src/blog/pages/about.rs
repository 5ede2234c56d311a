//! The page about the site.

use super::{WithBody, prose::prose_page, unavailable};
use crate::blog::{api, layout::SiteResource};
use leptos::{either::Either, prelude::*};

/// The content folder's `about.md`.
#[component]
pub(crate) fn AboutPage() -> impl IntoView {
    let site = expect_context::<SiteResource>();
    let about = Resource::new_blocking(|| (), async |()| api::about().await.map(WithBody::from));
    let page = move || {
        Suspend::new(async move {
            let site = site.get().await;
            match about.await {
                Ok(WithBody { page, body }) => {
                    let (title, description) = (page.title, page.description);
                    Either::Left(prose_page(&site, title, description, "/about", body))
                }
                Err(error) => Either::Right(unavailable(error)),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}
