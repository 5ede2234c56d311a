//! Entity tags: what stands for an answer, so that a client that has it is told so
//! (RFC 9110 §8.8.3, §13.1.2).
//!
//! The crate `headers` parses them too, but in a build with debug assertions it panics at
//! a tag with a space in it, which any client can send.

use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

/// The tag of an answer with this body. It is weak: the body means the same in every
/// content coding (RFC 9110 §8.8.1).
pub(crate) fn of(body: &[u8]) -> HeaderValue {
    weak(&Sha256::digest(body))
}

/// The weak tag of whatever has this digest.
#[expect(
    clippy::expect_used,
    reason = "digits and quotation marks are visible ASCII"
)]
pub(crate) fn weak(digest: &[u8]) -> HeaderValue {
    let tag = format!("W/\"{}\"", opaque_of(digest));
    HeaderValue::try_from(tag).expect("visible ASCII")
}

/// What stands between the quotation marks of a tag: half of the digest in hexadecimal
/// digits. 128 bits of SHA-256 are enough for no two answers to have the same.
pub(crate) fn opaque_of(digest: &[u8]) -> String {
    let half = digest.iter().take(digest.len() / 2);
    half.map(|byte| format!("{byte:02x}")).collect()
}

/// Whether `If-None-Match` says that the client has what this tag stands for. Tags are
/// compared as weak ones (RFC 9110 §13.1.2); what is no tag matches none.
pub(crate) fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let lines = || headers.get_all(header::IF_NONE_MATCH).iter();
    let mut all = lines().map(|line| line.as_bytes().trim_ascii());
    if all.next() == Some(b"*") && all.next().is_none() {
        return true;
    }
    let Some(tag) = opaque(tag.as_bytes()) else {
        return false;
    };
    lines()
        .flat_map(|line| members(line.as_bytes()))
        .any(|member| opaque(member) == Some(tag))
}

/// The members of a list of tags. A comma between quotation marks is part of a tag (RFC
/// 9110 §8.8.3: `etagc`).
pub(crate) fn members(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut is_quoted = false;
    let members = line.split(move |byte| {
        is_quoted ^= *byte == b'"';
        *byte == b',' && !is_quoted
    });
    members.map(<[u8]>::trim_ascii)
}

/// A tag without the sign that it is weak; `None` if it is no tag.
fn opaque(tag: &[u8]) -> Option<&[u8]> {
    let quoted = tag.strip_prefix(b"W/").unwrap_or(tag);
    let inner = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    (!inner.contains(&b'"')).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_body_has_another_tag() {
        assert_eq!(of(b"a"), of(b"a"));
        assert_ne!(of(b"a"), of(b"b"));
        assert_ne!(of(b""), of(b"\0"));
    }

    #[test]
    fn a_body_has_the_same_tag_in_every_build() {
        // The first half of the SHA-256 of nothing.
        assert_eq!(of(b""), "W/\"e3b0c44298fc1c149afbf4c8996fb924\"");
    }

    fn is_found(values: &[&'static str], tag: &'static str) -> bool {
        let value = |value: &&'static str| HeaderValue::from_static(value);
        let values_of = values.iter().map(value);
        let headers: HeaderMap = values_of.map(|v| (header::IF_NONE_MATCH, v)).collect();
        has(&headers, &HeaderValue::from_static(tag))
    }

    #[test]
    fn a_tag_is_found_in_any_list_weak_or_strong() {
        for (values, found) in [
            (&["W/\"a\""][..], true),
            (&["\"a\""], true),
            (&["\"b\" ,W/\"a\""], true),
            (&["\"b,c\", \"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&[" * "], true),
            (&["\"b\""], false),
            (&["a"], false),
            (&["W/a"], false),
            (&["w/\"a\""], false),
            (&["\"a"], false),
            (&["a\""], false),
            (&["\""], false),
            (&["\"b\", *"], false),
            (&["*", "\"b\""], false),
            (&["\"*\""], false),
            (&[",, ,"], false),
            (&[""], false),
            (&[], false),
        ] {
            for tag in ["\"a\"", "W/\"a\""] {
                assert_eq!(is_found(values, tag), found, "{values:?}");
            }
        }
    }

    #[test]
    fn a_comma_or_a_space_inside_a_tag_does_not_end_it() {
        for (list, tag, found) in [
            ("\"a,b\"", "\"a,b\"", true),
            ("\"c\", W/\"a,b\"", "W/\"a,b\"", true),
            ("\"a,b\"", "\"a\"", false),
            ("\"x,\"", "\"x\"", false),
            ("\"a b\", \"c\"", "\"c\"", true),
        ] {
            assert_eq!(is_found(&[list], tag), found, "{list}");
        }
    }
}
