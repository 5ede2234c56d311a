//! The pages that list posts: those of the home page and those of the tags.

use super::{
    Page,
    head::{Description, head},
};
use crate::{
    blog::{
        content::{ListPage, Post, PostSummary, TagLink, list_page_path},
        numbers::Numbers,
        server::Site,
    },
    counter::{protocol::Slug, wording},
};
use leptos::prelude::*;

/// The page of a tag leads to at most so many other tags.
const MAX_TAGS: usize = 30;

/// A page of the list of all posts, newest first; the first has the site's statement.
/// `None` if there is no such page.
pub(super) async fn home(site: &Site, numbers: &Numbers, number: usize) -> Option<Page> {
    let page = site.content.posts_page(number)?;
    let info = site.content.site();
    let title = (number > 1).then(|| format!("Page {number}"));
    let head = head(
        site,
        Description {
            title: title.as_deref(),
            text: &info.description,
            path: &list_page_path("/", number),
            kind: "website",
            image: None,
            published: None,
        },
    );
    let statement = match number {
        1 => info.description.clone(),
        _ => position(&page),
    };
    let pagination = pagination(&page, "/");
    let posts = post_list(numbers, page.items).await;
    let body = view! {
        <header class="intro">
            <h1>{info.title.clone()}</h1>
            <p>{statement}</p>
        </header>
        {posts}
        {pagination}
    };
    Some(Page::new(head, body))
}

/// A page of the posts of a tag, newest first; `None` if no post has the tag, or there is
/// no such page.
pub(super) async fn tag(
    site: &Site,
    numbers: &Numbers,
    path_segment: &str,
    number: usize,
) -> Option<Page> {
    let (tag, page) = site.content.tag_page(path_segment, number)?;
    let heading = format!("Posts tagged {}", tag.name);
    let title = match number {
        1 => heading.clone(),
        _ => format!("{heading}, page {number}"),
    };
    let head = head(
        site,
        Description {
            title: Some(&title),
            text: &format!("{title} on {}", site.content.site().title),
            path: &list_page_path(&tag.path(), number),
            kind: "website",
            image: None,
            published: None,
        },
    );
    let position = (number > 1).then(|| {
        let position = position(&page);
        view! { <p>{position}</p> }
    });
    let pagination = pagination(&page, &tag.path());
    let posts = post_list(numbers, page.items).await;
    let more_posts = more_posts(site, &tag);
    let body = view! {
        <header class="intro">
            <h1>{heading}</h1>
            {position}
        </header>
        {posts}
        {pagination}
        {more_posts}
    };
    Some(Page::new(head, body))
}

/// The way on from a tag: to the tags that most posts have, and to all posts.
fn more_posts(site: &Site, tag: &TagLink) -> impl IntoView + use<> {
    let tags = site.content.most_used_tags(MAX_TAGS + 1);
    let others = tags.filter(|other| *other != tag).take(MAX_TAGS);
    let links: Vec<_> = others
        .map(|other| (other.path(), other.name.clone()))
        .chain([("/".to_owned(), "All posts".to_owned())])
        .map(|(path, name)| {
            view! {
                <li>
                    <a href=path>{name}</a>
                </li>
            }
        })
        .collect();
    view! {
        <nav class="more-posts" aria-labelledby="_more-posts">
            // No heading of a text has such an id: theirs have no underscore.
            <h2 id="_more-posts">"More posts"</h2>
            <ul class="tags">{links}</ul>
        </nav>
    }
}

/// Where a page is in its list.
fn position<T>(page: &ListPage<T>) -> String {
    format!("Page {} of {}", page.number, page.last)
}

/// The links to the pages before and after this one of the list at `list_path`; nothing
/// if the list has one page.
fn pagination<T>(page: &ListPage<T>, list_path: &str) -> impl IntoView + use<T> {
    let link = |path: Option<String>, rel, label| {
        path.map(|path| view! { <a rel=rel href=path>{label}</a> })
    };
    (page.last > 1).then(|| {
        view! {
            <nav class="pagination" aria-label="Pages">
                {link(page.previous_path(list_path), "prev", "Newer posts")}
                <span>{position(page)}</span>
                {link(page.next_path(list_path), "next", "Older posts")}
            </nav>
        }
    })
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
