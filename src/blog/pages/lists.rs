//! The pages that list posts: the home page and those of the tags.

use super::{
    Page,
    head::{Description, head},
};
use crate::{
    blog::{
        content::{Post, PostSummary},
        server::Site,
    },
    counter::{protocol::Counts, route::Counter, wording},
};
use leptos::prelude::*;
use std::collections::HashMap;

/// The site's statement and all posts, newest first.
pub(super) async fn home(site: &Site, counter: &Counter) -> Page {
    let info = site.content.site();
    let head = head(
        site,
        Description {
            title: None,
            text: &info.description,
            path: "/",
            kind: "website",
            image: None,
            published: None,
        },
    );
    let posts = post_list(counter, site.content.posts().iter().collect()).await;
    let body = view! {
        <header class="intro">
            <div class="intro-statement">
                <h1>{info.title.clone()}</h1>
                <p>{info.description.clone()}</p>
            </div>
        </header>
        {posts}
    };
    Page::still(head, body)
}

/// The posts of a tag, newest first; none if no post has it.
pub(super) async fn tag(site: &Site, counter: &Counter, path_segment: &str) -> Option<Page> {
    let (tag, posts) = site.content.tag(path_segment)?;
    let title = format!("Posts tagged {}", tag.name);
    let head = head(
        site,
        Description {
            title: Some(&title),
            text: &format!("{title} on {}", site.content.site().title),
            path: &format!("/tags/{}", tag.path_segment),
            kind: "website",
            image: None,
            published: None,
        },
    );
    let posts = post_list(counter, posts).await;
    let body = view! {
        <header class="intro">
            <h1>{title}</h1>
        </header>
        {posts}
    };
    Some(Page::still(head, body))
}

/// A list of posts with their totals, in the order given.
async fn post_list(counter: &Counter, posts: Vec<&Post>) -> impl IntoView + use<> {
    let posts: Vec<_> = posts.into_iter().map(|post| &post.summary).collect();
    let counts = counts_of(counter, &posts).await;
    let entries: Vec<_> = posts
        .into_iter()
        .map(|post| entry(post.clone(), counts.get(&post.slug).copied()))
        .collect();
    view! { <ol class="post-list">{entries}</ol> }
}

/// The posts' numbers by slug. A page without them is better than no page.
async fn counts_of(counter: &Counter, posts: &[&PostSummary]) -> HashMap<String, Counts> {
    let slugs = posts.iter().filter_map(|post| post.slug.parse().ok());
    let counts = counter.hub().counts_of(slugs).await;
    counts
        .inspect_err(|error| tracing::error!(%error, "a page was served without numbers"))
        .unwrap_or_default()
        .into_iter()
        .map(|one| (one.slug.to_string(), one.counts))
        .collect()
}

fn entry(post: PostSummary, counts: Option<Counts>) -> impl IntoView {
    let views = counts.map(|counts| {
        view! { <span class="post-entry-views">{wording::views(counts.total)}</span> }
    });
    view! {
        <li>
            <article class="post-entry">
                <time class="post-entry-date" datetime=post.date>
                    {post.date_text}
                </time>
                <h2>
                    <a href=format!("/posts/{}", post.slug)>{post.title}</a>
                </h2>
                <p class="post-entry-text">{post.description}</p>
                <p class="post-entry-facts">
                    <span>{format!("{} min read", post.reading_minutes)}</span>
                    {views}
                </p>
            </article>
        </li>
    }
}
