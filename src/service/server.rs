//! The counts alone, for pages of other sites.

use super::{api_page, routes};
use crate::{
    counter::route::{self, ApiError, Counter},
    web::{
        caching::{FOR_AN_HOUR, with_caching},
        headers::{self, Scheme},
        site_files::SiteFiles,
    },
};
use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::map_response_with_state,
    response::{Redirect, Response},
    routing::get,
};

/// The counter's routes, and what pages load that use them. `url` is where the world finds
/// this server.
pub fn router(url: &str, counter: Counter, site_files: SiteFiles) -> Router {
    let scheme = Scheme::of(url);
    Router::new()
        // Whoever opens the address sees what is here.
        .route("/", get(async || Redirect::temporary(api_page::PATH)))
        .route("/favicon.svg", get(icon))
        .with_state(site_files.clone())
        .fallback(nothing_here)
        .merge(routes(counter.clone(), site_files, scheme))
        .merge(route::router(counter))
        .layer(map_response_with_state(scheme, headers::complete))
}

async fn icon(State(site_files): State<SiteFiles>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let mut response = with_caching(FOR_AN_HOUR, site_files.answer(&parts).await);
    headers::mark_as_file(response.headers_mut());
    response
}

async fn nothing_here() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "there are counts here and nothing else; pages load /embed.js, and the numbers are at /api/v1/views",
    )
}
