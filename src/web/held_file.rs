//! A file that is held in memory, with what was compressed of it beforehand, as
//! answers to requests.

use super::{
    file_request::{Selection, Validators, refused_method},
    negotiation::liked,
};
use crate::counter::{entity_tag::opaque_of, responses::OwnBytes};
use axum::{
    body::Bytes,
    http::{
        HeaderMap, HeaderValue, Method,
        header::{self, InvalidHeaderValue},
    },
    response::Response,
};
use sha2::{Digest, Sha256};

/// A file. Clones share its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFile {
    content_type: HeaderValue,
    plain: Representation,
    gzip: Option<Representation>,
    brotli: Option<Representation>,
}

/// The bytes of a file in one content coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Representation {
    bytes: Bytes,
    /// Of these bytes: each coding has its own (RFC 9110 §8.8.3.3).
    tag: HeaderValue,
}

impl Representation {
    /// `hash` is one of the bytes, in visible ASCII without a quote.
    ///
    /// # Errors
    /// If it is not.
    pub fn new(bytes: Bytes, hash: &str) -> Result<Self, InvalidHeaderValue> {
        let tag = HeaderValue::try_from(format!("\"{hash}\""))?;
        Ok(Self { bytes, tag })
    }

    /// Named by the hash of these bytes, which it takes.
    #[expect(clippy::expect_used, reason = "hexadecimal digits are ASCII")]
    pub(crate) fn hashed(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let opaque = opaque_of(&Sha256::digest(&bytes));
        Self::new(bytes, &opaque).expect("visible ASCII")
    }
}

impl HeldFile {
    /// A file of this media type, of which nothing was compressed.
    pub fn new(media_type: HeaderValue, plain: Representation) -> Self {
        Self {
            content_type: media_type,
            plain,
            gzip: None,
            brotli: None,
        }
    }

    /// With what was made of its bytes with gzip and with brotli, if anything was.
    pub fn with_compressed(
        self,
        gzip: Option<Representation>,
        brotli: Option<Representation>,
    ) -> Self {
        Self {
            gzip,
            brotli,
            ..self
        }
    }

    /// Its bytes as they are.
    pub fn bytes(&self) -> &Bytes {
        &self.plain.bytes
    }

