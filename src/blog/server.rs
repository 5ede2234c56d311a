//! The blog's axum routes: rendered pages, server functions, feed and site map,
//! and files.

use super::{
    content::{Content, MediaBytes},
    kept_pages::{KeptPages, kept},
    listings::{Listing, Listings},
    numbers::Numbers,
    own_pages::only_own_pages,
    page_path::PagePath,
    pages, redirects,
    render::Renderer,
    unknown_address::{Warned, warn_of_readers},
};
use crate::{
    counter::{
        queue::{in_queue, queued},
        responses::bounded,
        route::{self, ApiError, Counter, guarded},
    },
    service,
    web::{
        caching::{ASK_EACH_TIME, FOR_AN_HOUR, FOR_EVER, with_caching},
        disk_file::{is_not_there, unreadable},
        headers::{self, Scheme},
        site_files::SiteFiles,
    },
};
use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state, map_response_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodFilter, any, get, on},
};
use leptos::{prelude::*, server_fn::axum::server_fn_paths};
use leptos_axum::handle_server_fns_with_context;
use std::sync::Arc;
use tower_http::compression::CompressionLayer;

/// The site's content and the address under which the world knows it.
#[derive(Clone)]
pub struct Site {
    /// Posts, pages and media.
    pub content: Arc<Content>,
    /// Without a slash at the end: `https://blog.example`. `None` if nobody said: then no page
    /// says under which address it is to be found.
    pub url: Option<Arc<str>>,
    /// Whether readers whose browser asks not to be tracked only watch: the page
    /// on privacy says so.
    pub respect_gpc: bool,
}

#[derive(Clone)]
struct AppState {
    renderer: Renderer,
    site: Site,
    site_files: SiteFiles,
    listings: Listings,
    counter: Counter,
}

/// The whole application: the blog with the counter's routes.
pub fn router(site: Site, counter: Counter, site_files: SiteFiles) -> Router {
    let is_address_known = site.url.is_some();
    let options = LeptosOptions::builder().output_name("view-counter").build();
    let scheme = Scheme::of(site.url.as_deref());
    let renderer = Renderer::new(options, site_files.assets(), &site.content, scheme);
    let kept_pages = KeptPages::new(renderer.clone(), site.clone(), counter.clone());
    let state = AppState {
        renderer,
        site,
        site_files: site_files.clone(),
        listings: Listings::default(),
        counter: counter.clone(),
    };
    let pages = Router::new()
        .merge(server_functions(&counter))
        .fallback(page_or_file)
        .layer(from_fn(async |request: Request, next: Next| {
            with_caching(ASK_EACH_TIME, next.run(request).await)
        }))
        .layer(CompressionLayer::new())
        // Around it: to compress a page is work too.
        .layer(from_fn_with_state(counter.clone(), queued))
        .layer(from_fn_with_state(kept_pages, kept))
        .with_state(state.clone());
    let files = Router::new()
        .route("/feed.xml", get(feed))
        .route("/sitemap.xml", get(site_map))
        .route("/robots.txt", get(robots))
        .route("/media/{*path}", get(media))
        .route("/pkg/{*path}", any(pkg))
        .with_state(state);
    let of_site = pages
        .merge(files)
        .merge(service::routes(counter.clone(), site_files, scheme));
    let of_site = match is_address_known {
        true => of_site,
        false => of_site.layer(from_fn_with_state(Warned::default(), warn_of_readers)),
    };
    guarded(of_site)
        .layer(from_fn_with_state(counter.clone(), bounded))
        .merge(route::server_router(counter))
        .layer(map_response_with_state(scheme, headers::complete))
}

/// What pages ask the server, each by the method that it has.
#[expect(
    clippy::expect_used,
    reason = "Leptos knows five methods, and axum routes all of them"
)]
fn server_functions(counter: &Counter) -> Router<AppState> {
    let functions = server_fn_paths().fold(Router::new(), |router, (path, method)| {
        let method = MethodFilter::try_from(method).expect("a method that can be routed");
        router.route(path, on(method, server_function))
    });
    functions.layer(from_fn_with_state(counter.own_origins(), only_own_pages))
}

