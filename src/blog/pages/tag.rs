//! The posts of one tag.

use super::{
    meta::{PageMeta, page_meta},
    not_found::not_found,
    post_list::post_list,
    unavailable,
};
use crate::blog::{api, layout::SiteResource};
use leptos::{either::EitherOf3, prelude::*};
use leptos_router::hooks::use_params_map;

/// Posts tagged with the path's last segment.
#[component]
pub(crate) fn TagPage() -> impl IntoView {
    let site = expect_context::<SiteResource>();
    let params = use_params_map();
    let segment = move || params.read().get("tag").unwrap_or_default();
    let tag = Resource::new_blocking(segment, api::tag);
    let page = move || {
        Suspend::new(async move {
            let site = site.get().await;
            match tag.await {
                Ok(Some(page)) => {
                    let name = page.tag.name;
                    let meta = PageMeta {
                        title: Some(format!("Posts tagged {name}")),
                        description: format!("Posts tagged {name} on {}", site.info.title),
                        path: format!("/tags/{}", page.tag.path_segment),
                        kind: "website",
                        image: None,
                        published: None,
                    };
                    EitherOf3::A(view! {
                        {page_meta(&site, meta)}
                        <header class="intro">
                            <h1>{format!("Posts tagged {name}")}</h1>
                        </header>
                        {post_list(page.posts)}
                    })
                }
                Ok(None) => EitherOf3::B(not_found(&site)),
                Err(error) => EitherOf3::C(unavailable(error)),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}
