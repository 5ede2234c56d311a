//! A post.

use super::{
    Page,
    head::{Description, head},
};
use crate::{
    blog::{
        content::{Heading, Post, PostLink, PostSummary},
        numbers::Numbers,
        server::Site,
    },
    counter::{
        component::StaticViewCounter,
        protocol::{Counts, Slug},
    },
};
use leptos::prelude::*;

/// The post with this slug.
pub(super) async fn post(site: &Site, numbers: &Numbers, slug: &str) -> Option<Page> {
    let post = site.content.post(slug)?;
    let summary = &post.summary;
    let head = head(
        site,
        Description {
            title: Some(&summary.title),
            text: &summary.description,
            path: &format!("/posts/{slug}"),
            kind: "article",
            image: post.preview_image.as_ref(),
            published: Some(&summary.date),
        },
    );
    let counts = match slug.parse::<Slug>() {
        Ok(slug) => numbers.of(&slug).await,
        Err(_) => None,
    };
    // What is reactive in the counters has an owner, also where nothing changes.
    let page = Owner::new().with(|| Page::new(head, article(post, slug, counts)));
    Some(page.with_images(&post.image_sources))
}

/// The post, with its numbers at the beginning and at the end.
fn article(post: &Post, slug: &str, counts: Option<Counts>) -> impl IntoView + use<> {
    let contents = (!post.headings.is_empty()).then(|| {
        view! {
            <nav class="contents" aria-label="Contents">
                {contents(&post.headings)}
            </nav>
        }
    });
    let neighbours = (post.previous.is_some() || post.next.is_some()).then(|| {
        view! {
            <nav class="neighbours" aria-label="Previous and next post">
                {neighbours(post.previous.clone(), post.next.clone())}
            </nav>
        }
    });
    view! {
        <article class="post">
            <header class="post-header">
                <div>
                    <h1>{post.summary.title.clone()}</h1>
                    {counter("post-counter", slug, counts)}
                </div>
                <div class="post-facts">{facts(post.summary.clone())}</div>
            </header>
            {contents}
            <div class="prose" inner_html=post.html.clone()></div>
            {counter("post-end", slug, counts)}
            {neighbours}
        </article>
    }
}

/// A counter, and beside it what the browser needs to bring it alive.
fn counter(class: &'static str, slug: &str, counts: Option<Counts>) -> impl IntoView + use<> {
    view! {
        <p
            class=class
            data-view-counter=slug.to_owned()
            data-live=counts.map(|counts| counts.live)
            data-total=counts.map(|counts| counts.total)
        >
            <StaticViewCounter counts />
        </p>
    }
}

fn facts(post: PostSummary) -> impl IntoView {
    let tags: Vec<_> = post
        .tags
        .into_iter()
        .map(|tag| {
            let path = tag.path();
            view! {
                <li>
                    <a rel="tag" href=path>
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
        <p>
            <time datetime=post.date>{post.date_text}</time>
        </p>
        <p>{format!("{} min read", post.reading_minutes)}</p>
        {tags}
    }
}

/// The contents list: sections, and under each its subsections.
fn contents(headings: &[Heading]) -> impl IntoView + use<> {
    let mut sections: Vec<(&Heading, Vec<&Heading>)> = Vec::new();
    for heading in headings {
        match sections.last_mut() {
            Some((_, subsections)) if heading.level > 2 => subsections.push(heading),
            _ => sections.push((heading, Vec::new())),
        }
    }
    let link = |heading: &Heading| {
        view! {
            <a href=format!("#{}", heading.id)>
                {heading.text.clone()}
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
    view! {
        <h2>"Contents"</h2>
        <ol>{items}</ol>
    }
}

fn neighbours(previous: Option<PostLink>, next: Option<PostLink>) -> impl IntoView {
    let link = |post: PostLink, rel, label| {
        view! {
            <a rel=rel href=format!("/posts/{}", post.slug)>
                <span>{label}</span>
                {post.title}
            </a>
        }
    };
    view! {
        {previous.map(|post| link(post, "prev", "Previous"))}
        {next.map(|post| link(post, "next", "Next"))}
    }
}
