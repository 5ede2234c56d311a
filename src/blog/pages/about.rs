//! The page about the site.

use super::{
    WithBody,
    meta::{PageMeta, page_meta},
    unavailable,
};
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
                    let meta = PageMeta {
                        title: Some(page.title.clone()),
                        description: page.description,
                        path: "/about".into(),
                        kind: "website",
                        image: None,
                        published: None,
                    };
                    Either::Left(view! {
                        {page_meta(&site, meta)}
                        <div class="page">
                            <h1>{page.title}</h1>
                            <div class="prose" inner_html=body></div>
                        </div>
                    })
                }
                Err(error) => Either::Right(unavailable(error)),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}
