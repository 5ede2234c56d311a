//! One page that is kept: its template, and the page that was last made of it.
//!
//! What is kept depends on nothing but the numbers in it, and these are compared
//! with the present ones at each request. A page whose numbers are the same is the
//! same to the byte.

use super::template::{Part, Template};
use crate::{
    counter::{
        entity_tag,
        protocol::{Counts, Slug},
    },
    web::{
        gzip::{Blocks, Stream, whole},
        negotiation,
    },
};
use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

const GZIP: &str = "gzip";

/// A page may be so much larger for being compressed in parts.
const PARTS_MOST_PERCENT: usize = 125;

/// What an answer says that is told to keep the page it has, beside its tag (RFC
/// 9110 §15.4.5), and every other too: its numbers change, but the browser's back
/// button may keep it.
const WITH_NOT_MODIFIED: [(HeaderName, HeaderValue); 2] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    (header::VARY, HeaderValue::from_static("accept-encoding")),
];

/// A page, whatever its numbers.
pub(super) struct KeptPage {
    template: Template,
    /// What every answer with it has.
    headers: HeaderMap,
    /// Of all that an answer is made of but the numbers.
    digest: [u8; 32],
    /// How it is compressed, once somebody asked for that.
    compressed: OnceCell<Compressed>,
    latest: Mutex<Option<Arc<Filled>>>,
}

/// What is compressed before the numbers are known.
enum Compressed {
    /// Each part that stays the same. What is between them is sent as it is.
    Parts(Vec<Blocks>),
    /// Nothing: the page would be too large that way. Lists are, with a number in
    /// every few lines.
    Nothing,
}

/// A page with its numbers.
pub(super) struct Filled {
    numbers: Vec<u64>,
    tag: HeaderValue,
    html: Bytes,
    gzip: OnceCell<Bytes>,
}

impl Filled {
    /// All of it compressed at once. Many who need it at the same time wait for one, as
    /// tasks.
    async fn compressed_at_once(&self) -> &Bytes {
        self.gzip
            .get_or_init(async || whole(&self.html).into())
            .await
    }
}

impl KeptPage {
    /// A page of this template, whose answers have these headers.
    pub(super) fn new(template: Template, mut headers: HeaderMap) -> Self {
        let mut digest = Sha256::new();
        for (name, value) in &headers {
            digest.update(name);
            digest.update(value);
        }
        for part in template.fixed() {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        headers.extend(WITH_NOT_MODIFIED);
        Self {
            digest: digest.finalize().into(),
            template,
            headers,
            compressed: OnceCell::new(),
            latest: Mutex::default(),
        }
    }

    /// Whose numbers are on it.
    pub(super) fn slugs(&self) -> &[Slug] {
        self.template.slugs()
    }

    /// At most about so many bytes are held for it: its parts and the last page that
    /// was made of them, and both compressed, which makes nothing larger.
    pub(super) fn size_most(&self) -> usize {
        4 * self.template.fixed().map(str::len).sum::<usize>() + size_of::<Self>()
    }

    /// The page with these numbers, in the order of [`Self::slugs`].
    pub(super) fn filled(&self, counts: &[Counts]) -> Arc<Filled> {
        let numbers = self.template.numbers(counts);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = latest.as_ref().filter(|latest| latest.numbers == numbers) {
            return Arc::clone(same);
        }
        let html = self.template.filled(counts);
        let filled = Arc::new(Filled {
            tag: self.tag(&numbers),
            numbers,
            html: html.into(),
            gzip: OnceCell::new(),
        });
        *latest = Some(Arc::clone(&filled));
        filled
    }

    /// The answer to a request for it with this method, which is GET or HEAD, and
    /// these headers; none if it has to be [compressed](Self::compress) first.
    pub(super) fn answer(
        &self,
        filled: &Filled,
        counts: &[Counts],
        method: &Method,
        headers: &HeaderMap,
    ) -> Option<Response> {
        let mut response = Response::new(Body::empty());
        if entity_tag::has(headers, &filled.tag) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            response.headers_mut().extend(WITH_NOT_MODIFIED);
        } else {
            let gzip = negotiation::accepts(headers, GZIP);
            let body = match gzip {
                true => self.gzip(filled, counts)?,
                false => filled.html.clone(),
            };
            let out = response.headers_mut();
            out.clone_from(&self.headers);
            // Said here, since the answer to HEAD has no body to count.
            out.insert(header::CONTENT_LENGTH, body.len().into());
            if gzip {
                let coding = HeaderValue::from_static(GZIP);
                out.insert(header::CONTENT_ENCODING, coding);
            }
            if *method == Method::GET {
                *response.body_mut() = body.into();
            }
        }
        response
            .headers_mut()
            .insert(header::ETAG, filled.tag.clone());
        Some(response)
    }

    /// Compresses what has to be before [`Self::answer`] can send it compressed: what
    /// is the same in all such pages, once; and all of this one where that would be
    /// much larger.
    pub(super) async fn compress(&self, filled: &Filled) {
        let compressed = self.compressed.get_or_init(async || {
            let parts: Vec<Blocks> = self.template.fixed().map(Blocks::of).collect();
            let in_parts: usize = parts.iter().map(Blocks::len).sum();
            let at_once = filled.compressed_at_once().await.len();
            if in_parts <= at_once * PARTS_MOST_PERCENT / 100 {
                Compressed::Parts(parts)
            } else {
                Compressed::Nothing
            }
        });
        if let Compressed::Nothing = compressed.await {
            filled.compressed_at_once().await;
        }
    }

