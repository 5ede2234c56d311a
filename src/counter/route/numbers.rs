//! The numbers as JSON: of one post, of the site, and by the day.

use super::{Counter, decoded, error::ApiError, prefix::Prefix};
use crate::counter::{
    entity_tag,
    protocol::{Slug, SlugCounts, Visitors},
    responses::OwnBytes,
};
use axum::{
    body::Bytes,
    extract::{
        Path, Query, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What these routes answer, by the OpenAPI Specification 3.1.
const DESCRIPTION: &str = include_str!("openapi.json");

/// `{"slug":…,"live":…,"total":…}` of one post, or the 429 or 503 that a
/// handshake would get now.
pub(super) async fn views(
    State(counter): State<Counter>,
    slug: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let numbers = async {
        let text = decoded(slug)?;
        let slug = counter.slug(&text)?;
        would_open(&counter, &slug, &extensions, &headers)?;
        let counts = counter.counts(&slug).await?;
        Ok(SlugCounts { slug, counts })
    };
    answer(&headers, numbers.await)
}

/// `{"visitors":…}` of the whole site, or the 429 or 503 that a handshake of a page
/// without a post would get now.
pub(super) async fn visitors(
    State(counter): State<Counter>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let would_open = would_open(&counter, &Slug::site(), &extensions, &headers);
    let numbers = would_open.map(|()| Visitors {
        visitors: counter.hub().visitors(),
    });
    answer(&headers, numbers)
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
    answer(&headers, numbers.await)
}

/// What there is to be asked, for programs that make clients of it.
pub(super) async fn description(State(counter): State<Counter>, headers: HeaderMap) -> Response {
    static TAG: LazyLock<HeaderValue> = LazyLock::new(|| entity_tag::of(DESCRIPTION.as_bytes()));
    let prefix = counter.prefix();
    if *prefix != Prefix::default() {
        // The first server is that of all routes; those of health have one of their own.
        let server = format!(r#""url": "{prefix}""#);
        let description = DESCRIPTION.replacen(r#""url": "/""#, &server, 1);
        let tag = entity_tag::of(description.as_bytes());
        return json(&headers, &tag, description.into());
    }
    let mut response = json(&headers, &TAG, Bytes::from_static(DESCRIPTION.as_bytes()));
    // Every client has the same bytes.
    response.extensions_mut().insert(OwnBytes(0));
    response
}

/// Numbers as JSON, or the error.
pub(super) fn answer(headers: &HeaderMap, numbers: Result<impl Serialize, ApiError>) -> Response {
    let body = numbers.and_then(|numbers| {
        serde_json::to_vec(&numbers).map_err(|error| {
            tracing::error!(%error, "numbers cannot be written as JSON");
            ApiError::unmade()
        })
    });
    match body {
        Ok(body) => json(headers, &entity_tag::of(&body), body.into()),
        Err(error) => error.into_response(),
    }
}

/// 200 with this JSON, whose tag this is; or 304 to a client that has exactly this.
pub(super) fn json(headers: &HeaderMap, tag: &HeaderValue, body: Bytes) -> Response {
    let mut response = if entity_tag::has(headers, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, tag.clone());
    // It may be kept, and is asked for each time.
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
