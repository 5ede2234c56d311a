//! The blog's axum routes: rendered pages, server functions, feed and site map,
//! and files.

use super::{
    app::App,
    content::Content,
    csp, feed,
    headers::{self, Transport},
    own_pages::only_own_pages,
    page_path::is_page,
    render::{Renderer, is_watched},
    sitemap,
};
use crate::counter::route::{self, Counter};
use axum::{
    Router,
    body::Body,
    extract::{FromRef, Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, map_response_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodFilter, get, on},
};
use leptos::{prelude::*, server_fn::axum::server_fn_paths};
use leptos_axum::{LeptosRoutes, generate_route_list, handle_server_fns_with_context};
use std::{path::PathBuf, sync::Arc};
use tower::ServiceExt;
use tower_http::{
    compression::CompressionLayer,
    services::{ServeDir, ServeFile},
};

/// Files whose name changes with their content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Files that keep their name.
const FOR_AN_HOUR: &str = "public, max-age=3600";
/// Pages: their numbers change, but the browser's back button may keep them.
const ASK_EACH_TIME: &str = "no-cache";

/// The site's content and the address under which the world knows it.
#[derive(Clone)]
pub struct Site {
    /// Posts, pages and media.
    pub content: Arc<Content>,
    /// Without a slash at the end: `https://blog.example`.
    pub url: Arc<str>,
    /// Whether readers whose browser asks not to be tracked only watch: the page
    /// on privacy says so.
    pub respect_gpc: bool,
}

#[derive(Clone, FromRef)]
struct AppState {
    options: LeptosOptions,
    renderer: Renderer,
    site: Site,
    counter: Counter,
}

impl AppState {
    /// Hands on what components and server functions ask for.
    fn context(self) -> impl Fn() + Clone + Send + Sync + 'static {
        move || {
            provide_context(self.site.clone());
            provide_context(self.counter.clone());
        }
    }
}

/// The whole application: the blog with the counter's routes.
pub fn router(site: Site, counter: Counter, site_root: PathBuf) -> Router {
    let options = leptos_options(&site_root);
    let transport = Transport::of(&site.url);
    let state = AppState {
        renderer: Renderer::new(options.clone(), &site.content),
        options,
        site,
        counter: counter.clone(),
    };
    let pkg = ServeDir::new(site_root.join(&*state.options.site_pkg_dir))
        .precompressed_br()
        .precompressed_gzip();
    let pkg_caching = if state.options.hash_files {
        FOR_EVER
    } else {
        ASK_EACH_TIME
    };
    let pages = Router::new()
        .leptos_routes_with_handler(generate_route_list(App), page)
        .merge(server_functions())
        .route("/feed.xml", get(feed))
        .route("/sitemap.xml", get(site_map))
        .route("/robots.txt", get(robots))
        // Asked for by browsers where no page names the icon.
        .route("/favicon.ico", get(icon))
        .fallback(file_or_not_found)
        .layer(from_fn(async |request: Request, next: Next| {
            with_caching(ASK_EACH_TIME, next.run(request).await)
        }))
        .layer(CompressionLayer::new())
        .with_state(state.clone());
    let files = Router::new()
        .route("/media/{*path}", get(media))
        .with_state(state)
        .nest(
            "/pkg",
            Router::new().fallback_service(pkg).layer(from_fn(
                async move |request: Request, next: Next| {
                    with_caching(pkg_caching, next.run(request).await)
                },
            )),
        );
    pages
        .merge(files)
        .merge(route::router(counter))
        .layer(map_response_with_state(transport, headers::complete))
}

/// What pages ask the server, each by the method that it has.
#[expect(
    clippy::expect_used,
    reason = "Leptos knows five methods, and axum routes all of them"
)]
fn server_functions() -> Router<AppState> {
    let functions = server_fn_paths().fold(Router::new(), |router, (path, method)| {
        let method = MethodFilter::try_from(method).expect("a method that can be routed");
        router.route(path, on(method, server_function))
    });
    functions.layer(from_fn(only_own_pages))
}

