//! `/api/v1/views`: the numbers of all posts, or of some, as JSON.
//!
//! A site may have millions of pages. Their list is made in pieces, between which other
//! tasks have their turn, and once for all who ask for it at the same time.

use super::{
    Counter,
    error::ApiError,
    numbers::{answer, json},
};
use crate::counter::{
    entity_tag,
    metrics::PageRefused,
    protocol::{Counts, Slug, SlugCounts},
};
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use tokio::task::yield_now;

/// The most posts that are asked for by name at once: a list of them, not a site.
const MAX_REQUESTED_SLUGS: usize = 100;
/// Posts that are written before other tasks have their turn: a fraction of a
/// millisecond.
const WRITTEN_IN_A_ROW: usize = 256;
/// About what a post takes in the list; most slugs are shorter.
const BYTES_EACH: usize = 72;

/// `{"views":[…]}` of every post, and its entity tag. Clones share the bytes.
#[derive(Clone, Debug)]
pub(super) struct EncodedList {
    bytes: Bytes,
    tag: HeaderValue,
}

/// What becomes of a list that is asked for.
pub(super) type ListOutcome = Result<Result<EncodedList, ApiError>, PageRefused>;

#[derive(Serialize)]
struct Views {
    views: Vec<SlugCounts>,
}

/// `{"views":[…]}` of every post there is, or of those that the query names. One that it
/// names and that is not counted is left out: a list of posts may be newer than what is
/// known here.
pub(super) async fn all_views(
    State(counter): State<Counter>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let outcome = match asked_for(query.as_deref().unwrap_or_default()) {
        Err(error) => return error.into_response(),
        Ok(Some(asked)) => {
            let some = counter.queue().make(some_views(&counter, asked)).await;
            some.map(|views| answer(&headers, views))
        }
        Ok(None) => {
            let make = async || counter.queue().make(encoded_list(&counter)).await;
            let list = counter.shared_list().get(make).await;
            list.map(|list| match list {
                Ok(list) => json(&headers, &list.tag, list.bytes),
                Err(error) => error.into_response(),
            })
        }
    };
    outcome.unwrap_or_else(|why| {
        counter.page_refused(why);
        ApiError::from(why).into_response()
    })
}

async fn some_views(counter: &Counter, asked: BTreeSet<Slug>) -> Result<Views, ApiError> {
    let counted = counter.admission().slugs.all();
    let asked = asked.into_iter().filter(|slug| counted.contains(slug));
    let views = counter.hub().counts_of_each(asked).await;
    let views = views.map_err(|_| ApiError::storage_failed())?;
    Ok(Views { views })
}

async fn encoded_list(counter: &Counter) -> Result<EncodedList, ApiError> {
    let slugs = counter.admission().slugs.all();
    let counts = counter.hub().counts_in_order(slugs.iter()).await;
    let counts = counts.map_err(|_| ApiError::storage_failed())?;
    let encoded = encode(slugs.iter().zip(counts)).await;
    encoded.map_err(|error| {
        tracing::error!(%error, "numbers cannot be written as JSON");
        ApiError::unmade()
    })
}

/// The list of these numbers, as [`Views`] is written. Other tasks have their turn
/// meanwhile.
async fn encode<'s>(
    numbers: impl ExactSizeIterator<Item = (&'s Slug, Counts)>,
) -> serde_json::Result<EncodedList> {
    let mut json = Vec::with_capacity(BYTES_EACH * numbers.len());
    let mut digest = Sha256::new();
    let mut hashed = 0;
    json.extend(b"{\"views\":[");
    for (n, (slug, counts)) in numbers.enumerate() {
        if n > 0 {
            json.push(b',');
        }
        let slug = slug.clone();
        serde_json::to_writer(&mut json, &SlugCounts { slug, counts })?;
        if n % WRITTEN_IN_A_ROW == WRITTEN_IN_A_ROW - 1 {
            digest.update(json.get(hashed..).unwrap_or_default());
            hashed = json.len();
            yield_now().await;
        }
    }
    json.extend(b"]}");
    digest.update(json.get(hashed..).unwrap_or_default());
    Ok(EncodedList {
        bytes: json.into(),
        tag: entity_tag::weak(&digest.finalize()),
    })
}

/// The slugs that a query names, each once; none if it names none.
fn asked_for(query: &str) -> Result<Option<BTreeSet<Slug>>, ApiError> {
    let bad = |why: &dyn std::fmt::Display| ApiError::new(StatusCode::BAD_REQUEST, why);
    let mut asked = BTreeSet::new();
    let pairs = form_urlencoded::parse(query.as_bytes());
    for (_, value) in pairs.filter(|(name, _)| name == "slug") {
        asked.insert(value.parse::<Slug>().map_err(|why| bad(&why))?);
        if asked.len() > MAX_REQUESTED_SLUGS {
            return Err(bad(
                &"these are more than 100 posts; ask for fewer at a time, or for all",
            ));
        }
    }
    Ok((!asked.is_empty()).then_some(asked))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn numbers(posts: u64) -> Vec<(Slug, Counts)> {
        let of = |n: u64| {
            let slug = format!("post-\"{n}\"").parse().unwrap();
            let (live, total) = (n % 3, n * n);
            (slug, Counts { live, total })
        };
        (0..posts).map(of).collect()
    }

    #[tokio::test]
    async fn a_list_written_in_pieces_is_the_json_of_all() {
        for posts in [0, 1, 2, 255, 256, 257, 1_000] {
            let numbers = numbers(posts);
            let list = encode(numbers.iter().map(|(slug, counts)| (slug, *counts)));
            let list = list.await.unwrap();
            let views = numbers.into_iter();
            let views = views.map(|(slug, counts)| SlugCounts { slug, counts });
            let views = Views {
                views: views.collect(),
            };
            assert_eq!(list.bytes, serde_json::to_vec(&views).unwrap(), "{posts}");
            assert_eq!(list.tag, entity_tag::of(&list.bytes), "{posts}");
        }
    }

    #[tokio::test]
    async fn other_tasks_have_their_turn_while_a_long_list_is_written() {
        static TURNS: AtomicUsize = AtomicUsize::new(0);
        let other = tokio::spawn(async {
            loop {
                TURNS.fetch_add(1, Ordering::Relaxed);
                yield_now().await;
            }
        });
        let numbers = numbers(10_000);
        let list = encode(numbers.iter().map(|(slug, counts)| (slug, *counts)));
        list.await.unwrap();
        let turns = TURNS.load(Ordering::Relaxed);
        other.abort();
        assert!(turns >= 10_000 / WRITTEN_IN_A_ROW, "{turns}");
    }
}
