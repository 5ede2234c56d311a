//! The slug of a page that has no other name than its address.

use crate::counter::protocol::{Slug, SlugError};
use percent_encoding::percent_decode_str;
use url::Url;

/// The slug of the site's first page.
const FIRST_PAGE: &str = "index";

/// An address has no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPage {
    /// It is no address of the web.
    #[error("it is no address that begins with https:// or http://")]
    NoAddress,
    /// Its path is none.
    #[error(transparent)]
    Slug(#[from] SlugError),
}

/// The slug of the page at this path, which may be percent-encoded: in small letters,
/// without `index.html` at its end and without slashes around it; `index` for the first
/// page. As `element/` finds it in the browser.
///
/// # Errors
/// If what comes of it is no slug.
pub(crate) fn slug_of(path: &str) -> Result<Slug, SlugError> {
    let decoded = decoded(path);
    let path = decoded.as_deref().unwrap_or(path).to_lowercase();
    let folder = match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => &path,
    };
    match folder.trim_matches('/') {
        "" => FIRST_PAGE.parse(),
        name => name.parse(),
    }
}

/// The slug of the page at this address: of its path, whatever its host and its query.
///
/// # Errors
/// If it is no address, or its path is no slug.
pub(crate) fn slug_of_address(address: &str) -> Result<Slug, NotAPage> {
    let url = Url::parse(address.trim()).map_err(|_| NotAPage::NoAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NotAPage::NoAddress);
    }
    Ok(slug_of(url.path())?)
}

/// The text that is percent-encoded; none where that is broken, or no UTF-8.
fn decoded(path: &str) -> Option<String> {
    let mut escapes = path.split('%').skip(1);
    let whole = escapes.all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    let text = percent_decode_str(path).decode_utf8().ok();
    text.filter(|_| whole).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// The browser's half is tested with the same file.
    #[test]
    fn a_path_has_the_slug_that_the_browser_gives_it() {
        let slugs = include_str!("../../../element/tests/slugs.json");
        let slugs: BTreeMap<&str, &str> = serde_json::from_str(slugs).unwrap();
        assert!(slugs.len() > 10);
        for (path, slug) in slugs {
            assert_eq!(slug_of(path).unwrap().as_str(), slug, "{path}");
        }
    }

    #[test]
    fn an_address_has_the_slug_of_its_path() {
        for (address, slug) in [
            ("https://blog.example", "index"),
            ("https://blog.example/a/?utm_source=b#c", "a"),
            (" http://localhost:1313/Posts/A/../B/\n", "posts/b"),
        ] {
            assert_eq!(slug_of_address(address).unwrap().as_str(), slug);
        }
        for address in ["/a", "a", "", "mailto:a@b.example", "https://"] {
            assert_eq!(slug_of_address(address), Err(NotAPage::NoAddress));
        }
        assert_eq!(
            slug_of_address("https://blog.example/a//b"),
            Err(NotAPage::Slug(SlugError::EmptySegment))
        );
    }
}
