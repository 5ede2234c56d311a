//! The page on privacy: what is kept of readers, and where.

use super::{WithBody, prose::prose_page, unavailable};
use crate::blog::{api, layout::SiteResource};
use leptos::{either::Either, prelude::*};

/// What this program keeps, in its own words: every site made with it has this
/// page.
#[component]
pub(crate) fn PrivacyPage() -> impl IntoView {
    let site = expect_context::<SiteResource>();
    let text = Resource::new_blocking(
        || (),
        async |()| api::privacy().await.map(|body| WithBody::from(((), body))),
    );
    let page = move || {
        Suspend::new(async move {
            let site = site.get().await;
            match text.await {
                Ok(WithBody { page: (), body }) => {
                    let description = "What this site keeps of its readers, and where.".to_owned();
                    let title = "Privacy".to_owned();
                    Either::Left(prose_page(&site, title, description, "/privacy", body))
                }
                Err(error) => Either::Right(unavailable(error)),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}
