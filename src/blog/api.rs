//! What a page asks the server: the site, lists of posts, a post and its numbers.
//!
//! All of it is read with GET, so that a navigation can be cached.

use super::model::{Heading, PostLink, PostSummary, SiteInfo, TagLink};
#[cfg(feature = "ssr")]
use super::{content, server};
use crate::counter::protocol::Counts;
#[cfg(feature = "ssr")]
use crate::counter::{protocol::Slug, route::Counter};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use std::collections::HashMap;

/// The site, and the address under which the world knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteFacts {
    /// Title, author, navigation.
    pub info: SiteInfo,
    /// Without a slash at the end: `https://blog.example`.
    pub url: String,
}

/// A post as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPost {
    /// The post.
    pub summary: PostSummary,
    /// Its numbers; none while they cannot be read.
    pub counts: Option<Counts>,
}

/// All that a post's page shows but for the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostPage {
    /// Title, date, tags.
    pub summary: PostSummary,
    /// The contents list.
    pub headings: Vec<Heading>,
    /// The next older post.
    pub previous: Option<PostLink>,
    /// The next newer post.
    pub next: Option<PostLink>,
    /// The path of an image that stands for it.
    pub image: Option<String>,
    /// Its numbers; none while they cannot be read.
    pub counts: Option<Counts>,
}

/// The posts of one tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagPage {
    /// The tag.
    pub tag: TagLink,
    /// Newest first.
    pub posts: Vec<ListedPost>,
}

/// The page about the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutPage {
    /// Its title.
    pub title: String,
    /// What search engines show.
    pub description: String,
}

/// The site's facts.
#[server(prefix = "/fn", endpoint = "site", input = GetUrl)]
pub async fn site() -> Result<SiteFacts, ServerFnError> {
    let site = expect_context::<server::Site>();
    Ok(SiteFacts {
        info: site.content.site().clone(),
        url: site.url.to_string(),
    })
}

/// All posts, newest first.
#[server(prefix = "/fn", endpoint = "posts", input = GetUrl)]
pub async fn posts() -> Result<Vec<ListedPost>, ServerFnError> {
    let site = expect_context::<server::Site>();
    Ok(listed(site.content.posts().iter()).await)
}

/// The posts of a tag; none if no post has it.
#[server(prefix = "/fn", endpoint = "tag", input = GetUrl)]
pub async fn tag(path_segment: String) -> Result<Option<TagPage>, ServerFnError> {
    let site = expect_context::<server::Site>();
    let Some((tag, posts)) = site.content.tag(&path_segment) else {
        return Ok(None);
    };
    let posts = listed(posts.into_iter()).await;
    Ok(Some(TagPage { tag, posts }))
}

/// A post and its body as HTML; none if there is no such post.
#[server(prefix = "/fn", endpoint = "post", input = GetUrl)]
pub async fn post(slug: String) -> Result<Option<(PostPage, String)>, ServerFnError> {
    let site = expect_context::<server::Site>();
    let Some(post) = site.content.post(&slug) else {
        return Ok(None);
    };
    let page = PostPage {
        summary: post.summary.clone(),
        headings: post.headings.clone(),
        previous: post.previous.clone(),
        next: post.next.clone(),
        image: post.image.clone(),
        counts: counts_of(&slug).await,
    };
    Ok(Some((page, post.html.clone())))
}

/// The page about the site and its body as HTML.
#[server(prefix = "/fn", endpoint = "about", input = GetUrl)]
pub async fn about() -> Result<(AboutPage, String), ServerFnError> {
    let site = expect_context::<server::Site>();
    let about = site.content.about();
    let page = AboutPage {
        title: about.title.clone(),
        description: about.description.clone(),
    };
    Ok((page, about.html.clone()))
}

/// The page on privacy as HTML.
#[server(prefix = "/fn", endpoint = "privacy", input = GetUrl)]
pub async fn privacy() -> Result<String, ServerFnError> {
    let site = expect_context::<server::Site>();
    Ok(super::privacy::html(site.respect_gpc))
}

/// A page without its numbers is better than no page.
#[cfg(feature = "ssr")]
async fn counts_of(slug: &str) -> Option<Counts> {
    let slug: Slug = slug.parse().ok()?;
    let counts = expect_context::<Counter>().hub().counts(&slug).await;
    counts
        .inspect_err(|error| tracing::error!(%error, %slug, "a page was served without numbers"))
        .ok()
}

#[cfg(feature = "ssr")]
async fn listed(posts: impl Iterator<Item = &content::Post>) -> Vec<ListedPost> {
    let posts: Vec<_> = posts.collect();
    let slugs = posts
        .iter()
        .filter_map(|post| post.summary.slug.parse().ok());
    let counts = expect_context::<Counter>().hub().counts_of(slugs).await;
    let counts: HashMap<String, Counts> = counts
        .inspect_err(|error| tracing::error!(%error, "a page was served without numbers"))
        .unwrap_or_default()
        .into_iter()
        .map(|one| (one.slug.to_string(), one.counts))
        .collect();
    posts
        .into_iter()
        .map(|post| ListedPost {
            summary: post.summary.clone(),
            counts: counts.get(&post.summary.slug).copied(),
        })
        .collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use leptos::server_fn::axum::server_fn_paths;

    /// GET and HEAD are let in from anywhere: of these functions each only reads. One
    /// that changes something is not to be asked with GET.
    #[test]
    fn every_function_is_known_and_reads_with_get() {
        let mut functions: Vec<_> = server_fn_paths()
            .map(|(path, method)| format!("{method} {path}"))
            .collect();
        functions.sort();
        assert_eq!(
            functions,
            [
                "GET /fn/about",
                "GET /fn/counts",
                "GET /fn/post",
                "GET /fn/posts",
                "GET /fn/privacy",
                "GET /fn/site",
                "GET /fn/tag",
            ]
        );
    }
}
