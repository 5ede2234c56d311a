//! The counter's routes for axum: the WebSocket, the numbers as JSON, and the
//! two health checks.

mod connect;
mod counter;
mod error;
mod handshake;
mod metrics;
mod numbers;

pub use counter::Counter;
pub use error::ApiError;
pub use metrics::metrics_router;

use super::{
    protocol::{CONNECT_PATH, VIEWS_PATH, VISIT_PATH, VISITORS_PATH},
    queue::queued,
};
use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
    middleware::from_fn_with_state,
    routing::{any, get},
};
use connect::{connect, visit};
use numbers::{all_views, days, description, views, visitors};
use serde::Serialize;

/// The routes, to be merged into an application's own router:
///
/// - `/api/v1/connect/{*slug}`: a reader's WebSocket
/// - `/api/v1/views` and `/api/v1/views/{*slug}`: the numbers as JSON
/// - `/api/v1/days/{*slug}`: the views of each day
/// - `/api/v1/visitors` and `/api/v1/visitors/connect`: how many read anything on the
///   site, as JSON and as the WebSocket of a page without a post
/// - `/api/v1/openapi.json`: what these answer, in OpenAPI's words
/// - `/healthz` and `/readyz`
pub fn router(counter: Counter) -> Router {
    // They read the database, as pages do, and wait where these wait.
    let numbers = Router::new()
        .route("/api/v1/views", get(all_views))
        .route(&format!("{VIEWS_PATH}{{*slug}}"), get(views))
        .route("/api/v1/days/{*slug}", get(days))
        .layer(from_fn_with_state(counter.clone(), queued));
    Router::new()
        // Any method: HTTP/2 opens a WebSocket with CONNECT (RFC 8441).
        .route(&format!("{CONNECT_PATH}{{*slug}}"), any(connect))
        .route(VISIT_PATH, any(visit))
        .route(VISITORS_PATH, get(visitors))
        .route("/api/v1/openapi.json", get(description))
        .route("/api/{*rest}", any(ApiError::no_such_route))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .merge(numbers)
        .method_not_allowed_fallback(ApiError::only_read)
        .with_state(counter)
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
    let problem = counter.hub().save_problem();
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
