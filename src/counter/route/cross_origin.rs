//! Who may read the API from a page of another origin, by CORS (Fetch Standard, "CORS
//! protocol"): the pages that may connect.

use super::Counter;
use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::{Next, from_fn},
    response::Response,
};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// A browser asks so often whether a page may send a header that needs permission.
const PREFLIGHT_HOLDS: Duration = Duration::from_secs(3600);

/// Lets the pages that may connect read every answer of these routes, errors and refusals
/// included. It is the outermost layer: whatever answers inside it has these headers.
pub(super) fn readable_across_origins(routes: Router, counter: &Counter) -> Router {
    let counter = counter.clone();
    let admitted = AllowOrigin::predicate(move |_, request| {
        let origins = &counter.admission().origins;
        origins.admit(&request.headers, &request.uri).is_some()
    });
    let cors = CorsLayer::new()
        .allow_origin(admitted)
        .allow_methods([Method::GET, Method::HEAD])
        // None of them changes what is answered but for `If-None-Match`, which may be sent.
        .allow_headers(AllowHeaders::mirror_request())
        // A script that asks why it was refused reads how long to wait.
        .expose_headers([header::RETRY_AFTER, header::ETAG])
        .max_age(PREFLIGHT_HOLDS)
        // Caches must not hand one origin's answer to another. They keep no preflight.
        .vary([header::ORIGIN]);
    routes.layer(from_fn(kept_by_nobody)).layer(cors)
}

/// What does not say how long it may be kept is an error, and is not kept.
async fn kept_by_nobody(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let no_store = HeaderValue::from_static("no-store");
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(no_store);
    response
}
