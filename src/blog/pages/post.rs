//! A post.

use super::{
    WithBody,
    meta::{PageMeta, page_meta},
    not_found::not_found,
    unavailable,
};
use crate::{
    blog::{
        api::{self, SiteFacts},
        arrival::go_to_section,
        copy_button::{copy_clicked, with_copy_buttons},
        layout::SiteResource,
        model::{Heading, PostLink, PostSummary},
        page_path::EXTERNAL,
    },
    counter::component::ViewCounter,
};
use leptos::{
    either::{Either, EitherOf3},
    html,
    prelude::*,
};
use leptos_router::hooks::use_params_map;

type LoadedPost = WithBody<api::PostPage>;

/// The post that the path names.
#[component]
pub(crate) fn PostPage() -> impl IntoView {
    let site = expect_context::<SiteResource>();
    let params = use_params_map();
    let slug = move || params.read().get("slug").unwrap_or_default();
    let post = Resource::new_blocking(slug, async |slug| {
        api::post(slug).await.map(|post| post.map(LoadedPost::from))
    });
    // The route does not remount from post to post: the transition keeps the
    // old post until the new one is here.
    let page = move || {
        Suspend::new(async move {
            let site = site.get().await;
            match post.await {
                Ok(Some(post)) => EitherOf3::A(article(&site, post)),
                Ok(None) => EitherOf3::B(not_found(&site)),
                Err(error) => EitherOf3::C(unavailable(error)),
            }
        })
    };
    view! { <Transition>{page}</Transition> }
}

fn article(site: &SiteFacts, WithBody { page, body }: LoadedPost) -> impl IntoView + use<> {
    let summary = page.summary;
    let meta = PageMeta {
        title: Some(summary.title.clone()),
        description: summary.description.clone(),
        path: format!("/posts/{}", summary.slug),
        kind: "article",
        image: page.image,
        published: Some(summary.date.clone()),
    };
    let slug = summary.slug.clone();
    let counter = move || match page.counts {
        Some(counts) => Either::Left(view! { <ViewCounter slug=slug.clone() counts /> }),
        None => Either::Right(view! { <ViewCounter slug=slug.clone() /> }),
    };
    // At the beginning and at the end: the two are one reader and one view.
    let (before, after) = (counter(), counter());
    let prose = NodeRef::<html::Div>::new();
    with_copy_buttons(prose);
    if !body.is_empty() {
        // It came after a navigation, when there was nothing to scroll to yet.
        go_to_section(prose);
    }
    view! {
        {page_meta(site, meta)}
        <article class="post">
            <header class="post-header">
                <div>
                    <h1>{summary.title.clone()}</h1>
                    <p class="post-counter">{before}</p>
                </div>
                {facts(summary)}
            </header>
            {contents(page.headings)}
            <div class="prose" node_ref=prose on:click=copy_clicked inner_html=body></div>
            <p class="post-end">{after}</p>
            {neighbours(page.previous, page.next)}
        </article>
    }
}

fn facts(summary: PostSummary) -> impl IntoView {
    let tags: Vec<_> = summary
        .tags
        .into_iter()
        .map(|tag| {
            view! {
                <li>
                    <a rel="tag" href=format!("/tags/{}", tag.path_segment)>
                        {tag.name}
                    </a>
                </li>
            }
        })
        .collect();
    let tags = (!tags.is_empty()).then(|| {
        view! {
            <ul class="tags" aria-label="Tags">
                {tags}
            </ul>
        }
    });
    view! {
        <div class="post-facts">
            <p>
                <time datetime=summary.date>{summary.date_text}</time>
            </p>
            <p>{format!("{} min read", summary.reading_minutes)}</p>
            {tags}
        </div>
    }
}

/// The contents list: sections, and under each its subsections.
fn contents(headings: Vec<Heading>) -> Option<impl IntoView> {
    let mut sections: Vec<(Heading, Vec<Heading>)> = Vec::new();
    for heading in headings {
        match sections.last_mut() {
            Some((_, subsections)) if heading.level > 2 => subsections.push(heading),
            _ => sections.push((heading, Vec::new())),
        }
    }
    if sections.is_empty() {
        return None;
    }
    let link = |heading: Heading| {
        view! {
            <a href=format!("#{}", heading.id) rel=EXTERNAL>
                {heading.text}
            </a>
        }
    };
    let items: Vec<_> = sections
        .into_iter()
        .map(|(section, subsections)| {
            let inner = (!subsections.is_empty()).then(|| {
                let items: Vec<_> = subsections
                    .into_iter()
                    .map(|heading| view! { <li>{link(heading)}</li> })
                    .collect();
                view! { <ol>{items}</ol> }
            });
            view! { <li>{link(section)} {inner}</li> }
        })
        .collect();
    Some(view! {
        <nav class="contents" aria-label="Contents">
            <h2>"Contents"</h2>
            <ol>{items}</ol>
        </nav>
    })
}

fn neighbours(previous: Option<PostLink>, next: Option<PostLink>) -> Option<impl IntoView> {
    if previous.is_none() && next.is_none() {
        return None;
    }
    let link = |post: PostLink, rel, label| {
        view! {
            <a rel=rel href=format!("/posts/{}", post.slug)>
                <span>{label}</span>
                {post.title}
            </a>
        }
    };
    Some(view! {
        <nav class="neighbours" aria-label="Previous and next post">
            {previous.map(|post| link(post, "prev", "Previous"))}
            {next.map(|post| link(post, "next", "Next"))}
        </nav>
    })
}