    fn gzip(&self, filled: &Filled, counts: &[Counts]) -> Option<Bytes> {
        if let Some(made) = filled.gzip.get() {
            return Some(made.clone());
        }
        let Compressed::Parts(blocks) = self.compressed.get()? else {
            return None;
        };
        let length: usize = blocks.iter().map(Blocks::len).sum();
        let mut stream = Stream::with_capacity(length + 64 * blocks.len());
        for part in self.template.parts(counts) {
            match part {
                Part::Fixed(index, _) => blocks
                    .get(index)
                    .into_iter()
                    .for_each(|blocks| stream.push(blocks)),
                Part::Filled(number) => stream.push_stored(&number),
            }
        }
        let made = Bytes::from(stream.end(&filled.html));
        // Another may have put the same together meanwhile.
        let _ = filled.gzip.set(made.clone());
        Some(made)
    }

    /// Weak: a page means the same in every coding (RFC 9110 §8.8.1).
    fn tag(&self, numbers: &[u64]) -> HeaderValue {
        let mut digest = Sha256::new_with_prefix(self.digest);
        for number in numbers {
            digest.update(number.to_le_bytes());
        }
        entity_tag::weak(&digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        blog::numbers::{Marks, Numbers},
        counter::wording,
    };
    use axum::body::to_bytes;
    use flate2::read::GzDecoder;
    use futures_util::FutureExt;
    use std::io::Read;

    /// A page with this text between every two of so many numbers.
    fn page(text: &str, numbers: usize) -> KeptPage {
        let slugs: Vec<Slug> = (0..numbers).map(slug).collect();
        let marks = Arc::new(Marks::new());
        let marked = Numbers::Marks(Arc::clone(&marks));
        let marked = marked.of_all(slugs).now_or_never().flatten().unwrap();
        let html = html(text, &marked);
        let template = Template::cut(&html, &marks);
        KeptPage::new(template, HeaderMap::new())
    }

    fn slug(n: usize) -> Slug {
        format!("post-{n}").parse().unwrap()
    }

    fn html(text: &str, counts: &[Counts]) -> String {
        let each = counts.iter().enumerate();
        let each = each.map(|(n, one)| format!("<p>{n}. {text} {}</p>", wording::views(one.total)));
        each.collect()
    }

    fn gzip() -> HeaderMap {
        let accepted = HeaderValue::from_static(GZIP);
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, accepted)])
    }

    fn counts(numbers: usize, total: u64) -> Vec<Counts> {
        vec![Counts { live: 1, total }; numbers]
    }

    async fn sent(page: &KeptPage, counts: &[Counts]) -> Option<String> {
        let filled = page.filled(counts);
        let answer = page.answer(&filled, counts, &Method::GET, &gzip())?;
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        let mut text = String::new();
        let mut decoder = GzDecoder::new(&bytes[..]);
        decoder.read_to_string(&mut text).unwrap();
        Some(text)
    }

    #[tokio::test]
    async fn a_long_text_is_compressed_once_and_a_list_whenever_it_changes() {
        let long: String = (0..2_000_u32).map(|n| format!("{:x} ", n.pow(2))).collect();
        for (text, numbers, once) in [(long.as_str(), 1, true), ("Another entry", 50, false)] {
            let page = page(text, numbers);
            let first = counts(numbers, 1);
            assert_eq!(sent(&page, &first).await, None, "nothing is compressed yet");
            page.compress(&page.filled(&first)).await;
            assert_eq!(sent(&page, &first).await, Some(html(text, &first)));
            let second = counts(numbers, 1_204);
            assert_eq!(sent(&page, &second).await.is_some(), once);
            page.compress(&page.filled(&second)).await;
            assert_eq!(sent(&page, &second).await, Some(html(text, &second)));
        }
    }

    #[test]
    fn a_page_is_made_again_when_its_numbers_change_and_has_another_tag() {
        let page = page("text", 1);
        let one = page.filled(&counts(1, 7));
        let reader_left = [Counts { live: 0, total: 7 }];
        assert!(
            Arc::ptr_eq(&one, &page.filled(&reader_left)),
            "it shows no readers"
        );
        let two = page.filled(&counts(1, 8));
        assert_ne!(one.tag, two.tag);
        let again = page.filled(&counts(1, 7));
        assert_eq!(one.tag, again.tag);
        assert_eq!(one.html, again.html);
    }

    #[test]
    fn a_tag_is_of_all_that_an_answer_is_made_of() {
        let tag = |page: KeptPage| page.filled(&counts(1, 7)).tag.clone();
        let with_policy = |page: KeptPage, policy| {
            let policy = (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static(policy),
            );
            tag(KeptPage::new(page.template, HeaderMap::from_iter([policy])))
        };
        let same = tag(page("text", 1));
        assert_eq!(same, tag(page("text", 1)), "also after a restart");
        assert_ne!(same, tag(page("another", 1)));
        assert_ne!(same, with_policy(page("text", 1), "default-src 'none'"));
    }
}
