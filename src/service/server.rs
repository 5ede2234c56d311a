//! The counts alone, for pages of other sites.

use super::routes;
use crate::{
    counter::route::{self, ApiError, Counter},
    web::{
        headers::{self, Scheme},
        site_files::SiteFiles,
    },
};
use axum::{Router, http::StatusCode, middleware::map_response_with_state};

/// The counter's routes, and what pages load that use them. `url` is where the world finds
/// this server.
pub fn router(url: &str, counter: Counter, site_files: SiteFiles) -> Router {
    Router::new()
        .fallback(nothing_here)
        .merge(routes(counter.clone(), site_files))
        .merge(route::router(counter))
        .layer(map_response_with_state(Scheme::of(url), headers::complete))
}

async fn nothing_here() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "there are counts here and nothing else; pages load /embed.js, and the numbers are at /api/v1/views",
    )
}