async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    let answer = handle_server_fns_with_context(state.context(), request).await;
    answer.into_response()
}

/// The page at a path that the application's router knows.
async fn page(State(state): State<AppState>, request: Request) -> Response {
    let renderer = state.renderer.clone();
    renderer.page(state.context(), request).await
}

/// What Leptos must know of the built files. They lie where cargo-leptos put
/// them: the site in `site_root`, the list of hashed names beside the program.
/// A program that was built without them serves its pages all the same. While it
/// is watched their names must stay the same, so a list is of another build.
fn leptos_options(site_root: &std::path::Path) -> LeptosOptions {
    let has_list = |program: PathBuf| program.with_file_name("hash.txt").is_file();
    let has_hashes = !is_watched() && std::env::current_exe().is_ok_and(has_list);
    LeptosOptions::builder()
        .output_name("view-counter")
        .site_root(site_root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .hash_files(has_hashes)
        .build()
}

/// Sets how long an answer may be kept, where nothing closer to it has, and
/// unless it is an error.
fn with_caching(value: &'static str, mut response: Response) -> Response {
    let success = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    if success && !response.headers().contains_key(header::CACHE_CONTROL) {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

async fn feed(State(site): State<Site>) -> impl IntoResponse {
    text(
        "application/atom+xml; charset=utf-8",
        feed::atom(&site.content, &site.url),
    )
}

async fn site_map(State(site): State<Site>) -> impl IntoResponse {
    text(
        "application/xml; charset=utf-8",
        sitemap::sitemap(&site.content, &site.url),
    )
}

async fn robots(State(site): State<Site>) -> impl IntoResponse {
    text("text/plain; charset=utf-8", sitemap::robots(&site.url))
}

async fn icon() -> Response {
    let mut response = Redirect::permanent("/favicon.svg").into_response();
    // A file that is opened by itself is nobody's, and its tab has an icon too.
    headers::mark_as_file(response.headers_mut());
    response
}

fn text(content_type: &'static str, body: String) -> impl IntoResponse {
    let content_type = HeaderValue::from_static(content_type);
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CONTENT_SECURITY_POLICY, csp::LISTING),
    ];
    (headers, body)
}

/// A file of the content folder, if it is one that may be served.
async fn media(
    State(state): State<AppState>,
    Path(path): Path<String>,
    request: Request,
) -> Response {
    let Some(file) = state.site.content.media().find(&path) else {
        return not_found(state, request).await;
    };
    let served = ServeFile::new(&file.path).oneshot(request).await;
    let mut response = served.into_response();
    if let Ok(content_type) = HeaderValue::from_str(file.content_type) {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
    }
    headers::mark_as_file(response.headers_mut());
    with_caching(FOR_AN_HOUR, response)
}

/// A file from the site folder (the icon), or the page that says 404. An address
/// that only has a slash too many is sent to the right one.
async fn file_or_not_found(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path().trim_end_matches('/');
    if path.len() < request.uri().path().len() && is_page(path) {
        return Redirect::permanent(path).into_response();
    }
    let (parts, body) = request.into_parts();
    let for_file = Request::from_parts(parts.clone(), Body::empty());
    let files = ServeDir::new(&*state.options.site_root).append_index_html_on_directories(false);
    match files.oneshot(for_file).await {
        Ok(found) if found.status().is_success() || found.status() == StatusCode::NOT_MODIFIED => {
            let mut found = found.into_response();
            headers::mark_as_file(found.headers_mut());
            with_caching(FOR_AN_HOUR, found)
        }
        _ => not_found(state, Request::from_parts(parts, body)).await,
    }
}

async fn not_found(state: AppState, request: Request) -> Response {
    let mut response = page(State(state), request).await;
    // Also where a route would match: this address is not one of its pages.
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
