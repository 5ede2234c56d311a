//! What stands around every handler: a panic becomes an answer, an answer that takes too
//! long is given up, a request that names no host is refused, and "not modified" says
//! nothing of a length.

use super::ApiError;
use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::{MatchedPath, Request},
    http::{HeaderMap, StatusCode, Version, header, uri::Authority},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use hyper::body::Frame;
use std::{
    any::Any,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::timeout;
use tower_http::catch_panic::CatchPanicLayer;

/// An answer has begun within this time, or there will be none. Pages that wait in the
/// queue are made in a few seconds, and nobody waits longer for a page.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// These routes, each within [`RESPONSE_TIMEOUT`] and all that [`without_panics`] adds.
///
/// For routes that answer with a page, a file or numbers. A WebSocket's handshake has no
/// place here: it is given up by its client.
pub(crate) fn guarded(routes: Router) -> Router {
    caught(routes.layer(from_fn(in_time)))
}

/// These routes, of which a handler that panics is answered for with 500. A request of
/// HTTP/1.1 without a valid `Host` is answered with 400 (RFC 9112 §3.2), and 304 has no
/// `Content-Length` (RFC 9110 §8.6).
pub(crate) fn without_panics(routes: Router) -> Router {
    caught(routes.layer(from_fn(with_one_host)))
}

fn caught(routes: Router) -> Router {
    routes.layer(CatchPanicLayer::custom(after_panic))
}

/// As [`with_one_host`], in time: one layer, because each is work for every request.
async fn in_time(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    match timeout(RESPONSE_TIMEOUT, with_one_host(request, next)).await {
        Ok(response) => response,
        Err(_) => {
            // The route, and not the path: a stranger writes that.
            let route = route.as_ref().map(MatchedPath::as_str);
            tracing::error!(route, "an answer took longer than 30 s and was given up");
            ApiError::late().into_response()
        }
    }
}

/// The answer in place of one whose handler panicked. Whoever installed the panic hook
/// has logged it by now; the payload would only be logged twice.
fn after_panic(_payload: Box<dyn Any + Send>) -> Response {
    ApiError::unmade().into_response()
}

async fn with_one_host(request: Request, next: Next) -> Response {
    if is_host_in_order(request.version(), request.headers()) {
        return without_length(next.run(request).await);
    }
    ApiError::new(
        StatusCode::BAD_REQUEST,
        "the request has no `Host` header, several, or one that is no host; send one, such as `Host: blog.example`",
    )
    .into_response()
}

/// Whether a request of this version has the `Host` that it must have. HTTP/2 has
/// `:authority` instead, which its library checks.
fn is_host_in_order(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(host), None) => {
            let is_host = |authority: Authority| !authority.as_str().contains('@');
            // Empty where the target has no host (RFC 9110 §7.2).
            host.is_empty()
                || host
                    .to_str()
                    .is_ok_and(|host| host.parse().is_ok_and(is_host))
        }
        (Some(_), Some(_)) => false,
    }
}

/// What a client has keeps the length that it came with: 304 says none, since 0 would be
/// that of the answer to be kept (RFC 9110 §8.6).
fn without_length(mut response: Response) -> Response {
    if response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::new(NoContent);
    }
    response
}

/// A body that has ended and whose length nobody writes into a header, as axum does with
/// an empty one.
struct NoContent;

impl HttpBody for NoContent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
