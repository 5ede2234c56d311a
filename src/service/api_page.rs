//! A page that shows the API being used: each route, and what it answers.

use crate::web::{
    caching::{ASK_EACH_TIME, with_caching},
    csp,
    headers::{self, Scheme},
    held_file::{HeldFile, Representation},
};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::map_response_with_state,
    response::Response,
    routing::{MethodRouter, get},
};

/// Where it is.
pub(crate) const PATH: &str = "/api";
/// The same seen from the server's root, which a proxy may have under a path of its own.
pub(crate) const RELATIVE_PATH: &str = "api";

/// The page and what it loads. `scheme` is how the world reaches this server.
pub(super) fn routes(scheme: Scheme) -> Router {
    let page = file(
        "text/html; charset=utf-8",
        include_str!("api_page/page.html"),
    );
    let script = file(
        "text/javascript; charset=utf-8",
        include_str!("api_page/page.js"),
    );
    let style = file("text/css; charset=utf-8", include_str!("api_page/page.css"));
    let page = serving(page).route_layer(map_response_with_state(scheme, as_page));
    Router::new()
        .route(PATH, page)
        .route("/api/page.js", serving(script))
        .route("/api/page.css", serving(style))
}

fn file(media_type: &'static str, text: &'static str) -> HeldFile {
    let media_type = HeaderValue::from_static(media_type);
    HeldFile::new(media_type, Representation::hashed(text))
}

fn serving(file: HeldFile) -> MethodRouter {
    get(async move |request: Request| {
        let answer = file.answer(request.method(), request.headers());
        with_caching(ASK_EACH_TIME, answer)
    })
}

async fn as_page(State(scheme): State<Scheme>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        csp::PagePolicy::new([], None).with_images([]),
    );
    headers::mark_as_page(scheme, headers);
    response
}
