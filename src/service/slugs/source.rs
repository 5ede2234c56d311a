//! Where a list of pages is, and what its pages' slugs begin with.

use crate::counter::protocol::Slug;
use std::{collections::BTreeSet, fmt, path::PathBuf, str::FromStr};
use url::Url;

/// A list of pages, as a setting names it: a file, or an address of the web; and before
/// it, with an equals sign, what the slugs of its pages begin with:
/// `blog=https://blog.example/sitemap.xml`.
#[derive(Clone, PartialEq, Eq)]
pub struct Source {
    pub(super) prefix: Option<String>,
    pub(super) location: Location,
}

/// Where a list is.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// In a file.
    File(PathBuf),
    /// At an address of the web, which may have credentials in it.
    Web(Url),
}

/// A text names no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceNameError {
    /// There is nothing in it, or nothing behind the prefix.
    #[error("name a file, or an address like https://blog.example/sitemap.xml")]
    Empty,
    /// `file://`.
    #[error("files are named by their path: write {0:?}")]
    FileAddress(String),
    /// An address that is not of the web.
    #[error("{0}:// is not read; name a file, or an address that begins with https:// or http://")]
    Scheme(String),
    /// An address of the web that is malformed.
    #[error("it is no address: {0}")]
    Malformed(#[from] url::ParseError),
}

impl FromStr for Source {
    type Err = SourceNameError;

    fn from_str(text: &str) -> Result<Self, SourceNameError> {
        let text = text.trim();
        let (prefix, place) = match text.split_once('=') {
            Some((prefix, place)) if is_prefix(prefix) => (Some(prefix.to_owned()), place.trim()),
            _ => (None, text),
        };
        let location = place.parse()?;
        Ok(Self { prefix, location })
    }
}

/// Whether this is one segment of a slug that is neither a part of an address nor of a
/// path.
fn is_prefix(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text.bytes().all(plain) && text.parse::<Slug>().is_ok()
}

impl FromStr for Location {
    type Err = SourceNameError;

    fn from_str(text: &str) -> Result<Self, SourceNameError> {
        if text.is_empty() {
            return Err(SourceNameError::Empty);
        }
        let Some((scheme, _)) = text.split_once("://") else {
            return Ok(Self::File(text.into()));
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Ok(Self::Web(text.parse()?)),
            "file" => {
                let path = Url::parse(text)
                    .ok()
                    .and_then(|url| url.to_file_path().ok());
                let path = path.unwrap_or_else(|| "/srv/site/sitemap.xml".into());
                Err(SourceNameError::FileAddress(path.display().to_string()))
            }
            scheme if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                Err(SourceNameError::Scheme(scheme.to_owned()))
            }
            _ => Ok(Self::File(text.into())),
        }
    }
}

impl Source {
    /// Whether it is on this machine.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.location, Location::File(_))
    }

    /// The slug of a page of this list that is `slug` on its site; `None` if that is
    /// too long with the prefix.
    pub(super) fn prefixed(&self, slug: Slug) -> Option<Slug> {
        match &self.prefix {
            Some(prefix) => format!("{prefix}/{slug}").parse().ok(),
            None => Some(slug),
        }
    }

    /// Those of these slugs that may be of this list.
    pub(super) fn own(&self, slugs: &BTreeSet<Slug>) -> BTreeSet<Slug> {
        let is_own = |slug: &&Slug| match &self.prefix {
            Some(prefix) => {
                let rest = slug.as_str().strip_prefix(prefix.as_str());
                rest.is_some_and(|rest| rest.starts_with('/'))
            }
            None => true,
        };
        slugs.iter().filter(is_own).cloned().collect()
    }

    /// A short name for metrics: the prefix, or else the host or the name of the file.
    /// No part of it is secret.
    pub(super) fn short_name(&self) -> String {
        match (&self.prefix, &self.location) {
            (Some(prefix), _) => prefix.clone(),
            (None, Location::Web(url)) => url.host_str().unwrap_or_default().to_owned(),
            (None, Location::File(path)) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                name.to_string_lossy().into_owned()
            }
        }
    }
}

/// Without what may be secret in an address: credentials and query.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Location::File(path) => path.display().fmt(f),
            Location::Web(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({self})")
    }
}

/// An address as logs may have it.
pub(super) fn without_secrets(url: &Url) -> String {
    let mut url = url.clone();
    // They fail for addresses without a host, which have no credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let has_query = url.query().is_some();
    url.set_query(None);
    format!("{url}{}", if has_query { "?…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        text.parse().unwrap()
    }

    #[test]
    fn a_source_is_a_file_or_an_address_in_any_case() {
        for (text, shown, is_file) in [
            ("slugs.txt", "slugs.txt", true),
            ("/srv/a=b.txt", "/srv/a=b.txt", true),
            ("https://blog.example", "https://blog.example/", false),
            (" HTTP://Blog.example/a ", "http://blog.example/a", false),
            (
                "https://me:pw@blog.example/a?key=1#x",
                "https://blog.example/a?…",
                false,
            ),
            (
                "https://blog.example/?a=b",
                "https://blog.example/?…",
                false,
            ),
        ] {
            let source = source(text);
            assert_eq!(
                (source.to_string().as_str(), source.is_file()),
                (shown, is_file)
            );
            assert_eq!(source.prefix, None, "{text}");
            assert!(!format!("{source:?}").contains("pw"));
        }
        for (text, error) in [
            ("", "name a file"),
            ("blog=", "name a file"),
            ("file:///srv/site/list.txt", "write \"/srv/site/list.txt\""),
            ("FILE://list.txt", "write \"/srv/site/sitemap.xml\""),
            ("ftp://blog.example/a", "ftp:// is not read; name a file"),
            ("https://", "it is no address: empty host"),
        ] {
            let said = text.parse::<Source>().unwrap_err().to_string();
            assert!(said.contains(error), "{text}: {said}");
        }
    }

    #[test]
    fn a_prefix_stands_before_the_slugs_of_a_source() {
        let blog = source("blog=https://blog.example/map.xml?a=b");
        assert_eq!(blog.prefix.as_deref(), Some("blog"));
        assert_eq!(blog.to_string(), "https://blog.example/map.xml?…");
        let prefixed = blog.prefixed("index".parse().unwrap());
        assert_eq!(prefixed, "blog/index".parse().ok());
        let long = "a".repeat(Slug::MAX_CHARS).parse().unwrap();
        assert_eq!(blog.prefixed(long), None);
        let all = ["blog/a", "blogs/a", "blog", "a/blog/b"];
        let all = all.map(|slug| slug.parse().unwrap()).into();
        assert_eq!(blog.own(&all), ["blog/a".parse().unwrap()].into());
        assert_eq!(source("list.txt").own(&all), all);
        for text in ["..=list.txt", "a/b=list.txt", "=list.txt", "ä=list.txt"] {
            assert_eq!(source(text).prefix, None, "{text}");
        }
    }

    #[test]
    fn the_short_name_of_a_source_has_nothing_secret() {
        for (text, name) in [
            ("https://me:pw@blog.example/key/map.xml?a=b", "blog.example"),
            ("blog=https://blog.example/map.xml", "blog"),
            ("/srv/site/list.txt", "list.txt"),
        ] {
            assert_eq!(source(text).short_name(), name);
        }
    }
}
