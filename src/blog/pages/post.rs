//! A post.

use super::{
    Page,
    head::{Description, head},
};
use crate::{
    blog::{
        api::{PageHtml, Post},
        content::{Heading, PostLink, PostSummary},
        numbers::Numbers,
        page_path::EXTERNAL,
        server::Site,
    },
    counter::protocol::Slug,
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
            image: post.image.as_deref(),
            published: Some(&summary.date),
        },
    );
    let counts = match slug.parse::<Slug>() {
        Ok(slug) => numbers.of(&slug).await,
        Err(_) => None,
    };
    let html = PageHtml {
        head,
        body: post.html.clone(),
        facts: facts(summary.clone()).to_html(),
        contents: contents(&post.headings).to_html(),
        neighbours: neighbours(post.previous.clone(), post.next.clone()).to_html(),
    };
    Some(Page {
        post: Some(Post {
            slug: slug.to_owned(),
            counts,
            title: summary.title.clone(),
            has_contents: !post.headings.is_empty(),
            has_neighbours: post.previous.is_some() || post.next.is_some(),
        }),
        html,
        is_missing: false,
    })
}

fn facts(post: PostSummary) -> impl IntoView {
    let tags: Vec<_> = post
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
            <a href=format!("#{}", heading.id) rel=EXTERNAL>
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
