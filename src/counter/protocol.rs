//! What crosses the wire: slugs, view ids, counts, paths and close codes.
//!
//! The server and the browser both know this module and nothing else of each
//! other. Everything here is parsed once, at the edge, and trusted afterwards.

use serde::{Deserialize, Deserializer, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// The path under which a reader's WebSocket is opened; a slug follows.
pub const CONNECT_PATH: &str = "/api/v1/connect/";
/// The path under which numbers are read; a slug follows.
pub const VIEWS_PATH: &str = "/api/v1/views/";
/// The path under which a page without a post opens its WebSocket.
pub const VISIT_PATH: &str = "/api/v1/visitors/connect";
/// The path under which is read how many visitors the site has.
pub const VISITORS_PATH: &str = "/api/v1/visitors";
/// The text by which a socket asks to be told of the site's visitors, too, from then on.
pub const TELL_VISITORS: &str = "visitors";

/// Close codes of RFC 6455 §7.4.1, and those of its private range used here.
pub mod close_code {
    /// Whoever closes goes away. Never sent: a browser closes the sockets of a page with it
    /// when that page is left.
    pub const GOING_AWAY: u16 = 1001;
    /// A frame broke the protocol.
    pub const PROTOCOL: u16 = 1002;
    /// A kind of data this endpoint does not take: anything binary.
    pub const UNSUPPORTED: u16 = 1003;
    /// A text frame was not UTF-8.
    pub const INVALID: u16 = 1007;
    /// Against the rules: too many frames.
    pub const POLICY: u16 = 1008;
    /// A frame or message larger than a reader has reason to send.
    pub const TOO_BIG: u16 = 1009;
    /// No close frame came. Never sent: browsers report it of a connection that
    /// broke, and of a handshake that was refused.
    pub const ABNORMAL: u16 = 1006;
    /// The endpoint cannot go on: a page of a reading room said something before it joined.
    pub const INTERNAL: u16 = 1011;
    /// The server restarts; come back, not all at once.
    pub const RESTART: u16 = 1012;
    /// Something is in the way now; come back.
    pub const TRY_AGAIN: u16 = 1013;
    /// The same view connected again: this socket is the older one and its
    /// page must not reconnect.
    pub const REPLACED: u16 = 4001;
}

/// One slug's numbers: how many read now, and all views ever.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Pages that show the post to a person at this moment.
    pub live: u64,
    /// All views of the post, ever.
    pub total: u64,
}

/// A slug with its numbers, as the JSON routes answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlugCounts {
    /// The post.
    pub slug: Slug,
    /// Its numbers, as two more fields of the same object.
    #[serde(flatten)]
    pub counts: Counts,
}

/// How many read anything on the site: the readers of all posts, and the pages without
/// one that are visited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitors {
    /// Pages that are shown to a person at this moment, each as often as it reads a post.
    pub visitors: u64,
}

/// Names a post: 1 to 200 characters, one or more segments joined by `/`,
/// none empty, `.` or `..`, and no control character.
///
/// That it is well-formed says nothing about whether such a post exists.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Slug(Arc<str>);

impl Slug {
    /// The most characters (Unicode scalar values) that a slug has. Each is at most four
    /// bytes of UTF-8.
    pub const MAX_CHARS: usize = 200;

    /// The site as a whole, which stands where a slug does for pages without a post. No
    /// text is parsed to it.
    #[cfg_attr(
        not(any(feature = "ssr", feature = "hydrate", test)),
        expect(dead_code, reason = "only one of the two halves speaks of it")
    )]
    pub(super) fn site() -> Self {
        Self("".into())
    }

    /// Whether this is no post, but the site.
    pub(super) fn is_site(&self) -> bool {
        self.0.is_empty()
    }

    /// The slug as text, decoded.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug as a part of a URL's path: everything but RFC 3986's unreserved characters
    /// and `/` is percent-encoded. Some proxies, Apache as it comes, refuse an encoded `/`.
    pub fn encoded(&self) -> String {
        let mut out = String::with_capacity(self.0.len());
        for &byte in self.0.as_bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push('%');
                push_hex(&mut out, byte, b"0123456789ABCDEF");
            }
        }
        out
    }
}

