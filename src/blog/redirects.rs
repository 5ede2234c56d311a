//! The addresses that are another one's: with slashes too many, spelled in another way, of a
//! list's first page, and of the feed as other programs name it.

use super::{
    content::{composed, decode_path, encode_path, list_page_path, split_list_page},
    page_path::PagePath,
};
use axum::http::Uri;

const FEED: &str = "/feed.xml";

/// Where blogs that were made with other programs have their feed. A reader who moved in
/// from one of them asks there.
const OTHER_FEEDS: [&str; 8] = [
    "/feed",
    "/rss",
    "/atom",
    "/rss.xml",
    "/atom.xml",
    "/index.xml",
    "/feed.atom",
    "/feed.rss",
];

/// The path and query that this address should be, if it should be another.
pub(super) fn moved_to(address: &Uri) -> Option<String> {
    let path = address.path();
    let single = with_single_slashes(path);
    if OTHER_FEEDS.contains(&&*single) {
        return Some(FEED.to_owned());
    }
    let spelled = as_we_spell_it(&single);
    let page = match split_list_page(&spelled) {
        Some((list_path, 1)) => list_page_path(list_path, 1),
        _ => spelled.clone(),
    };
    let query = address.query().map(|query| format!("?{query}"));
    let moved = format!("{page}{}", query.unwrap_or_default());
    (page != path && PagePath::parse(&page).is_some()).then(|| ascii(&moved))
}

/// This path with one slash where it has several, and none at its end. It begins with
/// exactly one: with two it would be another site's address.
fn with_single_slashes(path: &str) -> String {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let path: String = segments.map(|segment| format!("/{segment}")).collect();
    if path.is_empty() {
        "/".to_owned()
    } else {
        path
    }
}

/// This path as our links have it: everything is percent-encoded that has to be, in capitals,
/// and nothing else. Browsers take it for another address than each of its other spellings.
fn as_we_spell_it(path: &str) -> String {
    let decoded = decode_path(path);
    let is_other_path = decoded.split('/').count() != path.split('/').count()
        // The client would take them for a step up, and go to another page.
        || decoded.split('/').any(|segment| matches!(segment, "." | ".."));
    // What does not decode, as what is not UTF-8, is the path of nothing.
    let does_not_decode = path.contains('%') && decoded == path;
    if is_other_path || does_not_decode {
        return path.to_owned();
    }
    encode_path(&composed(&decoded))
}

/// An address without what is no visible ASCII, which a client may send as it is: a
/// header has no place for it (RFC 9110 §5.5).
fn ascii(address: &str) -> String {
    let mut ascii = String::with_capacity(address.len());
    for byte in address.bytes() {
        match byte.is_ascii_graphic() {
            true => ascii.push(char::from(byte)),
            false => ascii.push_str(&format!("%{byte:02X}")),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(address: &str) -> Option<String> {
        moved_to(&address.parse().unwrap())
    }

    #[test]
    fn an_address_that_is_another_s_leads_there() {
        for (address, to) in [
            ("/about/", "/about"),
            ("/posts/one//?a=b", "/posts/one?a=b"),
            ("/page/2/", "/page/2"),
            ("/page/1", "/"),
            ("/page/1/?a", "/?a"),
            ("/tags/a/page/1", "/tags/a"),
            ("/tags/gr%c3%b6%c3%9fe", "/tags/gr%C3%B6%C3%9Fe"),
            ("/tags/gro%CC%88%C3%9Fe", "/tags/gr%C3%B6%C3%9Fe"),
            ("/tags/web%2Dsockets/page/1", "/tags/web-sockets"),
            ("/tags/größe", "/tags/gr%C3%B6%C3%9Fe"),
            ("/posts/%6Fne", "/posts/one"),
            ("/%61bout", "/about"),
            ("/feed/", "/feed.xml"),
            ("/atom.xml", "/feed.xml"),
            ("/posts/\u{9b}31m/?\u{202e}", "/posts/%C2%9B31m?%E2%80%AE"),
        ] {
            assert_eq!(moved(address).as_deref(), Some(to), "{address}");
        }
    }

    #[test]
    fn a_path_with_slashes_too_many_is_never_another_site_s_address() {
        for (path, single) in [
            ("/", "/"),
            ("//", "/"),
            ("/about/", "/about"),
            ("//posts/one", "/posts/one"),
            ("///posts//one///", "/posts/one"),
            ("//evil.example/", "/evil.example"),
        ] {
            assert_eq!(with_single_slashes(path), single, "{path}");
        }
    }

    #[test]
    fn every_other_address_stays() {
        for address in [
            "/",
            "/?a",
            "/about",
            "/page/2",
            "/page/01",
            "/tags/a",
            "/feed.xml",
            "/nothing/",
            "//evil.example/",
            "/posts/feed",
            "/tags/gr%C3%B6%C3%9Fe",
            "/posts/%2e%2e/x",
            "/posts/a%2fb",
            "/posts/%ff",
            "/tags/100%25",
        ] {
            assert_eq!(moved(address), None, "{address}");
        }
    }
}