    /// The response to a request for it: in the coding that the client likes best, brotli
    /// before gzip; 304 to a client that has exactly these bytes; and the part that it
    /// asks for, if the file is sent as it is.
    pub fn answer(&self, method: &Method, headers: &HeaderMap) -> Response {
        if let Some(refused) = refused_method(method) {
            return refused;
        }
        let (coding, form) = self.form_for(headers);
        let length = form.bytes.len() as u64;
        let validators = Validators {
            tag: form.tag.clone(),
            modified: None,
        };
        let selection = Selection::of(method, headers, length, &validators, coding.is_none());
        let mut response = selection.head(length, &validators);
        let out = response.headers_mut();
        if self.gzip.is_some() || self.brotli.is_some() {
            let vary = HeaderValue::from_static("accept-encoding");
            out.insert(header::VARY, vary);
        }
        if selection == Selection::NotModified {
            return response;
        }
        out.insert(header::CONTENT_TYPE, self.content_type.clone());
        match coding {
            Some(coding) => {
                out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            None => {
                out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            }
        }
        if *method == Method::GET {
            let part = selection.bytes(length);
            // Both are at most the length, which is a usize.
            let bytes = form.bytes.slice(part.start as usize..part.end as usize);
            *response.body_mut() = bytes.into();
            response.extensions_mut().insert(OwnBytes(0));
        }
        response
    }

    fn form_for(&self, headers: &HeaderMap) -> (Option<&'static str>, &Representation) {
        let forms = [("br", &self.brotli), ("gzip", &self.gzip)];
        let there = forms.map(|(coding, form)| (coding, form.as_ref()));
        let liked = liked(headers, ["br", "gzip"]).find_map(|coding| {
            let (_, form) = there.iter().find(|(name, _)| *name == coding)?;
            Some((Some(coding), (*form)?))
        });
        liked.unwrap_or((None, &self.plain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    fn form(text: &'static str) -> Representation {
        Representation::new(Bytes::from_static(text.as_bytes()), text).unwrap()
    }

    fn file() -> HeldFile {
        let plain = HeldFile::new(HeaderValue::from_static("text/css"), form("plain"));
        plain.with_compressed(Some(form("gzip")), Some(form("brotli")))
    }

    async fn answer(
        file: &HeldFile,
        method: Method,
        sent: &[(header::HeaderName, &'static str)],
    ) -> (StatusCode, HeaderMap, String) {
        let headers = sent
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect();
        let (parts, body) = file.answer(&method, &headers).into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.into()).unwrap();
        (parts.status, parts.headers, body)
    }

    #[tokio::test]
    async fn the_client_gets_the_coding_that_it_likes_best() {
        for (accepted, expected) in [
            ("gzip, deflate, br, zstd", "brotli"),
            ("gzip", "gzip"),
            ("GZIP;q=0.5, identity;q=0.1", "gzip"),
            ("br;q=0.2, gzip;q=0.8", "gzip"),
            ("br;q=0, *", "gzip"),
            ("*;q=0.1", "brotli"),
            ("gzip;q=0.5, identity", "plain"),
            ("br;q=0, gzip;q=0", "plain"),
            ("br;q=much", "plain"),
            ("br;q=NaN", "plain"),
            ("deflate", "plain"),
            ("", "plain"),
            ("identity;q=0", "plain"),
        ] {
            let sent = [(header::ACCEPT_ENCODING, accepted)];
            let (status, headers, body) = answer(&file(), Method::GET, &sent).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(body, expected, "{accepted}");
            let coding = headers.get(header::CONTENT_ENCODING);
            let coding = coding.map(|coding| coding.to_str().unwrap());
            let named = [("brotli", "br"), ("gzip", "gzip")];
            let named = named.into_iter().find(|(body, _)| *body == expected);
            assert_eq!(coding, named.map(|(_, coding)| coding), "{accepted}");
            assert_eq!(headers[header::VARY], "accept-encoding");
            assert_eq!(headers[header::CONTENT_TYPE], "text/css");
            assert_eq!(headers[header::CONTENT_LENGTH], expected.len().to_string());
        }
        let (.., body) = answer(&file(), Method::GET, &[]).await;
        assert_eq!(body, "plain");
    }

    #[tokio::test]
    async fn who_has_just_these_bytes_is_not_sent_them_again() {
        let brotli = (header::ACCEPT_ENCODING, "br");
        for (known, status) in [
            ("\"brotli\"", 304),
            ("W/\"brotli\"", 304),
            ("\"other\" , \"brotli\"", 304),
            ("*", 304),
            ("\"plain\"", 200),
            ("brotli", 200),
        ] {
            let sent = [brotli.clone(), (header::IF_NONE_MATCH, known)];
            let (answered, headers, body) = answer(&file(), Method::GET, &sent).await;
            assert_eq!(answered, status, "{known}");
            assert_eq!(body.is_empty(), status == 304, "{known}");
            assert_eq!(headers[header::ETAG], "\"brotli\"");
            assert_eq!(headers[header::VARY], "accept-encoding");
        }
    }

    #[tokio::test]
    async fn who_asks_for_the_head_gets_no_body_and_nothing_can_be_sent() {
        let (status, headers, body) = answer(&file(), Method::HEAD, &[]).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, ""));
        assert_eq!(headers[header::CONTENT_LENGTH], "5");
        let (status, headers, _) = answer(&file(), Method::POST, &[]).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(headers[header::ALLOW], "GET,HEAD");
    }

    #[tokio::test]
    async fn a_part_is_sent_to_whoever_asks_for_one() {
        let file = HeldFile::new(HeaderValue::from_static("video/webm"), form("0123456789"));
        let range = |text| (header::RANGE, text);
        let same = (header::IF_RANGE, "\"0123456789\"");
        let other = (header::IF_RANGE, "\"another\"");
        for (sent, status, said, part) in [
            (vec![range("bytes=0-2")], 206, "bytes 0-2/10", "012"),
            (vec![range("bytes=7-")], 206, "bytes 7-9/10", "789"),
            (vec![range("bytes=7-100")], 206, "bytes 7-9/10", "789"),
            (vec![range("bytes=-2")], 206, "bytes 8-9/10", "89"),
            (vec![range("bytes=9-9"), same], 206, "bytes 9-9/10", "9"),
            (vec![range("bytes=10-")], 416, "bytes */10", ""),
            (vec![range("bytes=0-2"), other], 200, "", "0123456789"),
            (vec![range("bytes=0-1,4-5")], 200, "", "0123456789"),
            (vec![range("lines=1-2")], 200, "", "0123456789"),
        ] {
            let (answered, headers, body) = answer(&file, Method::GET, &sent).await;
            assert_eq!(
                (answered.as_u16(), body.as_str()),
                (status, part),
                "{sent:?}"
            );
            let range = headers.get(header::CONTENT_RANGE);
            let range = range.map_or("", |range| range.to_str().unwrap());
            assert_eq!(range, said, "{sent:?}");
            assert_eq!(headers[header::ACCEPT_RANGES], "bytes");
            assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string());
        }
    }

    #[tokio::test]
    async fn a_file_in_one_form_does_not_depend_on_what_is_accepted() {
        let file = HeldFile::new(HeaderValue::from_static("image/png"), form("plain"));
        let sent = [(header::ACCEPT_ENCODING, "br")];
        let (_, headers, body) = answer(&file, Method::GET, &sent).await;
        assert_eq!(body, "plain");
        assert!(!headers.contains_key(header::VARY));
    }
}
