//! Entity tags: what stands for an answer, so that a client that has it is told so
//! (RFC 9110 §8.8.3, §13.1.2).

use axum::http::{HeaderMap, HeaderValue, header};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The tag of an answer with this body: another body has another one. Weak, since what is
/// compressed of it on the way has the same.
pub(super) fn of(body: &[u8]) -> HeaderValue {
    let mut hash = DefaultHasher::new();
    body.hash(&mut hash);
    let tag = format!("W/\"{:016x}-{:x}\"", hash.finish(), body.len());
    #[expect(
        clippy::expect_used,
        reason = "digits and quotation marks are visible ASCII"
    )]
    HeaderValue::try_from(tag).expect("visible ASCII")
}

/// Whether the client says that it has what this tag stands for. Tags are compared
/// as weak ones (RFC 9110 §13.1.2).
pub(crate) fn has(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let lines = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    tags.any(|one| {
        let one = one.trim_ascii();
        one == b"*" || opaque(one) == opaque(tag.as_bytes())
    })
}

/// A tag without the sign that it is weak.
fn opaque(tag: &[u8]) -> &[u8] {
    tag.strip_prefix(b"W/").unwrap_or(tag)
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
    fn a_tag_is_found_in_any_list_weak_or_strong() {
        for (values, found) in [
            (&["W/\"a\""][..], true),
            (&["\"a\""], true),
            (&["\"b\" ,W/\"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["\"b\""], false),
            (&["a"], false),
            (&["W/a"], false),
            (&[",, ,"], false),
            (&[""], false),
            (&[], false),
        ] {
            let value = |value: &&'static str| HeaderValue::from_static(value);
            let values_of = values.iter().map(value);
            let headers: HeaderMap = values_of.map(|v| (header::IF_NONE_MATCH, v)).collect();
            for tag in ["\"a\"", "W/\"a\""] {
                let tag = HeaderValue::from_static(tag);
                assert_eq!(has(&headers, &tag), found, "{values:?}");
            }
        }
    }
}
