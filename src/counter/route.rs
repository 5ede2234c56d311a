//! The counter's routes for axum: the WebSocket and the numbers as JSON; the two health
//! checks; and the metrics.

mod admitted;
mod boundary;
mod connect;
mod counter;
mod cross_origin;
mod error;
mod handshake;
mod list;
mod metrics;
mod numbers;
mod prefix;
pub(super) mod refusal_log;
mod shared_answer;

#[cfg(test)]
mod tests;

pub use counter::Counter;
pub use error::ApiError;
pub use metrics::metrics_router;
pub use prefix::{Prefix, PrefixError};

use super::{
    protocol::{CONNECT_PATH, VIEWS_PATH, VISIT_PATH, VISITORS_PATH},
    queue::{counted_until_taken, queued},
    responses::bounded,
};
pub(crate) use admitted::{Admitted, ConnectQuery};
use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{any, get},
};
pub(crate) use boundary::{guarded, without_panics};
use connect::{connect, visit};
use cross_origin::readable_across_origins;
use list::all_views;
use numbers::{days, description, views, visitors};
use serde::Serialize;

/// The counting routes, to be merged into an application's own router, each after the
/// counter's [`Prefix`]:
///
/// - `/api/v1/connect/{*slug}`: a reader's WebSocket
/// - `/api/v1/views` and `/api/v1/views/{*slug}`: the numbers as JSON
/// - `/api/v1/days/{*slug}`: the views of each day
/// - `/api/v1/visitors` and `/api/v1/visitors/connect`: how many read anything on the
///   site, as JSON and as the WebSocket of a page without a post
/// - `/api/v1/openapi.json`: what these answer, in OpenAPI's words
/// - what else is under `/api/v1/`: 404, which says what there is
///
/// A handler of them that panics is answered for with 500, and one that takes longer than
/// 30 s with 503; what an application adds beside them has neither. Pages that may connect
/// may read all of the API, errors too, by CORS; an application that adds CORS headers of
/// its own adds them to its own routes.
pub fn router(counter: Counter) -> Router {
    let at = |path: &str| format!("{}{path}", counter.prefix());
    // They read the database, as pages do, and wait where these wait.
    let queued_numbers = Router::new()
        .route(&at(&format!("{VIEWS_PATH}{{*slug}}")), get(views))
        .route(&at("/api/v1/days/{*slug}"), get(days))
        .layer(from_fn_with_state(counter.clone(), queued));
    // Waits there too, but once for all who ask at the same time.
    let lists = Router::new()
        .route(&at("/api/v1/views"), get(all_views))
        .layer(from_fn_with_state(counter.clone(), counted_until_taken));
    let api = Router::new()
        .route(&at(VISITORS_PATH), get(visitors))
        .route(&at("/api/v1/openapi.json"), get(description))
        .route(&at("/api/v1"), any(no_such_route))
        .route(&at("/api/v1/"), any(no_such_route))
        .route(&at("/api/v1/{*rest}"), any(no_such_route))
        .merge(queued_numbers)
        .merge(lists)
        .method_not_allowed_fallback(ApiError::only_read)
        .with_state(counter.clone());
    let sockets = Router::new()
        // Any method: HTTP/2 opens a WebSocket with CONNECT (RFC 8441).
        .route(&at(&format!("{CONNECT_PATH}{{*slug}}")), any(connect))
        .route(&at(VISIT_PATH), any(visit))
        .with_state(counter.clone());
    let sockets = without_panics(sockets).layer(from_fn_with_state(counter.clone(), bounded));
    in_bounds(api, &counter).merge(sockets)
}

/// The health checks, `/healthz` and `/readyz`, for an application that has none of its own.
/// They are at the root, whatever the counter's [`Prefix`]: a supervisor asks for them.
pub fn health_router(counter: Counter) -> Router {
    let health = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .method_not_allowed_fallback(ApiError::only_read)
        .with_state(counter.clone());
    guarded(health).layer(from_fn_with_state(counter, bounded))
}

/// Both, for a server of which nobody else has a route under `/api`: there, too, 404 says
/// what there is.
pub fn server_router(counter: Counter) -> Router {
    let rest_of_api = Router::new()
        .route("/api/{*rest}", any(no_such_route))
        .with_state(counter.clone());
    in_bounds(rest_of_api, &counter)
        .merge(router(counter.clone()))
        .merge(health_router(counter))
}

/// Routes of the API that answer with numbers or with an error.
fn in_bounds(api: Router, counter: &Counter) -> Router {
    let bounded = from_fn_with_state(counter.clone(), bounded);
    readable_across_origins(guarded(api).layer(bounded), counter)
}

async fn no_such_route(State(counter): State<Counter>) -> ApiError {
    ApiError::no_such_route(counter.prefix())
}

/// The slug at the end of a path, as text.
///
/// # Errors
/// If it is not UTF-8.
pub(crate) fn decoded(slug: Result<Path<String>, PathRejection>) -> Result<String, ApiError> {
    match slug {
        Ok(Path(slug)) => Ok(slug),
        Err(_) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "the slug is not UTF-8; percent-encode the post's name as UTF-8",
        )),
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Always 200 while the process answers: a supervisor that restarted it over a
/// full disk would lose the very views that are waiting to be saved.
async fn healthz(State(counter): State<Counter>) -> Json<Health> {
    let problem = counter.hub().storage_problem();
    let problem = problem.or_else(|| counter.admission().slugs.problem());
    Json(Health {
        status: if problem.is_some() { "degraded" } else { "ok" },
        problem,
    })
}

/// 503 as soon as the server begins to stop.
async fn readyz(State(counter): State<Counter>) -> Result<Json<Health>, ApiError> {
    if !counter.gate().is_open() {
        return Err(ApiError::restarting());
    }
    Ok(Json(Health {
        status: "ready",
        problem: None,
    }))
}
