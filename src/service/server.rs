//! The counts alone, for pages of other sites.

use super::{api_page, built_file, routes};
use crate::{
    counter::{
        responses::bounded,
        route::{self, ApiError, Counter, guarded},
    },
    web::{
        headers::{self, Scheme},
        site_files::SiteFiles,
    },
};
use axum::{
    Router,
    http::StatusCode,
    middleware::{from_fn_with_state, map_response_with_state},
    response::Redirect,
    routing::get,
};

/// The counter's routes, and what pages load that use them. `url` is where the world finds
/// this server, if anybody said so.
pub fn router(url: Option<&str>, counter: Counter, site_files: SiteFiles) -> Router {
    let scheme = Scheme::of(url);
    let of_service = Router::new()
        // Whoever opens the address sees what is here.
        .route(
            "/",
            get(async || Redirect::temporary(api_page::RELATIVE_PATH)),
        )
        .route("/favicon.svg", get(built_file))
        .with_state(site_files.clone())
        .fallback(nothing_here)
        .merge(routes(counter.clone(), site_files, scheme));
    guarded(of_service)
        .layer(from_fn_with_state(counter.clone(), bounded))
        .merge(route::server_router(counter))
        .layer(map_response_with_state(scheme, headers::complete))
}

async fn nothing_here() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "there are counts here and nothing else; pages load /embed.js, and the numbers are at /api/v1/views",
    )
}
