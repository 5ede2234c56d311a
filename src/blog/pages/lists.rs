//! The pages that list posts: the home page and those of the tags.

use super::{
    Page,
    head::{Description, head},
};
use crate::{
    blog::{
        content::{Post, PostSummary},
        numbers::Numbers,
        server::Site,
    },
    counter::{protocol::Slug, wording},
};
use leptos::prelude::*;

/// The site's statement and all posts, newest first.
pub(super) async fn home(site: &Site, numbers: &Numbers) -> Page {
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
    let posts = post_list(numbers, site.content.posts().iter().collect()).await;
    let body = view! {
        <header class="intro">
            <div class="intro-statement">
                <h1>{info.title.clone()}</h1>
                <p>{info.description.clone()}</p>
            </div>
        </header>
        {posts}
    };
    Page::new(head, body)
}

/// The posts of a tag, newest first; none if no post has it.
pub(super) async fn tag(site: &Site, numbers: &Numbers, path_segment: &str) -> Option<Page> {
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
    let posts = post_list(numbers, posts).await;
    let body = view! {
        <header class="intro">
            <h1>{title}</h1>
        </header>
        {posts}
    };
    Some(Page::new(head, body))
}

/// A list of posts with their totals, in the order given. One that said who reads now
/// would be another list whenever somebody comes or goes, on any post.
async fn post_list(numbers: &Numbers, posts: Vec<&Post>) -> impl IntoView + use<> {
    // A post is found by its slug, so that each has one that is well-formed.
    let (posts, slugs): (Vec<_>, Vec<Slug>) = posts
        .into_iter()
        .filter_map(|post| Some((post.summary.clone(), post.summary.slug.parse().ok()?)))
        .unzip();
    let counts = numbers.of_all(slugs).await.unwrap_or_default();
    let totals = counts.into_iter().map(|counts| Some(counts.total));
    let entries: Vec<_> = posts
        .into_iter()
        .zip(totals.chain(std::iter::repeat(None)))
        .map(|(post, views)| entry(post, views))
        .collect();
    view! { <ol class="post-list">{entries}</ol> }
}

fn entry(post: PostSummary, views: Option<u64>) -> impl IntoView {
    let views =
        views.map(|views| view! { <span class="post-entry-views">{wording::views(views)}</span> });
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
