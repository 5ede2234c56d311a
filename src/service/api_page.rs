//! A page that shows the API being used: each route, and what it answers.

use crate::counter::route::ApiError;
use crate::web::{
    caching::{ASK_EACH_TIME, with_caching},
    csp,
    headers::{self, Scheme},
    held_file::{HeldFile, Representation},
    negotiation::opaque_of,
};
use axum::{
    Router,
    extract::Request,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};

/// Where it is.
pub(crate) const PATH: &str = "/api";

/// The page and what it loads. `scheme` is how the world reaches this server.
pub(super) fn routes(scheme: Scheme) -> Router {
    let page = async move |request: Request| {
        let mut response = file(
            &request,
            "text/html; charset=utf-8",
            include_str!("api_page/page.html"),
        );
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, csp::page([], [], None));
        headers::mark_as_page(scheme, headers);
        response
    };
    let script = async |request: Request| {
        file(
            &request,
            "text/javascript; charset=utf-8",
            include_str!("api_page/page.js"),
        )
    };
    let style = async |request: Request| {
        file(
            &request,
            "text/css; charset=utf-8",
            include_str!("api_page/page.css"),
        )
    };
    Router::new()
        .route(PATH, get(page))
        .route("/api/page.js", get(script))
        .route("/api/page.css", get(style))
}

fn file(request: &Request, media_type: &str, text: &'static str) -> Response {
    let opaque = opaque_of(&Sha256::digest(text));
    let held = Representation::new(text.as_bytes().into(), &opaque)
        .and_then(|plain| HeldFile::new(media_type, plain));
    match held {
        Ok(held) => {
            let answer = held.answer(request.method(), request.headers());
            with_caching(ASK_EACH_TIME, answer)
        }
        // The hash and the media types are ASCII.
        Err(_) => ApiError::unmade().into_response(),
    }
}
