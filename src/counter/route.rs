//! The counter's routes for axum: the WebSocket, the numbers as JSON, and the
//! two health checks.

mod connect;
mod error;
mod handshake;
mod metrics;

pub use error::ApiError;
pub use metrics::metrics_router;

use super::{
    admission::{Admission, SlugRefused},
    crawler,
    gate::Gate,
    hub::{Hub, Unsaved},
    limits::Share,
    metrics::{Metrics, PageRefused},
    protocol::{CONNECT_PATH, Counts, Slug, SlugCounts, VIEWS_PATH},
    queue::{Queue, queued},
    socket,
};
use axum::{
    Json, Router,
    extract::{Path, State, rejection::PathRejection},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::from_fn_with_state,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use connect::connect;
use serde::Serialize;
use std::{net::IpAddr, sync::Arc, time::Duration};

/// How long stopping waits for sockets beyond the time over which they are closed.
const STOP_PATIENCE: Duration = Duration::from_secs(3);
/// How long stopping tries to save before it closes sockets, and again after.
const SAVE_PATIENCE: Duration = Duration::from_secs(2);

/// The counter as one value: the hub, who may reach it, and its open sockets.
/// Clones are the same counter.
#[derive(Clone)]
pub struct Counter(Arc<Inner>);

struct Inner {
    hub: Hub,
    admission: Admission,
    gate: Gate,
    queue: Queue,
}

impl Counter {
    /// A counter that is ready.
    pub fn new(hub: Hub, admission: Admission) -> Self {
        crawler::prepare();
        Self(Arc::new(Inner {
            hub,
            admission,
            gate: Gate::new(),
            queue: Queue::default(),
        }))
    }

    /// The hub, for numbers in pages: [`Hub::counts`].
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Stops in the order that loses nothing: not ready and no new sockets,
    /// save, close all sockets with 1012, spread out, and save the rest. Takes
    /// at most about ten seconds.
    ///
    /// # Errors
    /// If views could not be saved.
    pub async fn stop(&self) -> Result<(), Unsaved> {
        let inner = &self.0;
        inner.gate.shut();
        // What fails here is tried again below.
        let _ = inner.hub.save_and_stop(SAVE_PATIENCE).await;
        inner.gate.clear(socket::CLOSE_SPREAD + STOP_PATIENCE).await;
        inner.hub.save_and_stop(SAVE_PATIENCE).await
    }

    /// The slug that this text names.
    ///
    /// # Errors
    /// If it names none that is counted.
    pub fn slug(&self, text: &str) -> Result<Slug, ApiError> {
        self.0.admission.slug(text).map_err(refused_read)
    }

    /// The numbers of a slug that is counted.
    ///
    /// # Errors
    /// If it is not, or its numbers cannot be read.
    pub async fn counts(&self, slug: &Slug) -> Result<Counts, ApiError> {
        if !self.0.admission.slugs.contains(slug) {
            return Err(refused_read(SlugRefused::Unknown));
        }
        let counts = self.0.hub.counts(slug).await;
        counts.map_err(|_| ApiError::storage_failed())
    }

    /// One more connection from this peer, to be held as long as it lasts; none if
    /// its address has as many as it may. A trusted proxy may have any number.
    pub fn admit_connection(&self, peer: IpAddr) -> Option<Share> {
        let admission = &self.0.admission;
        let share = admission.limits.take_connection(admission.peer(peer));
        if share.is_none() {
            self.metrics().connections_refused.inc();
        }
        share
    }

    /// One more page for whoever asks, to be held until they have it; none if their
    /// address waits for as many as it may.
    pub(super) fn admit_page(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<Share> {
        let admission = &self.0.admission;
        let from = admission.from(extensions, headers);
        admission.limits.take_page(from)
    }

    /// Counts a page that was not made.
    pub(super) fn page_refused(&self, why: PageRefused) {
        self.metrics().pages_refused.count(why);
    }

    /// Where pages wait to be made.
    pub(super) fn queue(&self) -> &Queue {
        &self.0.queue
    }

    fn metrics(&self) -> &Metrics {
        self.0.hub.metrics()
    }

    /// Where sockets come in.
    pub(super) fn gate(&self) -> &Gate {
        &self.0.gate
    }
}

/// The routes, to be merged into an application's own router:
///
/// - `/api/v1/connect/{*slug}`: a reader's WebSocket
/// - `/api/v1/views` and `/api/v1/views/{*slug}`: the numbers as JSON
/// - `/healthz` and `/readyz`
pub fn router(counter: Counter) -> Router {
    // They read the database, as pages do, and wait where these wait.
    let numbers = Router::new()
        .route("/api/v1/views", get(all_views))
        .route(&format!("{VIEWS_PATH}{{*slug}}"), get(views))
        .layer(from_fn_with_state(counter.clone(), queued));
    Router::new()
        // Any method: HTTP/2 opens a WebSocket with CONNECT (RFC 8441).
        .route(&format!("{CONNECT_PATH}{{*slug}}"), any(connect))
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

fn refused_read(why: SlugRefused) -> ApiError {
    refused(why, StatusCode::NOT_FOUND)
}

fn refused(why: SlugRefused, unknown: StatusCode) -> ApiError {
    let status = match why {
        SlugRefused::Malformed(_) => StatusCode::BAD_REQUEST,
        SlugRefused::Unknown => unknown,
    };
    ApiError::new(status, why)
}

/// `{"slug":…,"live":…,"total":…}` of one post, or the 429 or 503 that a
/// handshake would get now.
async fn views(
    State(counter): State<Counter>,
    slug: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    uri: Uri,
    extensions: Extensions,
) -> Response {
    let admission = &counter.0.admission;
    let numbers = async {
        let text = decoded(slug)?;
        let slug = counter.slug(&text)?;
        // A page that was refused asks here why: scripts cannot see the status
        // of a handshake.
        let from = admission.from(&extensions, &headers);
        if let Some(refusal) = admission.limits.refusal(from, &slug) {
            return Err(refusal.into());
        }
        if !counter.gate().is_open() {
            return Err(ApiError::restarting());
        }
        let counts = counter.counts(&slug).await?;
        Ok::<_, ApiError>(Json(SlugCounts { slug, counts }))
    };
    readable_across_origins(&counter, &headers, &uri, numbers.await)
}

#[derive(Serialize)]
struct AllViews {
    views: Vec<SlugCounts>,
}

/// `{"views":[…]}` of every post there is.
async fn all_views(State(counter): State<Counter>, headers: HeaderMap, uri: Uri) -> Response {
    let slugs = counter.0.admission.slugs.all();
    let views = counter.0.hub.counts_of(slugs.iter().cloned()).await;
    let answer = views
        .map(|views| Json(AllViews { views }))
        .map_err(|_| ApiError::storage_failed());
    readable_across_origins(&counter, &headers, &uri, answer)
}

/// Lets the pages that may connect read the answer too, errors included, and
/// keeps caches from handing one origin's answer to another.
fn readable_across_origins(
    counter: &Counter,
    headers: &HeaderMap,
    uri: &Uri,
    answer: impl IntoResponse,
) -> Response {
    let mut response = answer.into_response();
    let out = response.headers_mut();
    out.insert(header::VARY, HeaderValue::from_static("origin"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let admitted = counter.0.admission.origins.admit(headers, uri);
    if let Some(Ok(origin)) = admitted.map(HeaderValue::from_str) {
        out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        // A script that asks why it was refused reads how long to wait.
        let told = HeaderValue::from_static("retry-after");
        out.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, told);
    }
    response
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
    let problem = counter.0.hub.save_problem();
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
