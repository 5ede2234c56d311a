//! The slug of a page that has no other name than its address.

use crate::counter::protocol::{Slug, SlugError};
use icu_normalizer::ComposingNormalizer;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;
use url::{Url, form_urlencoded};

/// The slug of the site's first page.
const FIRST_PAGE: &str = "index";

/// An address has no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPage {
    /// It is no address of the web.
    #[error("it is no address that begins with https:// or http://")]
    NoAddress,
    /// Its query names the page, as in `/?p=123`, and nobody said by which parameter.
    #[error("its query names the page, and a slug is made of the path alone")]
    Query,
    /// Its path is none.
    #[error(transparent)]
    Slug(#[from] SlugError),
}

/// The slug of the page at this path, which may be percent-encoded: in small letters,
/// composed (NFC), without `index.html` at its end, with single slashes and none around it;
/// `index` for the first page. As `element/` finds it in the browser.
///
/// # Errors
/// If what comes of it is no slug.
pub(crate) fn slug_of(path: &str) -> Result<Slug, SlugError> {
    let decoded = decoded(path);
    let path = composed(decoded.as_deref().unwrap_or(path)).to_lowercase();
    let mut segments: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
    segments.pop_if(|last| *last == "index.html");
    match segments.is_empty() {
        true => FIRST_PAGE.parse(),
        false => segments.join("/").parse(),
    }
}

/// The slug that this text names, which may be percent-encoded: as a path, if it begins or
/// ends with a slash, and else as it is.
///
/// # Errors
/// If it is no slug.
pub(crate) fn slug_named(text: &str) -> Result<Slug, SlugError> {
    let text = text.trim();
    match text.starts_with('/') || text.ends_with('/') {
        true => slug_of(text),
        false => composed(decoded(text).as_deref().unwrap_or(text)).parse(),
    }
}

/// In Unicode's Normalization Form C, as most keyboards write: macOS names files, and some
/// generators pages, in the decomposed form.
fn composed(text: &str) -> Cow<'_, str> {
    ComposingNormalizer::new_nfc().normalize(text)
}

/// The address of the web that a document at `base` writes as `reference`.
///
/// # Errors
/// If it is no address, or a relative one and there is no base.
pub(crate) fn absolute(reference: &str, base: Option<&Url>) -> Result<Url, NotAPage> {
    let reference = reference.trim();
    if reference.is_empty() {
        return Err(NotAPage::NoAddress);
    }
    let url = Url::options().base_url(base).parse(reference);
    let url = url.map_err(|_| NotAPage::NoAddress)?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        _ => Err(NotAPage::NoAddress),
    }
}

/// The slug of the page at this address: of its path, and of those of these query
/// parameters that it has. With the parameter `p`, `/?p=123` is `p=123`, and `/news?p=123`
/// is `news/p=123`.
///
/// # Errors
/// If its query alone names the page and has none of these parameters, or what comes of
/// it is no slug.
pub(crate) fn slug_of_url(url: &Url, parameters: &[String]) -> Result<Slug, NotAPage> {
    let path = slug_of(url.path())?;
    let mut named = String::new();
    for parameter in parameters {
        if let Some((_, value)) = url.query_pairs().find(|(name, _)| name == parameter) {
            named.push_str(&format!("/{parameter}={value}"));
        }
    }
    let is_first_page = path.as_str() == FIRST_PAGE;
    match (named.strip_prefix('/'), is_first_page) {
        (Some(named), true) => Ok(named.parse()?),
        (Some(_), false) => Ok(format!("{path}{named}").parse()?),
        (None, true) if url.query().is_some_and(names_a_page) => Err(NotAPage::Query),
        (None, _) => Ok(path),
    }
}

/// Whether this query of an address says more than where a reader came from, so that it
/// may be what names the page.
pub(crate) fn names_a_page(query: &str) -> bool {
    const ORIGIN_OF_READER: [&str; 7] = [
        "fbclid", "gclid", "mc_cid", "mc_eid", "msclkid", "ref", "source",
    ];
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| {
        let tells_origin = name.starts_with("utm_") || ORIGIN_OF_READER.contains(&&*name);
        !name.is_empty() && !tells_origin
    })
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
        let Vectors { paths, attributes } = vectors();
        assert!(paths.len() > 10);
        for (path, slug) in paths {
            assert_eq!(slug_of(path).unwrap().as_str(), slug, "{path}");
        }
        assert!(attributes.len() > 5);
        for (text, slug) in attributes {
            assert_eq!(slug_named(text).unwrap().as_str(), slug, "{text}");
        }
    }

    /// Paths and attributes of the element, with their slugs.
    #[derive(serde::Deserialize)]
    struct Vectors {
        #[serde(borrow)]
        paths: BTreeMap<&'static str, &'static str>,
        #[serde(borrow)]
        attributes: BTreeMap<&'static str, &'static str>,
    }

    fn vectors() -> Vectors {
        serde_json::from_str(include_str!("../../../element/tests/slugs.json")).unwrap()
    }

    fn slug_of_address(address: &str) -> Result<Slug, NotAPage> {
        slug_of_url(&absolute(address, None)?, &[])
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
            slug_of_address("https://blog.example/a%00"),
            Err(NotAPage::Slug(SlugError::Control))
        );
    }

    #[test]
    fn an_address_whose_query_names_the_page_has_a_slug_if_the_parameter_is_known() {
        let with = |parameters: &[&str], address: &str| {
            let parameters: Vec<_> = parameters.iter().map(|&name| name.to_owned()).collect();
            let url = absolute(address, None).unwrap();
            slug_of_url(&url, &parameters).map(|slug| slug.as_str().to_owned())
        };
        for address in [
            "https://blog.example/?p=123",
            "https://blog.example/index.html?p=123",
            "https://blog.example/?utm_source=feed&p=123",
        ] {
            assert_eq!(with(&[], address), Err(NotAPage::Query), "{address}");
            assert_eq!(with(&["q"], address), Err(NotAPage::Query), "{address}");
            assert_eq!(with(&["p"], address), Ok("p=123".to_owned()), "{address}");
        }
        let two = "https://blog.example/News/?lang=De&id=7%2F8#top";
        assert_eq!(with(&[], two), Ok("news".to_owned()));
        assert_eq!(with(&["id"], two), Ok("news/id=7/8".to_owned()));
        let both = with(&["id", "lang"], two);
        assert_eq!(both, Ok("news/id=7/8/lang=De".to_owned()));
        let tracked = "https://blog.example/?utm_source=feed&ref=mail";
        assert_eq!(with(&[], tracked), Ok("index".to_owned()));
        assert!(with(&["p"], "https://blog.example/?p=").is_ok());
        assert_eq!(
            with(&["p"], "https://blog.example/?p=a//b"),
            Err(NotAPage::Slug(SlugError::EmptySegment))
        );
    }

    #[test]
    fn a_relative_address_is_resolved_where_it_is_written() {
        let base = Url::parse("https://blog.example/news/feed.json").ok();
        for (reference, address) in [
            ("/a", "https://blog.example/a"),
            ("a/", "https://blog.example/news/a/"),
            ("//other.example/a", "https://other.example/a"),
            ("HTTPS://other.example", "https://other.example/"),
        ] {
            let resolved = absolute(reference, base.as_ref()).unwrap();
            assert_eq!(resolved.as_str(), address);
        }
        for reference in ["", " ", "mailto:a@b.example", "javascript:1"] {
            let resolved = absolute(reference, base.as_ref());
            assert_eq!(resolved, Err(NotAPage::NoAddress), "{reference:?}");
        }
    }
}
