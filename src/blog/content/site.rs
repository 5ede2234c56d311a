//! `site.toml`: the site's title, author, language and navigation.
//!
//! It may not know of posts.

use super::error::Problems;
use super::keys::Keys;
use crate::blog::model::{NavigationLink, SiteInfo};

/// Reads the text of `site.toml`. `None` when something is wrong, which is then
/// noted.
pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<SiteInfo> {
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
    keys.finish(problems);
    Some(SiteInfo {
        title: title?.0,
        description: description?.0,
        author: author?.0,
        language: language.map_or_else(|| "en".to_owned(), |(language, _)| language),
        navigation,
    })
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
