//! What a request for a file gets of it: all, a part, or only the word that the client
//! has it already (RFC 9110 §13 and §14). It knows nothing of where the file is.

use crate::counter::entity_tag::{has, members};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

/// What tells one version of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Validators {
    /// A strong entity tag.
    pub(crate) tag: HeaderValue,
    /// When the file was last changed, if that is known.
    pub(crate) modified: Option<SystemTime>,
}

/// What is sent of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Selection {
    /// All of it.
    Whole,
    /// These bytes of it, at least one.
    Part(Range<u64>),
    /// There are no such bytes in it.
    Unsatisfiable,
    /// Nothing: the client has it.
    NotModified,
    /// Nothing: the client wanted another version of it.
    PreconditionFailed,
}

/// 405 for a method by which files are not to be had; nothing for GET and HEAD.
pub(crate) fn refused_method(method: &Method) -> Option<Response> {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let allowed = [(header::ALLOW, "GET,HEAD")];
    (!is_read).then(|| (StatusCode::METHOD_NOT_ALLOWED, allowed).into_response())
}

impl Selection {
    /// What this request gets of a file of so many bytes. `has_parts` says whether the
    /// file is sent in parts.
    pub(crate) fn of(
        method: &Method,
        headers: &HeaderMap,
        length: u64,
        validators: &Validators,
        has_parts: bool,
    ) -> Self {
        // In the order of RFC 9110 §13.2.2.
        if let Some(other) = validators.precondition(headers) {
            return other;
        }
        let asked = headers.get(header::RANGE);
        let Some(asked) = asked.filter(|_| has_parts && *method == Method::GET) else {
            return Self::Whole;
        };
        if !validators.match_if_range(headers) {
            return Self::Whole;
        }
        // What is no range is none that was asked for.
        let asked = asked.to_str().unwrap_or_default();
        let Ok(ranges) = http_range_header::parse_range_header(asked) else {
            return Self::Whole;
        };
        match ranges.validate(length) {
            Ok(ranges) => match ranges.as_slice() {
                [one] => Self::Part(*one.start()..one.end() + 1),
                // Of several the whole is sent.
                _ => Self::Whole,
            },
            Err(_) => Self::Unsatisfiable,
        }
    }

    /// The bytes of the body, of a file of so many bytes.
    pub(crate) fn bytes(&self, length: u64) -> Range<u64> {
        match self {
            Self::Whole => 0..length,
            Self::Part(part) => part.clone(),
            Self::Unsatisfiable | Self::NotModified | Self::PreconditionFailed => 0..0,
        }
    }

    /// The response, yet without a body, for a file of so many bytes.
    pub(crate) fn head(&self, length: u64, validators: &Validators) -> Response {
        let (status, range) = match self {
            Self::Whole => (StatusCode::OK, None),
            Self::Part(part) => (
                StatusCode::PARTIAL_CONTENT,
                Some(format!("bytes {}-{}/{length}", part.start, part.end - 1)),
            ),
            Self::Unsatisfiable => (
                StatusCode::RANGE_NOT_SATISFIABLE,
                Some(format!("bytes */{length}")),
            ),
            Self::NotModified => (StatusCode::NOT_MODIFIED, None),
            Self::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, None),
        };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let out = response.headers_mut();
        // Set here, since the response to HEAD has no body that could be measured. Where
        // nothing was changed it would be read as the length of the whole file.
        if *self != Self::NotModified {
            let bytes = self.bytes(length);
            out.insert(header::CONTENT_LENGTH, (bytes.end - bytes.start).into());
        }
        if let Some(Ok(range)) = range.map(HeaderValue::try_from) {
            out.insert(header::CONTENT_RANGE, range);
        }
        out.insert(header::ETAG, validators.tag.clone());
        if let Some(modified) = validators.modified {
            let date = httpdate::fmt_http_date(modified);
            if let Ok(date) = HeaderValue::try_from(date) {
                out.insert(header::LAST_MODIFIED, date);
            }
        }
        response
    }
}

impl Validators {
    /// What is sent instead of the file because of a condition that the request sets.
    fn precondition(&self, headers: &HeaderMap) -> Option<Selection> {
        let is_met = match headers.contains_key(header::IF_MATCH) {
            true => self.match_if_match(headers),
            false => self
                .is_later_than(headers, &header::IF_UNMODIFIED_SINCE)
                .is_none_or(|is_later| !is_later),
        };
        if !is_met {
            return Some(Selection::PreconditionFailed);
        }
        let is_known = match headers.contains_key(header::IF_NONE_MATCH) {
            true => has(headers, &self.tag),
            false => self.is_later_than(headers, &header::IF_MODIFIED_SINCE) == Some(false),
        };
        is_known.then_some(Selection::NotModified)
    }

    /// Whether the file was changed after the date in this header; `None` where either is
    /// not known.
    fn is_later_than(&self, headers: &HeaderMap, name: &HeaderName) -> Option<bool> {
        let date = httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()?;
        Some(whole_seconds(self.modified?) > date)
    }

    /// By strong comparison (RFC 9110 §13.1.1).
    fn match_if_match(&self, headers: &HeaderMap) -> bool {
        let lines = headers.get_all(header::IF_MATCH).iter();
        let mut tags = lines.flat_map(|line| members(line.as_bytes()));
        tags.any(|tag| tag == b"*" || tag == self.tag.as_bytes())
    }