async fn server_function(State(state): State<AppState>, mut request: Request) -> Response {
    // What can be read with GET can be asked about with HEAD (RFC 9110 §9.3.2). Leptos
    // knows each function by one method, and axum leaves the body out.
    if *request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    // Leptos sends a browser that asks for HTML back to the page that it comes from: to
    // any address that a stranger writes. These functions are for scripts.
    let headers = request.headers_mut();
    headers.remove(header::REFERER);
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let context = move || provide_context(state.counter.clone());
    let answer = handle_server_fns_with_context(context, request).await;
    let answer = answer.into_response();
    // None of the functions fails: what Leptos takes for an error of the server is a
    // question that it could not read.
    if answer.status() == StatusCode::INTERNAL_SERVER_ERROR {
        let sentence = "this is for the site's own pages, and its query cannot be read; for the numbers, read /api/v1/views";
        return ApiError::new(StatusCode::BAD_REQUEST, sentence).into_response();
    }
    answer
}

/// The page at this path, or the one that says 404.
async fn page(state: &AppState, path: &str) -> Response {
    let numbers = Numbers::Present(state.counter.clone());
    let page = pages::at(&state.site, &numbers, path).await;
    state.renderer.document(page, path)
}

async fn feed(State(state): State<AppState>, request: Request) -> Response {
    listing(&state, Listing::Feed, request).await
}

async fn site_map(State(state): State<AppState>, request: Request) -> Response {
    listing(&state, Listing::SiteMap, request).await
}

async fn robots(State(state): State<AppState>, request: Request) -> Response {
    listing(&state, Listing::Robots, request).await
}

async fn listing(state: &AppState, listing: Listing, request: Request) -> Response {
    let (site, counter) = (&state.site, &state.counter);
    let answer = state.listings.answer(listing, site, counter, request).await;
    with_caching(ASK_EACH_TIME, answer)
}

/// A file of the content folder, if it is one that may be served.
async fn media(
    State(state): State<AppState>,
    Path(path): Path<String>,
    request: Request,
) -> Response {
    let Some(file) = state.site.content.media().find(&path) else {
        let counter = state.counter.clone();
        return in_queue(&counter, request, async |request| {
            not_found(&state, request.uri().path()).await
        })
        .await;
    };
    let content_type = HeaderValue::from_static(file.content_type);
    let (method, sent) = (request.method(), request.headers());
    let mut response = match &file.bytes {
        MediaBytes::OnDisk(on_disk) => {
            let answer = on_disk.answer(content_type, None, method, sent).await;
            match answer {
                Ok(response) => response,
                // It was when the program started, and is gone, or is a link now.
                Err(error) if is_not_there(&error) => {
                    let counter = state.counter.clone();
                    return in_queue(&counter, request, async |request| {
                        not_found(&state, request.uri().path()).await
                    })
                    .await;
                }
                Err(error) => unreadable(&error),
            }
        }
        MediaBytes::Held(held) => {
            let mut response = held.answer(method, sent);
            if response.headers().contains_key(header::CONTENT_TYPE) {
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, content_type);
            }
            response
        }
    };
    headers::mark_as_file(response.headers_mut());
    with_caching(FOR_AN_HOUR, response)
}

/// What pages load.
async fn pkg(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let caching = if state.site_files.are_hashed() {
        FOR_EVER
    } else {
        ASK_EACH_TIME
    };
    with_caching(caching, state.site_files.answer(&parts).await)
}

/// A page, or a file that keeps its name (the icon). An address that is another one's is sent
/// there.
async fn page_or_file(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return only_read();
    }
    if let Some(address) = redirects::moved_to(request.uri()) {
        return Redirect::permanent(&address).into_response();
    }
    if PagePath::parse(request.uri().path()).is_some() {
        return page(&state, request.uri().path()).await;
    }
    let (parts, _) = request.into_parts();
    let found = state.site_files.answer_by_name(&parts).await;
    if found.status() != StatusCode::NOT_FOUND {
        return found;
    }
    not_found(&state, parts.uri.path()).await
}

/// There is nothing here that could be changed, whatever the address.
fn only_read() -> Response {
    let sentence = "there is nothing here but what can be read; ask with GET";
    let mut response = ApiError::new(StatusCode::METHOD_NOT_ALLOWED, sentence).into_response();
    let allowed = HeaderValue::from_static("GET,HEAD");
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

async fn not_found(state: &AppState, path: &str) -> Response {
    let mut response = page(state, path).await;
    // Also where a page is found: this address is written in another way than its own.
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GET and HEAD are let in from anywhere: of these functions each only reads. One
    /// that changes something is not to be asked with GET.
    #[test]
    fn every_function_is_known_and_reads_with_get() {
        let mut functions: Vec<_> = server_fn_paths()
            .map(|(path, method)| format!("{method} {path}"))
            .collect();
        functions.sort();
        assert_eq!(functions, ["GET /fn/counts", "GET /fn/visitors"]);
    }
}