/// The 128 bits that these 32 hexadecimal digits are.
pub(crate) fn parse_bits(text: &str) -> Option<u128> {
    // from_str_radix alone would also take a sign and fewer digits.
    let is_whole = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_whole.then(|| u128::from_str_radix(text, 16).ok())?
}

/// Writes this byte as two of these digits. Without `format!`, whose machinery every page would
/// load.
fn push_hex(out: &mut String, byte: u8, digits: &[u8; 16]) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from(digits[usize::from(nibble)]));
    }
}

/// Why a text is not a [`Slug`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Nothing at all.
    #[error("the slug is empty; it is to be the post's name")]
    Empty,
    /// More than [`Slug::MAX_CHARS`].
    #[error("the slug is longer than 200 characters; use a shorter one")]
    TooLong,
    /// Two slashes in a row, or one at either end.
    #[error("the slug has an empty segment; remove the doubled, leading or trailing slash")]
    EmptySegment,
    /// A segment is `.` or `..`.
    #[error("the slug has a segment `.` or `..`; use the post's full name")]
    DotSegment,
    /// A control character, NUL for example.
    #[error("the slug has a control character; remove it")]
    Control,
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if text.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(SlugError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(SlugError::Control);
        }
        for segment in text.split('/') {
            match segment {
                "" => return Err(SlugError::EmptySegment),
                "." | ".." => return Err(SlugError::DotSegment),
                _ => {}
            }
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Names one showing of one page to one reader: 128 random bits that the page
/// keeps in memory only, written as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewId(u128);

impl ViewId {
    /// The id made of these bits; they must be random.
    pub const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }
}

/// A text is not a [`ViewId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a view id is 32 hexadecimal digits; leave `v` out or send it whole")]
pub struct ViewIdError;

impl FromStr for ViewId {
    type Err = ViewIdError;

    fn from_str(text: &str) -> Result<Self, ViewIdError> {
        parse_bits(text).map(Self).ok_or(ViewIdError)
    }
}

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(32);
        for byte in self.0.to_be_bytes() {
            push_hex(&mut text, byte, b"0123456789abcdef");
        }
        f.write_str(&text)
    }
}

/// What a page says of itself when it connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// It reads, and is counted.
    Reader {
        /// Which showing of the page this is.
        view: ViewId,
        /// That view was connected before, so that it is never counted a second
        /// time, even by a server that restarted in between.
        again: bool,
    },
    /// It sees the numbers and is in neither.
    Watcher,
}

/// Path and query of the WebSocket that begins with this handshake.
pub fn connect_path(slug: &Slug, handshake: Handshake) -> String {
    let path = match slug.is_site() {
        true => VISIT_PATH.to_owned(),
        false => CONNECT_PATH.to_owned() + &slug.encoded(),
    };
    match handshake {
        Handshake::Reader { view, again } => {
            path + "?v=" + &view.to_string() + if again { "&again=1" } else { "" }
        }
        Handshake::Watcher => path + "?watch=1",
    }
}

/// What a page adds to [`connect_path`] if its browser asks not to be tracked,
/// by Global Privacy Control or Do Not Track. It is up to the server to heed it.
pub const ASKS_FOR_PRIVACY: &str = "&gpc=1";

/// What a page adds to [`connect_path`] if a program drives its browser
/// (`navigator.webdriver`, W3C WebDriver §4): nobody reads it, so it watches.
pub const IS_DRIVEN: &str = "&webdriver=1";

