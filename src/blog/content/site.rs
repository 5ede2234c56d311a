//! `site.toml`: the site's title, author, language and navigation, and how long lists are.
//!
//! It may not know of posts.

use std::num::NonZeroUsize;

use super::error::Problems;
use super::keys::Keys;
use crate::blog::model::{NavigationLink, SiteInfo};

/// A list has as many posts if `site.toml` does not say how many.
const DEFAULT_LENGTH: NonZeroUsize = NonZeroUsize::new(20).expect("it is not zero");

/// The most posts of a list. The feed has the whole text of each.
const MAX_LENGTH: NonZeroUsize = NonZeroUsize::new(1_000).expect("it is not zero");

/// How many posts lists have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListLengths {
    /// On one page of the home page and of a tag.
    pub posts_per_page: NonZeroUsize,
    /// In the feed: the newest.
    pub feed_posts: NonZeroUsize,
}

/// What `site.toml` says.
pub(crate) struct SiteFile {
    pub(crate) info: SiteInfo,
    pub(crate) list_lengths: ListLengths,
}

/// Reads the text of `site.toml`. `None` when something is wrong, which is then
/// noted.
pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<SiteFile> {
    let mut keys = Keys::parse(text, 1, None, problems)?;
    let title = keys.text("title", problems);
    let description = keys.text("description", problems);
    let author = keys.text("author", problems);
    let language = keys.optional_text("language", problems);
    let navigation = keys
        .tables("navigation", problems)
        .into_iter()
        .filter_map(|keys| navigation_link(keys, problems))
        .collect();
    let mut length = |key| keys.count(key, DEFAULT_LENGTH, MAX_LENGTH, problems);
    let list_lengths = ListLengths {
        posts_per_page: length("posts_per_page"),
        feed_posts: length("feed_posts"),
    };
    keys.finish(problems);
    let info = SiteInfo {
        title: title?.0,
        description: description?.0,
        author: author?.0,
        language: language.map_or_else(|| "en".to_owned(), |(language, _)| language),
        navigation,
    };
    Some(SiteFile { info, list_lengths })
}

fn navigation_link(mut keys: Keys<'_>, problems: &mut Problems) -> Option<NavigationLink> {
    let label = keys.text("label", problems);
    let href = keys.text("href", problems);
    keys.finish(problems);
    Some(NavigationLink {
        label: label?.0,
        href: href?.0,
    })
}
