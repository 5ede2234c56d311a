//! The numbers as JSON: of all posts, of some, of one, and by the day.

use super::{Counter, decoded, error::ApiError};
use crate::counter::{
    entity_tag,
    protocol::{Slug, SlugCounts, Visitors},
};
use axum::{
    extract::{
        Path, Query, RawQuery, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The most posts that are asked for by name at once: a list of them, not a site.
const ASKED_MOST: usize = 100;

/// What these routes answer, by the OpenAPI Specification 3.1.
const DESCRIPTION: &str = include_str!("openapi.json");

/// `{"slug":…,"live":…,"total":…}` of one post, or the 429 or 503 that a
/// handshake would get now.
pub(super) async fn views(
    State(counter): State<Counter>,
    slug: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    extensions: Extensions,
) -> Response {
    let numbers = async {
        let text = decoded(slug)?;
        let slug = counter.slug(&text)?;
        would_open(&counter, &slug, &extensions, &headers)?;
        let counts = counter.counts(&slug).await?;
        Ok(SlugCounts { slug, counts })
    };
    answer(&counter, &headers, &uri, numbers.await)
}

/// `{"visitors":…}` of the whole site, or the 429 or 503 that a handshake of a page
/// without a post would get now.
pub(super) async fn visitors(
    State(counter): State<Counter>,
    headers: HeaderMap,
    uri: Uri,
    extensions: Extensions,
) -> Response {
    let would_open = would_open(&counter, &Slug::site(), &extensions, &headers);
    let numbers = would_open.map(|()| Visitors {
        visitors: counter.hub().visitors(),
    });
    answer(&counter, &headers, &uri, numbers)
}

/// A page that was refused asks for the numbers to hear why: scripts cannot see the
/// status of a handshake.
fn would_open(
    counter: &Counter,
    slug: &Slug,
    extensions: &Extensions,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let admission = counter.admission();
    let from = admission.from(extensions, headers);
    if let Some(refusal) = admission.limits.refusal(from, slug) {
        return Err(refusal.into());
    }
    match counter.gate().is_open() {
        true => Ok(()),
        false => Err(ApiError::restarting()),
    }
}

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
    uri: Uri,
    RawQuery(query): RawQuery,
) -> Response {
    let numbers = async {
        let counted = counter.admission().slugs.all();
        let asked = asked_for(query.as_deref().unwrap_or_default())?;
        let views = match asked {
            None => counter.hub().counts_of(counted.iter().cloned()).await,
            Some(asked) => {
                let asked = asked.into_iter().filter(|slug| counted.contains(slug));
                counter.hub().counts_of_each(asked).await
            }
        };
        let views = views.map_err(|_| ApiError::storage_failed())?;
        Ok(Views { views })
    };
    answer(&counter, &headers, &uri, numbers.await)
}

/// The slugs that a query names, each once; none if it names none.
fn asked_for(query: &str) -> Result<Option<BTreeSet<Slug>>, ApiError> {
    let bad = |why: &dyn std::fmt::Display| ApiError::new(StatusCode::BAD_REQUEST, why);
    let mut asked = BTreeSet::new();
    let pairs = form_urlencoded::parse(query.as_bytes());
    for (_, value) in pairs.filter(|(name, _)| name == "slug") {
        asked.insert(value.parse::<Slug>().map_err(|why| bad(&why))?);
        if asked.len() > ASKED_MOST {
            return Err(bad(
                &"these are more than 100 posts; ask for fewer at a time, or for all",
            ));
        }
    }
    Ok((!asked.is_empty()).then_some(asked))
}

/// Which days are asked for; all if none is named.
#[derive(Deserialize)]
pub(super) struct Range {
    since: Option<Date>,
    until: Option<Date>,
}

#[derive(Serialize)]
struct Days {
    slug: Slug,
    days: Vec<Day>,
}

#[derive(Serialize)]
struct Day {
    day: Date,
    views: u64,
}

/// `{"slug":…,"days":[{"day":…,"views":…},…]}` of one post: the UTC days on which it had
/// views, the oldest first.
pub(super) async fn days(
    State(counter): State<Counter>,
    slug: Result<Path<String>, PathRejection>,
    range: Result<Query<Range>, QueryRejection>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let numbers = async {
        let text = decoded(slug)?;
        let slug = counter.slug(&text)?;
        let Query(range) = range.map_err(|_| {
            let why = "`since` and `until` are days such as 2026-11-20";
            ApiError::new(StatusCode::BAD_REQUEST, why)
        })?;
        let days = counter.hub().days(&slug).await;
        let days = days.map_err(|_| ApiError::storage_failed())?.into_iter();
        let days = days
            .filter(|(day, _)| range.since.is_none_or(|since| since <= *day))
            .filter(|(day, _)| range.until.is_none_or(|until| *day <= until))
            .map(|(day, views)| Day { day, views });
        Ok(Days {
            slug,
            days: days.collect(),
        })
    };
    answer(&counter, &headers, &uri, numbers.await)
}

/// What there is to be asked, for programs that make clients of it.
pub(super) async fn description(
    State(counter): State<Counter>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    json(&counter, &headers, &uri, DESCRIPTION.into())
}

/// Numbers as JSON, or the error.
fn answer(
    counter: &Counter,
    headers: &HeaderMap,
    uri: &Uri,
    numbers: Result<impl Serialize, ApiError>,
) -> Response {
    let body = numbers.and_then(|numbers| {
        serde_json::to_vec(&numbers).map_err(|error| {
            tracing::error!(%error, "numbers cannot be written as JSON");
            ApiError::unmade()
        })
    });
    match body {
        Ok(body) => json(counter, headers, uri, body),
        Err(error) => readable_across_origins(counter, headers, uri, error),
    }
}

/// 200, or 304 to a client that has exactly this.
fn json(counter: &Counter, headers: &HeaderMap, uri: &Uri, body: Vec<u8>) -> Response {
    let tag = entity_tag::of(&body);
    let mut response = if entity_tag::has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, tag);
    // It may be kept, and is asked for each time.
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    readable_across_origins(counter, headers, uri, response)
}

/// Lets the pages that may connect read the answer too, errors included, and
/// keeps caches from handing one origin's answer to another.
fn readable_across_origins(
    counter: &Counter,
    headers: &HeaderMap,
    uri: &Uri,
    answer: impl IntoResponse,
) -> Response {
    let mut response = answer.into_response();
    let out = response.headers_mut();
    out.insert(header::VARY, HeaderValue::from_static("origin"));
    let no_store = HeaderValue::from_static("no-store");
    out.entry(header::CACHE_CONTROL).or_insert(no_store);
    let admitted = counter.admission().origins.admit(headers, uri);
    if let Some(Ok(origin)) = admitted.map(HeaderValue::from_str) {
        out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        // A script that asks why it was refused reads how long to wait.
        let told = HeaderValue::from_static("retry-after");
        out.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, told);
    }
    response
}
