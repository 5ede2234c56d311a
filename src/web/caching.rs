//! How long browsers and caches may keep an answer (RFC 9111).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

/// Files whose name changes with their content.
pub(crate) const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Files that keep their name.
pub(crate) const FOR_AN_HOUR: &str = "public, max-age=3600";
/// What shows a number now and then.
pub(crate) const FOR_HALF_A_MINUTE: &str = "public, max-age=30";
/// Pages: their numbers change, but the browser's back button may keep them.
pub(crate) const ASK_EACH_TIME: &str = "no-cache";

/// Sets how long an answer may be kept, where nothing closer to it has, and
/// unless it is an error.
pub(crate) fn with_caching(value: &'static str, mut response: Response) -> Response {
    let success = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if success && !response.headers().contains_key(header::CACHE_CONTROL) {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}
