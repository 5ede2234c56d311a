//! The counting service for any site: which pages there are, what they load, and a
//! server that does nothing else.

mod api_page;
mod badge;
mod embed;
pub mod server;
pub mod slugs;

use crate::{
    counter::{
        queue::queued,
        route::{ApiError, Counter},
    },
    web::{headers::Scheme, site_files::SiteFiles},
};
use axum::{
    Router,
    extract::{Request, State},
    middleware::from_fn_with_state,
    response::Response,
    routing::get,
};

/// What pages of other sites load, the script and badges; and a page for whoever writes
/// one. `scheme` is how the world reaches this server.
pub(crate) fn routes(counter: Counter, site_files: SiteFiles, scheme: Scheme) -> Router {
    // They read the database, as pages do, and wait where these wait.
    let badges = Router::new()
        .route(badge::PATH, get(badge::badge))
        .layer(from_fn_with_state(counter.clone(), queued))
        .with_state(counter);
    Router::new()
        .route(embed::PATH, get(embed::script))
        .route(embed::LISTED_PATH, get(embed::script))
        .route(embed::PINNED_PATH, get(embed::script))
        .route(embed::PINNED_LISTED_PATH, get(embed::script))
        .with_state(site_files)
        .merge(badges)
        .merge(api_page::routes(scheme))
        .method_not_allowed_fallback(ApiError::only_read)
}

/// The built file at the path of this request.
async fn built_file(State(site_files): State<SiteFiles>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    site_files.answer_by_name(&parts).await
}