    /// Whether the client has the beginning of just this version: a part completes it
    /// (RFC 9110 §13.1.5). A date does so only if it is exactly that of the file.
    fn match_if_range(&self, headers: &HeaderMap) -> bool {
        let Some(sent) = headers.get(header::IF_RANGE) else {
            return true;
        };
        if *sent == self.tag {
            return true;
        }
        let date = sent.to_str().ok().map(httpdate::parse_http_date);
        match (date, self.modified) {
            (Some(Ok(date)), Some(modified)) => {
                // A file that was changed within the last second may change again in it.
                let is_settled = date.elapsed().is_ok_and(|ago| ago > Duration::from_secs(1));
                is_settled && date == whole_seconds(modified)
            }
            _ => false,
        }
    }
}

/// The time as HTTP's dates name it, in seconds.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(SystemTime::UNIX_EPOCH, |since| {
        SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When the file of these tests was changed, and what HTTP calls that and the second
    /// before and after it.
    const MODIFIED: Duration = Duration::from_millis(784_111_777_500);
    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn validators() -> Validators {
        Validators {
            tag: HeaderValue::from_static("\"a\""),
            modified: Some(SystemTime::UNIX_EPOCH + MODIFIED),
        }
    }

    fn selected(method: Method, sent: &[(HeaderName, &'static str)]) -> (u16, String) {
        let headers = sent
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        let selection = Selection::of(&method, &headers, 10, &validators(), true);
        let head = selection.head(10, &validators());
        assert_eq!(head.headers()[header::ETAG], "\"a\"");
        assert_eq!(head.headers()[header::LAST_MODIFIED], DATE);
        let bytes = selection.bytes(10);
        let length = head.headers().get(header::CONTENT_LENGTH);
        match selection {
            Selection::NotModified => assert_eq!(length, None),
            _ => assert_eq!(length.unwrap(), &(bytes.end - bytes.start).to_string()),
        }
        (
            head.status().as_u16(),
            format!("{}-{}", bytes.start, bytes.end),
        )
    }

    #[test]
    fn conditions_are_judged_in_the_order_of_the_standard() {
        use header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
        for (sent, status) in [
            (vec![], 200),
            (vec![(IF_NONE_MATCH, "\"a\"")], 304),
            (vec![(IF_NONE_MATCH, "W/\"a\"")], 304),
            (vec![(IF_NONE_MATCH, "\"b\"")], 200),
            (vec![(IF_MODIFIED_SINCE, DATE)], 304),
            (vec![(IF_MODIFIED_SINCE, LATER)], 304),
            (vec![(IF_MODIFIED_SINCE, EARLIER)], 200),
            (vec![(IF_MODIFIED_SINCE, "yesterday")], 200),
            (
                vec![(IF_NONE_MATCH, "\"b\""), (IF_MODIFIED_SINCE, DATE)],
                200,
            ),
            (vec![(IF_MATCH, "\"a\"")], 200),
            (vec![(IF_MATCH, "\"b\", \"a\"")], 200),
            (vec![(IF_MATCH, "*")], 200),
            (vec![(IF_MATCH, "W/\"a\"")], 412),
            (vec![(IF_MATCH, "\"b\"")], 412),
            (vec![(IF_MATCH, "\"b\""), (IF_NONE_MATCH, "\"a\"")], 412),
            (vec![(IF_MATCH, "\"a\""), (IF_NONE_MATCH, "\"a\"")], 304),
            (vec![(IF_UNMODIFIED_SINCE, DATE)], 200),
            (vec![(IF_UNMODIFIED_SINCE, EARLIER)], 412),
            (
                vec![(IF_MATCH, "\"a\""), (IF_UNMODIFIED_SINCE, EARLIER)],
                200,
            ),
        ] {
            for method in [Method::GET, Method::HEAD] {
                assert_eq!(selected(method, &sent).0, status, "{sent:?}");
            }
        }
    }

    #[test]
    fn a_part_is_sent_of_the_version_that_the_client_has() {
        use header::{IF_RANGE, RANGE};
        let range = (RANGE, "bytes=2-4");
        for (sent, expected) in [
            (vec![range.clone()], (206, "2-5")),
            (vec![(RANGE, "bytes=-2")], (206, "8-10")),
            (vec![(RANGE, "bytes=7-100")], (206, "7-10")),
            (vec![(RANGE, "bytes=10-")], (416, "0-0")),
            (vec![(RANGE, "bytes=0-1,4-5")], (200, "0-10")),
            (vec![(RANGE, "lines=1-2")], (200, "0-10")),
            (vec![range.clone(), (IF_RANGE, "\"a\"")], (206, "2-5")),
            (vec![range.clone(), (IF_RANGE, DATE)], (206, "2-5")),
            (vec![range.clone(), (IF_RANGE, "\"b\"")], (200, "0-10")),
            (vec![range.clone(), (IF_RANGE, "W/\"a\"")], (200, "0-10")),
            (vec![range.clone(), (IF_RANGE, LATER)], (200, "0-10")),
            (vec![range.clone(), (IF_RANGE, EARLIER)], (200, "0-10")),
        ] {
            let (status, bytes) = selected(Method::GET, &sent);
            assert_eq!((status, bytes.as_str()), expected, "{sent:?}");
        }
        // Only GET has parts (RFC 9110 §14.2).
        assert_eq!(selected(Method::HEAD, &[range]).0, 200);
    }
}
