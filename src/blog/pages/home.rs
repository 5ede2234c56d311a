//! The home page: the site's statement and all posts.

use super::{
    meta::{PageMeta, page_meta},
    post_list::post_list,
    unavailable,
};
use crate::blog::{api, layout::SiteResource};
use leptos::{either::Either, prelude::*};

/// All posts, newest first.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let site = expect_context::<SiteResource>();
    let posts = Resource::new_blocking(|| (), |()| api::posts());
    let page = move || {
        Suspend::new(async move {
            let site = site.get().await;
            let meta = PageMeta {
                title: None,
                description: site.info.description.clone(),
                path: "/".into(),
                kind: "website",
                image: None,
                published: None,
            };
            let list = match posts.await {
                Ok(posts) => Either::Left(post_list(posts)),
                Err(error) => Either::Right(unavailable(error)),
            };
            view! {
                {page_meta(&site, meta)}
                <header class="intro">
                    <div class="intro-statement">
                        <h1>{site.info.title}</h1>
                        <p>{site.info.description}</p>
                    </div>
                </header>
                {list}
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}