/// Path of one slug's numbers.
pub fn views_path(slug: &Slug) -> String {
    match slug.is_site() {
        true => VISITORS_PATH.to_owned(),
        false => VIEWS_PATH.to_owned() + &slug.encoded(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slug_is_one_to_two_hundred_characters_of_named_segments() {
        for good in [
            "a",
            "hello-world",
            "2026/11/hello",
            "日本語",
            "a b",
            "...",
            "a.b",
            "%00",
        ] {
            assert_eq!(good.parse::<Slug>().map(|s| s.to_string()), Ok(good.into()));
        }
        assert!("é".repeat(100).parse::<Slug>().is_ok());
        let bad = [
            ("", SlugError::Empty),
            ("/", SlugError::EmptySegment),
            ("a//b", SlugError::EmptySegment),
            ("/a", SlugError::EmptySegment),
            ("a/", SlugError::EmptySegment),
            (".", SlugError::DotSegment),
            ("a/../b", SlugError::DotSegment),
            ("a\0", SlugError::Control),
            ("a\u{85}", SlugError::Control),
            ("a\nb", SlugError::Control),
        ];
        for (text, error) in bad {
            assert_eq!(text.parse::<Slug>(), Err(error), "{text:?}");
        }
        assert!("é".repeat(200).parse::<Slug>().is_ok());
        assert_eq!("é".repeat(201).parse::<Slug>(), Err(SlugError::TooLong));
    }

    #[test]
    fn an_encoded_slug_is_a_part_of_a_path() {
        let slug: Slug = "2026/a b~é?#%".parse().unwrap();
        assert_eq!(slug.encoded(), "2026/a%20b~%C3%A9%3F%23%25");
    }

    #[test]
    fn a_view_id_is_exactly_32_hexadecimal_digits() {
        let text = "00ff00000000000000000000000000aB";
        assert_eq!(
            text.parse::<ViewId>().unwrap().to_string(),
            text.to_lowercase()
        );
        let padded = format!("+{}", "0".repeat(31));
        for bad in [
            "",
            "00",
            &"0".repeat(31),
            &"0".repeat(33),
            &"g".repeat(32),
            &padded,
        ] {
            assert_eq!(bad.parse::<ViewId>(), Err(ViewIdError), "{bad:?}");
        }
    }

    #[test]
    fn the_connect_path_names_slug_view_and_return() {
        let slug: Slug = "a/b".parse().unwrap();
        let path = |again| {
            let view = ViewId::from_bits(0xab);
            connect_path(&slug, Handshake::Reader { view, again })
        };
        let v = "000000000000000000000000000000ab";
        assert_eq!(path(false), format!("/api/v1/connect/a/b?v={v}"));
        assert_eq!(path(true), format!("/api/v1/connect/a/b?v={v}&again=1"));
        assert_eq!(
            connect_path(&slug, Handshake::Watcher),
            "/api/v1/connect/a/b?watch=1"
        );
        assert_eq!(views_path(&slug), "/api/v1/views/a/b");
        assert_eq!(
            connect_path(&Slug::site(), Handshake::Watcher),
            "/api/v1/visitors/connect?watch=1"
        );
        assert_eq!(views_path(&Slug::site()), "/api/v1/visitors");
    }

    #[test]
    fn close_codes_are_those_that_the_standards_and_clients_know() {
        let codes = [
            close_code::GOING_AWAY,
            close_code::PROTOCOL,
            close_code::UNSUPPORTED,
            close_code::ABNORMAL,
            close_code::INVALID,
            close_code::POLICY,
            close_code::TOO_BIG,
            close_code::INTERNAL,
            close_code::RESTART,
            close_code::TRY_AGAIN,
            close_code::REPLACED,
        ];
        assert_eq!(
            codes,
            [
                1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013, 4001
            ]
        );
    }

    #[test]
    fn counts_are_written_as_the_wire_says() {
        let counts = Counts {
            live: 3,
            total: 1204,
        };
        assert_eq!(
            serde_json::to_string(&counts).unwrap(),
            r#"{"live":3,"total":1204}"#
        );
        let with_slug = SlugCounts {
            slug: "a".parse().unwrap(),
            counts,
        };
        assert_eq!(
            serde_json::to_string(&with_slug).unwrap(),
            r#"{"slug":"a","live":3,"total":1204}"#
        );
    }

    proptest! {
        #[test]
        fn any_text_is_a_slug_that_survives_or_an_error(text in "\\PC{0,250}|[./a]{0,8}") {
            if let Ok(slug) = text.parse::<Slug>() {
                prop_assert_eq!(slug.as_str(), text.as_str());
                prop_assert!(!slug.is_site());
                prop_assert!(slug.encoded().bytes().all(|b| b.is_ascii_graphic() && !b"?#".contains(&b)));
            }
        }

        #[test]
        fn view_ids_survive_their_text(bits in any::<u128>()) {
            let view = ViewId::from_bits(bits);
            prop_assert_eq!(view.to_string().parse(), Ok(view));
        }
    }
}
