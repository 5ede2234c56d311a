//! The counter's numbers for who operates it, at an address of their own: not
//! everyone who reads is to see them.

use super::{ApiError, Counter, guarded};
use crate::counter::metrics::TEXT_FORMAT;
use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
    routing::get,
};

/// `/metrics` in Prometheus' text format, for a listener that only the operator
/// reaches. Not part of [`super::router`].
pub fn metrics_router(counter: Counter) -> Router {
    let metrics = Router::new()
        .route("/metrics", get(metrics))
        .method_not_allowed_fallback(ApiError::only_read)
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "the metrics are at /metrics"))
        .with_state(counter);
    guarded(metrics)
}

async fn metrics(State(counter): State<Counter>) -> Result<impl IntoResponse, ApiError> {
    let overview = counter.hub().overview();
    let admission = counter.admission();
    let text = counter
        .metrics()
        .text(&overview, &admission.limits, &admission.slugs);
    match text {
        Ok(text) => Ok(([(header::CONTENT_TYPE, TEXT_FORMAT)], text)),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            Err(ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the metrics could not be written; the log says why",
            ))
        }
    }
}
